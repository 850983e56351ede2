"""The heartbeat: a channel of Asterisk's that takes the caller back when this process stops.

The dead-man timer of :mod:`ivr.asterisk.line` lasts as long as the prompt it guards. This channel
is quicker: it hears a short noise from us every half second, and when it has heard none for two
seconds its dialplan (``[ivr-watchdog]`` in asterisk-conf/ivr-hotline.conf) redirects the caller
to the second service or to the apology. It costs one channel, and no manager right.
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
OVERDUE_SECONDS = 1.5
"""A beat this late may have cost us the call: Asterisk waits two seconds from one to the next."""
BEAT = encode_packet(AUDIO_8K, (np.resize([4000, -4000], FRAME)).astype("<i2").tobytes())
"""20 ms that Asterisk does not take for silence."""


class Heartbeat:
    """One call's heartbeat. Implements :class:`ivr.asterisk.audio_server.Listener`."""

    def __init__(
        self,
        server: AudioServer,
        address: str,
        channel: str,
        send: Callable[[Callable[[], bytes]], None],
    ) -> None:
        """``address`` is host:port as Asterisk reaches us, ``channel`` the caller's channel name;
        ``send`` takes what makes an AGI command and calls it when the command can be sent."""
        self._server, self._address, self._channel, self._send = server, address, channel, send
        self._loop = asyncio.get_running_loop()
        self._expected: uuid.UUID | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._due: float | None = None
        self.longest_lag = 0.0
        """How late, in seconds, a beat has been: how long the event loop stood still at most."""

    def overdue(self, now: float) -> bool:
        """Whether the beats have stopped for so long that the PBX may have taken the call away."""
        return self._due is not None and now - self._due >= OVERDUE_SECONDS - BEAT_SECONDS

    def attach(self) -> None:
        """Ask Asterisk for the channel. Should it not come, the dead-man timer is left."""
        self._send(self._originate)

    def _originate(self) -> bytes:
        self._expected = self._server.expect(self)
        tech = f"AudioSocket/{self._address}/{self._expected}"
        place = f"exten,ivr-watchdog,s,1,5,av(IVR_CALLER={self._channel})"
        return command("EXEC", "Originate", f"{tech},{place}")

    def close(self) -> None:
        """The call is over: without this the channel would live on."""
        self._closed = True
        if self._expected is not None:
            self._server.forget(self._expected)
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()

    # ivr.asterisk.audio_server.Listener

    def connected(self, transport: asyncio.Transport) -> None:
        """The channel has come."""
        self._transport = transport
        if self._closed:
            transport.close()
        else:
            self._beat()

    def audio(self, payload: bytes, now: float) -> None:
        """The channel sends nothing worth hearing."""

    def disconnected(self) -> None:
        """The channel has gone."""
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self) -> None:
        assert self._transport is not None
        now = self._loop.time()
        self.longest_lag = max(self.longest_lag, now - (self._due or now))
        self._due = now + BEAT_SECONDS
        self._transport.write(BEAT)
        self._timer = self._loop.call_at(self._due, self._beat)
