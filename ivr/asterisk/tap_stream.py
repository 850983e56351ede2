"""The stream of a tap: the caller's audio as frames, from an AudioSocket connection."""

import asyncio
from collections.abc import Callable

import numpy as np
import structlog

from ivr.asterisk.audio_wire import AUDIO_8K, ERROR, HANG_UP, AudioError, Packets
from ivr.hearing.frames import FRAME
from ivr.hearing.g711 import Samples

log = structlog.get_logger()

OCTETS_PER_SECOND = 16_000
"""Octets of audio in a second: 16-bit samples at 8 kHz."""
PROVEN_FRAMES = 50
"""Frames (one second of audio) after which a tap is known to work."""


class TapStream(asyncio.Protocol):
    """Cuts the audio of one connection, whose UUID has been read, into frames."""

    def __init__(
        self,
        hear: Callable[[Samples, float], None],
        proven: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        """Take the functions that are called as audio comes.

        ``hear`` is called with each frame of 160 samples (20 ms, 8 kHz) and the time of its
        arrival, in seconds of the event loop's clock. ``proven`` is called once, after a second of
        audio, and ``ended`` when the connection has ended.
        """
        self._hear, self._proven, self._ended = hear, proven, ended
        self._loop = asyncio.get_running_loop()
        self._packets = Packets()
        self._rest = b""
        self._frames = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hear the audio in ``data``; malformed octets end the connection."""
        now = self._loop.time()
        payloads: list[bytes] = []
        try:
            try:
                for packet in self._packets.feed(data):
                    if packet.kind == AUDIO_8K:
                        payloads.append(packet.payload)
                    elif packet.kind in (HANG_UP, ERROR):
                        self.close()
            finally:  # the packets before malformed octets are valid
                self._hear_all(payloads, now)
        except AudioError as error:
            log.warning(
                "tap_refused", reason=str(error), effect="this tap is closed and asked for again",
                remedy="if this repeats, report this line",
            )  # fmt: skip
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the connection has ended."""
        self._transport = None
        self._ended()

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def _hear_all(self, payloads: list[bytes], now: float) -> None:
        """Hear audio that was read together, at ``now``, but was spoken one after the other."""
        behind = sum(map(len, payloads))
        for payload in payloads:
            behind -= len(payload)
            self._cut(payload, now - behind / OCTETS_PER_SECOND)

    def _cut(self, payload: bytes, now: float) -> None:
        """Cut audio into frames; Asterisk sends packets of any size, and a rest waits."""
        data = self._rest + payload
        whole = len(data) // (2 * FRAME) * (2 * FRAME)
        samples = np.frombuffer(data[:whole], "<i2")
        self._rest = data[whole:]
        for start in range(0, len(samples), FRAME):
            self._hear(samples[start : start + FRAME], now)
            self._frames += 1
            if self._frames == PROVEN_FRAMES:
                self._proven()
