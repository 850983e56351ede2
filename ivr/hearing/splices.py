"""Where packets are missing, two pieces of sound are joined that do not belong together.

The tap tells nothing of a lost packet: the sound merely becomes shorter than the time. A packet
that is late is not lost: the ones after it are in time again.
"""

from ivr.hearing.frames import CHUNK_SECONDS

LOST_SECONDS = 0.016
"""Chunks that all come later than this by their samples do so because 20 ms are missing."""
_AGREE = 3
"""How many of them: 96 ms, less than it takes to confirm speech."""
SETTLED = 8
"""Chunks after which the joint has left the 256 ms that are compared with a prompt."""


class Splices:
    """Compares the samples that came with the time that passed."""

    def __init__(self) -> None:
        self._clock: float | None = None
        self._late: list[float] = []
        self._since = SETTLED

    @property
    def recent(self) -> bool:
        """Whether what was heard in the last quarter of a second may be two pieces."""
        return self._since < SETTLED

    def hear(self, now: float) -> None:
        """A chunk ended at ``now``."""
        self._clock = now if self._clock is None else self._clock + CHUNK_SECONDS
        self._since += 1
        if now < self._clock:  # the first ones were late
            self._clock = now
        self._late = [*self._late[1 - _AGREE :], now - self._clock]
        if len(self._late) == _AGREE and (lost := min(self._late)) > LOST_SECONDS:
            self._clock += lost
            self._late = []
            self._since = 0
