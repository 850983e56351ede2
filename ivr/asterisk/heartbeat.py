"""The heartbeat: a channel of Asterisk that takes the caller back when this process stops.

The dead-man timer of :mod:`ivr.asterisk.line` lasts as long as the prompt it guards. The heartbeat
is quicker: this process sends a short noise to its channel every half second. When the channel has
received no noise for two seconds, its dialplan (``[ivr-watchdog]`` in
asterisk-conf/ivr-hotline.conf) redirects the caller to the second service or to the apology. A
heartbeat needs one channel and no right on the manager interface.
"""

import asyncio
import uuid
from collections.abc import Callable

import numpy as np

from ivr.asterisk.agi_wire import command
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.audio_wire import AUDIO_8K, encode_packet
from ivr.hearing.frames import FRAME

BEAT_SECONDS = 0.5
"""Seconds from one beat (a short noise that is sent to the heartbeat's channel) to the next."""
OVERDUE_SECONDS = 1.5
"""Seconds since the last beat after which the PBX may have taken the caller back. Its dialplan does
so after two seconds without a beat."""
BEAT = encode_packet(AUDIO_8K, (np.resize([4000, -4000], FRAME)).astype("<i2").tobytes())
"""The packet of one beat: 20 ms of noise that Asterisk does not take for silence."""


class Heartbeat:
    """The heartbeat of one call, which tells the PBX that this process runs.

    It sends noise on a channel of its own. Implements
    :class:`ivr.asterisk.audio_server.ConnectionOwner`.
    """

    def __init__(
        self,
        server: AudioServer,
        address: str,
        channel: str,
        send: Callable[[Callable[[], bytes]], None],
    ) -> None:
        """Prepare the heartbeat of the call on the channel with the name ``channel``.

        ``address`` is host:port of ``server`` as Asterisk reaches it. ``send`` is called with a
        function that returns an AGI command, and calls it when the command can be sent.
        """
        self._server, self._address, self._channel, self._send = server, address, channel, send
        self._loop = asyncio.get_running_loop()
        self._expected: uuid.UUID | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._due: float | None = None
        self.longest_lag = 0.0
        """Greatest delay of a beat so far, in seconds. A beat is late when the event loop is
        blocked."""

    def overdue(self, now: float) -> bool:
        """Return True if the PBX may have taken the caller back, because beats have stopped.

        This is when the last beat was sent at least 1.5 s (OVERDUE_SECONDS) before ``now``, in
        seconds of the event loop's clock. Return False otherwise, and before the first beat.
        """
        return self._due is not None and now - self._due >= OVERDUE_SECONDS - BEAT_SECONDS

    def attach(self) -> None:
        """Ask Asterisk for the heartbeat's channel; beats begin when it has connected.

        If it does not connect, only the dead-man timer (the PBX's time limit for each sound) guards
        the caller.
        """
        self._send(self._originate)

    def _originate(self) -> bytes:
        """Return the AGI command that makes the heartbeat's channel; expect it from now on."""
        self._expected = self._server.expect(self)
        tech = f"AudioSocket/{self._address}/{self._expected}"
        place = f"exten,ivr-watchdog,s,1,5,av(IVR_CALLER={self._channel})"
        return command("EXEC", "Originate", f"{tech},{place}")

    def close(self) -> None:
        """End the heartbeat's channel, which would otherwise outlive the call."""
        self._closed = True
        if self._expected is not None:
            self._server.forget(self._expected)
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()

    # ivr.asterisk.audio_server.ConnectionOwner

    def connected(self, transport: asyncio.Transport) -> None:
        """Begin to send beats on the channel that has connected, or end it if the call is over."""
        self._transport = transport
        if self._closed:
            transport.close()
        else:
            self._beat()

    def disconnected(self) -> None:
        """Send no more beats, because the heartbeat's channel has ended."""
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self) -> None:
        assert self._transport is not None
        now = self._loop.time()
        self.longest_lag = max(self.longest_lag, now - (self._due or now))
        self._due = now + BEAT_SECONDS
        self._transport.write(BEAT)
        self._timer = self._loop.call_at(self._due, self._beat)
