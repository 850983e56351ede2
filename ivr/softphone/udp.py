"""A UDP socket that gives the time at which the kernel received each datagram.

A process that is busy with fifty calls reads a packet milliseconds late. The kernel's timestamp
does not have this delay. Measurements therefore show the network and not this process.
"""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable

_SO_TIMESTAMPNS: int = getattr(socket, "SO_TIMESTAMPNS", 35)  # Python 3.11 does not name it
_TIMESPEC = struct.Struct("@ll")

Receive = Callable[[bytes, float], None]
"""A function that is called with each datagram and its arrival in monotonic seconds."""


def _arrival(ancillary: list[tuple[int, int, bytes]]) -> float:
    """Return the time at which the kernel received a datagram, in monotonic seconds.

    ``ancillary`` is the control data of the datagram. If it has no timestamp, return the present
    time.
    """
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(value)
            # The timestamp is of the real-time clock; its age is the same on every clock.
            age: int = time.time_ns() - (seconds * 1_000_000_000 + nanoseconds)
            return (time.monotonic_ns() - age) * 1e-9
    return time.monotonic()


async def stamps_begun(host: str) -> bool:
    """Wait until the kernel puts timestamps on the datagrams that arrive at ``host``.

    Return True when it does, False if it does not within 0.2 s. The kernel begins milliseconds
    after the machine's first socket has asked for timestamps. Until then a datagram has only the
    time of reading, which is late in a busy process.
    """
    with _bound(host, even=False) as probe:
        for _ in range(100):
            sent = time.monotonic()
            try:
                probe.sendto(b"", probe.getsockname())
                await asyncio.sleep(0.002)
                _, ancillary, _, _ = probe.recvmsg(1, 64)
            except OSError:
                return False
            if _arrival(ancillary) - sent < 0.001:
                return True
    return False


class StampedSocket:
    """A non-blocking IPv4 UDP socket on the event loop; it times the arrival of each datagram."""

    def __init__(
        self,
        host: str,
        receive: Receive,
        *,
        peer: tuple[str, int] | None = None,
        failed: Callable[[OSError], None] | None = None,
        even: bool = False,
    ) -> None:
        """Bind a free UDP port of the address ``host`` of this machine.

        ``receive`` is called with each datagram and its arrival (monotonic seconds). If ``peer``
        (host and port) is given, only datagrams from there are received. ``failed`` is called with
        the error when a datagram cannot be sent or nothing listens at the peer. If ``even`` is
        True, the port's number is even, as RTP asks for. Raise OSError when no port can be bound.
        """
        self._receive = receive
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._socket = _bound(host, even)
        try:
            if peer is not None:
                self._socket.connect(peer)
        except OSError:
            self._socket.close()
            raise
        self.address: tuple[str, int] = self._socket.getsockname()
        self._loop.add_reader(self._socket, self._readable)

    def send(self, datagram: bytes) -> None:
        """Send ``datagram`` to the peer; on a network error, call ``failed`` with the OSError.

        ``failed`` and the peer are those that were given to the constructor.
        """
        try:
            self._socket.send(datagram)
        except OSError as error:
            self._report(error)

    def send_to(self, datagram: bytes, address: tuple[str, int]) -> None:
        """Send ``datagram`` to ``address`` (host and port).

        On a network error, the function ``failed`` of the constructor is called with the OSError.
        """
        try:
            self._socket.sendto(datagram, address)
        except OSError as error:
            self._report(error)

    def close(self) -> None:
        """Close the socket; if it is closed already, do nothing."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _readable(self) -> None:
        try:
            datagram, ancillary, _, _ = self._socket.recvmsg(65535, 64)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:  # an ICMP "port unreachable" comes back this way
            self._report(error)
            return
        self._receive(datagram, _arrival(ancillary))

    def _report(self, error: OSError) -> None:
        if self._failed is not None:
            self._failed(error)


def _bound(host: str, even: bool) -> socket.socket:
    while True:
        candidate = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            candidate.setblocking(False)
            candidate.bind((host, 0))
            with contextlib.suppress(OSError):  # without it, the time of reading is used
                candidate.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        except OSError:
            candidate.close()
            raise
        if not even or candidate.getsockname()[1] % 2 == 0:
            return candidate
        candidate.close()
