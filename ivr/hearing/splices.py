"""Splices: places where packets were lost and unrelated sounds are neighbours.

Asterisk's audio stream does not mark a lost packet; the sound only becomes shorter than the time
that has passed. A late packet is different: the packets after it are in time again.
"""

from ivr.hearing.frames import CHUNK_SECONDS

LOST_SECONDS = 0.016
"""Seconds by which _AGREE chunks in a row must come later than their samples say: then a packet of
20 ms is missing."""
_AGREE = 3
"""Chunks in a row that must be late: 96 ms, less than it takes to confirm speech."""
SETTLED = 8
"""Chunks after which a splice is outside the 256 ms that the echo gate compares with a prompt."""


class Splices:
    """Find splices by comparing the number of samples with the time that has passed."""

    def __init__(self) -> None:
        self._clock: float | None = None
        self._late: list[float] = []
        self._since = SETTLED

    @property
    def recent(self) -> bool:
        """Return whether there was a splice in the last 256 ms."""
        return self._since < SETTLED

    def hear(self, now: float) -> None:
        """Note that a chunk ended at ``now``."""
        self._clock = now if self._clock is None else self._clock + CHUNK_SECONDS
        self._since += 1
        if now < self._clock:  # the first packets were late
            self._clock = now
        self._late = [*self._late[1 - _AGREE :], now - self._clock]
        if len(self._late) == _AGREE and (lost := min(self._late)) > LOST_SECONDS:
            self._clock += lost
            self._late = []
            self._since = 0
