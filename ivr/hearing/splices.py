"""Splices: places in the audio at which packets were lost, so that unrelated sounds are neighbours.

Asterisk's audio stream does not mark a lost packet. The audio only becomes shorter than the time
that has passed. A late packet is different: the packets after it arrive in time again.
"""

from ivr.hearing.frames import CHUNK_SECONDS

LOST_SECONDS = 0.016
"""Upper limit in seconds for the delay of a chunk against the number of samples so far. If three
chunks in a row (_AGREE) come later than this, a packet of 20 ms counts as lost."""
_AGREE = 3
"""Number of chunks in a row that must come late for a packet to count as lost: 3 (96 ms). It takes
at least as long to confirm speech."""
SETTLED = 8
"""A splice (a place where packets were lost) counts as recent during this many chunks: 8, the 256
ms of audio that the echo gate compares with a prompt."""


class Splices:
    """The search for splices: places in the caller's audio where packets were lost.

    Packets were lost if fewer samples have arrived than belong to the time that has passed.
    """

    def __init__(self) -> None:
        self._clock: float | None = None
        self._late: list[float] = []
        self._since = SETTLED

    @property
    def recent(self) -> bool:
        """True if a splice (lost packets) was found in the last 256 ms, otherwise False."""
        return self._since < SETTLED

    def hear(self, now: float) -> None:
        """Note that a chunk of 32 ms ended at ``now``, in seconds of the call's clock.

        If it and the two chunks before it came late, :attr:`recent` becomes True.
        """
        self._clock = now if self._clock is None else self._clock + CHUNK_SECONDS
        self._since += 1
        if now < self._clock:  # the first packets were late
            self._clock = now
        self._late = [*self._late[1 - _AGREE :], now - self._clock]
        if len(self._late) == _AGREE and (lost := min(self._late)) > LOST_SECONDS:
            self._clock += lost
            self._late = []
            self._since = 0
