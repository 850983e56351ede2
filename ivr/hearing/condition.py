"""The verdict on the line. For now: no RTP, a dead line, nobody, or a caller."""

from ivr.dialogue.events import Condition, Event, LineChanged
from ivr.hearing.frames import FRAME_SECONDS

NO_RTP_SECONDS = 0.5
"""Without a packet for this long the line counts as without RTP."""
DEAD_PEAK = 8
"""Largest sample of a-law idle code: a frame no louder carries nothing at all."""
DEAD_SECONDS = 1.0
"""Idle code for this long makes a dead line."""


class LineCondition:
    """Watches frames and their absence; tells when the verdict changes."""

    def __init__(self, now: float) -> None:
        self.condition = Condition.NOBODY
        self._last_frame = now
        self._dead_seconds = 0.0

    def next_deadline(self) -> float | None:
        """When missing packets become a verdict."""
        if self.condition is Condition.NO_RTP:
            return None
        return self._last_frame + NO_RTP_SECONDS

    def hear(self, peak: int, now: float) -> list[Event]:
        """A frame whose largest absolute sample is ``peak`` arrived at ``now``."""
        self._last_frame = now
        self._dead_seconds = self._dead_seconds + FRAME_SECONDS if peak <= DEAD_PEAK else 0.0
        if self._dead_seconds >= DEAD_SECONDS:
            return self._become(Condition.DEAD_LINE)
        if self.condition is Condition.NO_RTP or self._dead_seconds == 0.0:
            keep = Condition.OK if self.condition is Condition.OK else Condition.NOBODY
            return self._become(keep)
        return []

    def caller_heard(self) -> list[Event]:
        """Speech was confirmed."""
        return self._become(Condition.OK)

    def wake(self, now: float) -> list[Event]:
        """Time has passed without a frame."""
        if now - self._last_frame >= NO_RTP_SECONDS:
            self._dead_seconds = 0.0
            return self._become(Condition.NO_RTP)
        return []

    def _become(self, condition: Condition) -> list[Event]:
        if condition is self.condition:
            return []
        self.condition = condition
        return [LineChanged(condition)]
