"""The tap: a channel of Asterisk that sends the caller's audio, without prompts, to this process.

The tap runs ``ChanSpy`` on the caller's channel and is made from the AGI session, so it needs no
right on the manager interface. When it fails, the call goes on: the tap is attached again, and
after three failures in a row the caller can use only keys. Without the tap the caller is told that
they cannot be heard, rather than that their telephone has no sound (row 2).
"""

import asyncio
import uuid
from collections.abc import Callable

import numpy as np
import structlog

from ivr.asterisk.agi_wire import command
from ivr.asterisk.audio_server import AudioServer
from ivr.hearing.frames import FRAME
from ivr.hearing.g711 import Samples

log = structlog.get_logger()

_ATTEMPTS = 3
"""Upper limit of requests for a tap in a row; after them no more are made. The count begins again
when a tap has delivered one second of audio."""
PROVEN_FRAMES = 50
"""Frames (one second of audio) after which a tap is known to work. If such a tap is lost, requests
for a new one are counted from zero."""
ATTACH_SECONDS = 1.0
"""Seconds after a request for a tap within which the tap must connect. Measured: it connects within
2 ms."""


class Tap:
    """The tap of one call: an AudioSocket channel of Asterisk that sends the caller's audio to us.

    Implements :class:`ivr.asterisk.audio_server.Listener`.
    """

    def __init__(
        self,
        server: AudioServer,
        address: str,
        uniqueid: str,
        send: Callable[[Callable[[], bytes]], None],
        hear: Callable[[Samples, float], None],
        attached: Callable[[bool, float], None],
    ) -> None:
        """Prepare the tap of the call on the channel with the unique id ``uniqueid``.

        ``address`` is host:port of ``server`` as Asterisk reaches it. ``send`` is called with a
        function that returns an AGI command, and calls it when the command can be sent. ``hear`` is
        called with each frame of 160 samples (20 ms, 8 kHz) and the time of its arrival.
        ``attached`` is called with True when the tap has connected, with False when it is lost, and
        with the time of that. Both times are in seconds of the event loop's clock.
        """
        self._server, self._address, self._uniqueid = server, address, uniqueid
        self._send, self._hear, self._attached = send, hear, attached
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._attempts = 0
        self._frames = 0
        self._expected: uuid.UUID | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._closed = False

    def attach(self) -> None:
        """Ask Asterisk to make the tap, as soon as the command would cut no prompt."""
        self._send(self._originate)

    def _originate(self) -> bytes:
        """Return the AGI command that makes the tap, and begin to expect its connection.

        If it does not connect within 1 s (ATTACH_SECONDS), it counts as lost.
        """
        self._attempts += 1
        self._expected = self._server.expect(self)
        self._deadline = self._loop.call_later(ATTACH_SECONDS, self._missed)
        # q: no beep · o: only the caller's audio · u: the exact uniqueid · E, S: end with the
        # caller's channel · l: a long queue, which loses ten times fewer frames. The tap is not a
        # call, so the PBX is told not to record it as one.
        spy = f"ChanSpy,{self._uniqueid}\\,qouESl"
        tech = f"AudioSocket/{self._address}/{self._expected}"
        return command("EXEC", "Originate", f"{tech},app,{spy},,5,av(CDR_PROP(disable)=1)")

    def close(self) -> None:
        """End the tap, because the call is over."""
        self._closed = True
        self._forget()
        if self._transport is not None:
            self._transport.close()

    # ivr.asterisk.audio_server.Listener

    def connected(self, transport: asyncio.Transport) -> None:
        """Report that the tap has connected; if the call is over, end the tap instead."""
        self._forget()
        if self._closed:
            transport.close()
            return
        self._transport = transport
        self._frames = 0
        self._attached(True, self._loop.time())

    def audio(self, payload: bytes, now: float) -> None:
        """Cut the caller's audio (16-bit samples at 8 kHz) into frames, and pass them to ``hear``.

        Asterisk sends packets of any size; the rest of a frame waits for the next packet. ``now``
        is the time of the arrival, in seconds of the event loop's clock.
        """
        data = self._rest + payload
        whole = len(data) // (2 * FRAME) * (2 * FRAME)
        samples = np.frombuffer(data[:whole], "<i2")
        self._rest = data[whole:]
        for start in range(0, len(samples), FRAME):
            self._hear(samples[start : start + FRAME], now)
            self._frames += 1
        if self._frames >= PROVEN_FRAMES:
            self._attempts = 0

    def disconnected(self) -> None:
        """Report that the tap has ended, and ask for it again; do nothing if the call is over."""
        self._transport = None
        self._rest = b""
        if not self._closed:
            self._again("Asterisk closed its connection")

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
