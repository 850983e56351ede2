"""The tap: a channel of Asterisk that sends the caller's audio, without prompts, to the service.

The tap runs ``ChanSpy`` on the caller's channel and is made from the AGI session, so it needs no
right on the manager interface. When it fails, the call goes on: the tap is attached again, and
after three failures in a row the caller can use only keys. Without the tap the caller is told that
they cannot be heard, rather than that their telephone has no sound (row 2).
"""

import asyncio
import socket
import uuid
from collections.abc import Callable

import structlog

from ivr.asterisk.agi_wire import command
from ivr.asterisk.audio_server import AudioServer, HandOver

log = structlog.get_logger()

_ATTEMPTS = 3
"""Upper limit of requests for a tap in a row; after them no more are made. The count begins again
when a tap has delivered one second of audio."""
ATTACH_SECONDS = 1.0
"""Seconds after a request for a tap within which the tap must connect. Measured: it connects within
2 ms."""


class Tap:
    """The tap of one call: an AudioSocket channel of Asterisk that sends the caller's audio.

    Its connection is handed over to the process that listens, which reports how it fares.
    """

    def __init__(
        self,
        server: AudioServer,
        address: str,
        uniqueid: str,
        send: Callable[[Callable[[], bytes]], None],
        connect: Callable[[socket.socket, bytes], None],
        attached: Callable[[bool, float], None],
    ) -> None:
        """Prepare the tap of the call on the channel with the unique id ``uniqueid``.

        ``address`` is host:port of ``server`` as Asterisk reaches it. ``send`` is called with a
        function that returns an AGI command, and calls it when the command can be sent. ``connect``
        is called with the socket of the tap, which it owns from then on, and with the first octets
        of audio. ``attached`` is called with True when the tap has connected, with False when it is
        lost, and with the time of that, in seconds of the event loop's clock.
        """
        self._server, self._address, self._uniqueid = server, address, uniqueid
        self._send, self._connect, self._attached = send, connect, attached
        self._loop = asyncio.get_running_loop()
        self._attempts = 0
        self._expected: uuid.UUID | None = None
        self._connected: uuid.UUID | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._closed = False

    def attach(self) -> None:
        """Ask Asterisk to make the tap, as soon as the command would cut no prompt."""
        self._send(self._originate)

    def _originate(self) -> bytes:
        """Return the AGI command that makes the tap, and begin to expect its connection.

        If it does not connect within 1 s (ATTACH_SECONDS), it counts as lost.
        """
        self._attempts += 1
        self._expected = self._server.expect(HandOver(self._take))
        self._deadline = self._loop.call_later(ATTACH_SECONDS, self._missed)
        # q: no beep · o: only the caller's audio · u: the exact uniqueid · E, S: end with the
        # caller's channel · l: a long queue, which loses ten times fewer frames. The tap is not a
        # call, so the PBX is told not to record it as one.
        spy = f"ChanSpy,{self._uniqueid}\\,qouESl"
        tech = f"AudioSocket/{self._address}/{self._expected}"
        return command("EXEC", "Originate", f"{tech},app,{spy},,5,av(CDR_PROP(disable)=1)")

    def close(self) -> None:
        """Ask for no tap any more, because the call is over."""
        self._closed = True
        self._forget()

    def proven(self) -> None:
        """Note that the tap has delivered one second of audio: requests are counted from zero."""
        self._attempts = 0

    def released(self) -> None:
        """Note that the connection of the tap has ended."""
        if self._connected is not None:
            self._server.ended(self._connected)
            self._connected = None

    def disconnected(self, reason: str = "Asterisk closed its connection") -> None:
        """Report that the tap has ended, and ask for it again; do nothing if the call is over."""
        self.released()
        if not self._closed:
            self._again(reason)

    def _take(self, connection: socket.socket, first: bytes) -> None:
        """Hand the connection of the tap over; if the call is over, close it instead."""
        self._connected = self._expected
        self._forget()
        if self._closed:
            connection.close()
            self.released()
            return
        self._connect(connection, first)
        self._attached(True, self._loop.time())

    def _missed(self) -> None:
        self._again(f"it did not connect within {ATTACH_SECONDS:.0f} s")

    def _again(self, reason: str) -> None:
        """Report that the tap is lost, for ``reason``, and ask Asterisk for it again.

        Do not ask again if 3 requests in a row (_ATTEMPTS) have failed.
        """
        self._forget()
        again = self._attempts < _ATTEMPTS
        log.warning(
            "tap_lost", reason=reason, attempt=self._attempts,
            effect="the caller's voice is not heard, and only keys work, "
            + ("until Asterisk has connected the tap again" if again else "to the end of the call"),
            remedy="if this repeats, check audio.host and audio.port, and load Asterisk's modules "
            "res_audiosocket, chan_audiosocket and app_chanspy",
        )  # fmt: skip
        self._attached(False, self._loop.time())
        if self._attempts < _ATTEMPTS:
            self.attach()

    def _forget(self) -> None:
        """Stop waiting for the connection of the tap; if it comes later, it is refused."""
        if self._deadline is not None:
            self._deadline.cancel()
        if self._expected is not None:
            self._server.forget(self._expected)
            self._expected = None
