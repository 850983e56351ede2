"""The tap: a channel beside the call that brings us the caller's audio, and only his.

It runs ``ChanSpy`` on the caller's channel and is made from the AGI session itself, so no manager
right is needed. Its failure never touches the call: it is attached again, and when that fails
three times the call goes on by keys. While it is away the caller cannot be heard, and is told so
rather than that his telephone has no sound.
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
PROVEN_FRAMES = 50
"""After this much audio, one second, a tap has worked, and a later loss is a new one."""
ATTACH_SECONDS = 1.0
"""A tap that has not come by then will not; measured: it comes after 2 ms."""


class Tap:
    """One call's tap. Implements :class:`ivr.asterisk.audio_server.Listener`."""

    def __init__(
        self,
        server: AudioServer,
        address: str,
        uniqueid: str,
        send: Callable[[Callable[[], bytes]], None],
        hear: Callable[[Samples, float], None],
        attached: Callable[[bool, float], None],
    ) -> None:
        """``address`` is host:port as Asterisk reaches us, ``uniqueid`` the caller's channel.

        ``send`` takes what makes an AGI command and calls it when the command can be sent,
        ``hear`` takes frames of 160 samples with their arrival, ``attached`` is told when the tap
        has come (True) and when it is away (False).
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
        """Ask Asterisk for the tap, as soon as that cuts no prompt."""
        self._send(self._originate)

    def _originate(self) -> bytes:
        """The command that asks for it; from now on the tap is waited for."""
        self._attempts += 1
        self._expected = self._server.expect(self)
        self._deadline = self._loop.call_later(ATTACH_SECONDS, self._missed)
        # q: no beep · o: only what comes from the caller · u: the exact uniqueid · E, S: end with
        # the caller's channel · l: a long queue, which loses ten times fewer frames. It is no call
        # of anybody's, and so none in the PBX's records.
        spy = f"ChanSpy,{self._uniqueid}\\,qouESl"
        tech = f"AudioSocket/{self._address}/{self._expected}"
        return command("EXEC", "Originate", f"{tech},app,{spy},,5,av(CDR_PROP(disable)=1)")

    def close(self) -> None:
        """The call is over."""
        self._closed = True
        self._forget()
        if self._transport is not None:
            self._transport.close()

    # ivr.asterisk.audio_server.Listener

    def connected(self, transport: asyncio.Transport) -> None:
        """The tap has come."""
        self._forget()
        if self._closed:
            transport.close()
            return
        self._transport = transport
        self._frames = 0
        self._attached(True, self._loop.time())

    def audio(self, payload: bytes, now: float) -> None:
        """Cut what came into frames, whatever the size Asterisk chose."""
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
        """The tap has gone: at the end of the call, or by a fault."""
        self._transport = None
        self._rest = b""
        if not self._closed:
            self._again("it was closed")

    def _missed(self) -> None:
        self._again("it did not come")

    def _again(self, why: str) -> None:
        self._forget()
        log.warning("tap_lost", why=why, attempt=self._attempts)
        self._attached(False, self._loop.time())
        if self._attempts < _ATTEMPTS:
            self.attach()

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self._expected is not None:
            self._server.forget(self._expected)
            self._expected = None
