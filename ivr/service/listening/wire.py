"""Messages between two processes of the service, over a Unix socket that keeps their boundaries."""

import asyncio
import pickle
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

_LONGEST = 1 << 17
"""Upper limit in octets for one message. The longest, the settings, have a few thousand."""


class Wire:
    """One end of the socket. Both ends trust each other: messages are pickled objects."""

    def __init__(
        self,
        end: socket.socket,
        receive: Callable[[Any, socket.socket | None], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Take one end of a socket pair (SOCK_SEQPACKET).

        ``receive`` is called with each message and the socket that came with it, or None. ``ended``
        is called when the other end is gone.
        """
        self._end, self._receive, self._ended = end, receive, ended
        self._loop = asyncio.get_running_loop()
        self._unsent: deque[tuple[bytes, socket.socket | None]] = deque()
        end.setblocking(False)
        self._loop.add_reader(end, self._readable)

    def send(self, message: object, carried: socket.socket | None = None) -> None:
        """Send ``message`` without waiting; it is lost if the other end is gone.

        ``carried`` goes with the message, and is closed here.
        """
        if self._end.fileno() < 0:
            if carried is not None:
                carried.close()
            return
        self._unsent.append((pickle.dumps(message, pickle.HIGHEST_PROTOCOL), carried))
        if len(self._unsent) == 1:
            self._flush()

    def close(self) -> None:
        """Close this end; what is unsent is lost. Idempotent."""
        if self._end.fileno() < 0:
            return
        self._loop.remove_reader(self._end)
        self._loop.remove_writer(self._end)
        self._end.close()
        for _, carried in self._unsent:
            if carried is not None:
                carried.close()
        self._unsent.clear()

    def _flush(self) -> None:
        while self._unsent:
            octets, carried = self._unsent[0]
            try:
                if carried is None:
                    self._end.send(octets)
                else:
                    socket.send_fds(self._end, [octets], [carried.fileno()])
            except BlockingIOError:
                self._loop.add_writer(self._end, self._flush)
                return
            except OSError:
                self._gone()
                return
            self._unsent.popleft()
            if carried is not None:
                carried.close()
        self._loop.remove_writer(self._end)

    def _readable(self) -> None:
        for _ in range(64):  # then other work of the loop has its turn
            try:
                octets, descriptors, _, _ = socket.recv_fds(self._end, _LONGEST, 1)
            except BlockingIOError:
                return
            except OSError:
                octets, descriptors = b"", []
            if not octets:
                self._gone()
                return
            carried = socket.socket(fileno=descriptors[0]) if descriptors else None
            self._receive(pickle.loads(octets), carried)
            if self._end.fileno() < 0:
                return

    def _gone(self) -> None:
        self.close()
        self._ended()
