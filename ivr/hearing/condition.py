"""The condition of the line: looked at again and again, and changed only when it is certain.

Missing packets and idle code are facts and count at once. Everything else is found by the rules,
some three times a second, and becomes the verdict when it has been found twice in a row. What has
been learned about a caller is kept while he is silent: silence says nothing about his voice.
"""

from ivr.dialogue.events import Condition, Event, LineChanged
from ivr.hearing.frames import CHUNK_SECONDS
from ivr.hearing.history import LENGTH, History
from ivr.hearing.measure import Measured, measure_line
from ivr.hearing.rules import Finding, find
from ivr.hearing.verdict import LineMeasures, LineVerdict

NO_RTP_SECONDS = 0.5
"""Without a packet for this long the line counts as without RTP."""
DEAD_PEAK = 8
"""Largest sample of a-law idle code: a chunk no louder carries nothing at all."""
DEAD_SECONDS = 1.0
"""Idle code for this long makes a dead line."""
MUTED_SECONDS = 3.0
"""The same after a caller has been heard: some telephones send idle code between his words."""
LOOK_EVERY = 12
"""Chunks between two looks: 0.38 s."""
FIRST_LOOK = 24
"""Chunks before there is anything to look at: 0.77 s."""
FLOOR_LOOKS = 26
"""Looks whose floor is remembered: 10 s."""
WHOLE_SECONDS = LENGTH * CHUNK_SECONDS - 0.1
"""A caller has gone when no voice was heard for all of the time that is looked at."""
ENOUGH_SECONDS = 2.5
"""The same for one of whom nothing was heard but a beginning."""

_CALLER = (Condition.OK, Condition.TOO_QUIET, Condition.HANDS_FREE)
_NO_EVIDENCE = (Condition.NOBODY, Condition.OWN_PROMPT)


class LineCondition:
    """Watches chunks and their absence; tells when the verdict changes."""

    def __init__(self, now: float) -> None:
        self.condition = Condition.NOBODY
        self.why = "nothing heard yet"
        self.history = History()
        self._measured: Measured | None = None
        self._last_frame = now
        self._dead_seconds = 0.0
        self._candidate: Condition | None = None
        self._before = Condition.NOBODY
        self._until_look = FIRST_LOOK
        self._provisional = False
        self._floors: list[float] = []

    @property
    def numbers(self) -> LineMeasures:
        """What the last look measured."""
        m = self._measured
        if m is None:
            return LineMeasures()
        return LineMeasures(
            speech_seconds=m.speech_seconds,
            speech_level_dbov=m.speech_level if m.spoken else None,
            noise_floor_dbov=m.floor,
            snr_db=m.snr if m.spoken else None,
            decay_db_per_s=m.decay if m.spoken and m.slopes else None,
            clipped_percent=100 * m.clipped,
        )

    @property
    def verdict(self) -> LineVerdict:
        """The condition, why, and the numbers of the last look."""
        return LineVerdict(self.condition, self.why, self.numbers)

    def next_deadline(self) -> float | None:
        """When missing packets become a verdict."""
        if self.condition is Condition.NO_RTP:
            return None
        return self._last_frame + NO_RTP_SECONDS

    def hear_frame(self, now: float) -> list[Event]:
        """A packet has arrived."""
        self._last_frame = now
        if self.condition is Condition.NO_RTP:
            return self._become(Finding(self._before, "packets arrive again"))
        return []

    def hear_chunk(self, peak: float) -> list[Event]:
        """A chunk of 32 ms, already in the history, with this largest absolute sample."""
        if peak > DEAD_PEAK:
            self._dead_seconds = 0.0
            if self.condition is Condition.DEAD_LINE:
                return self._become(Finding(self._before, "the line carries sound again"))
        else:
            self._dead_seconds += CHUNK_SECONDS
        long = MUTED_SECONDS if self.condition in _CALLER else DEAD_SECONDS
        if self._dead_seconds >= long and self.condition is not Condition.DEAD_LINE:
            return self._become(Finding(Condition.DEAD_LINE, f"{long:g} s of idle code"))
        self._until_look -= 1
        return self._look() if self._until_look <= 0 else []

    def caller_heard(self) -> list[Event]:
        """Speech was confirmed: there is a caller, and nothing is wrong with him so far."""
        self._candidate = None
        if self.condition in (*_CALLER, Condition.NOISE):
            return []
        told = self._become(Finding(Condition.OK, "speech has started"))
        self._provisional = True
        return told

    def caller_finished(self) -> list[Event]:
        """Speech has ended: what it was like is known now or not at all."""
        return self._look(spoken=True)

    def wake(self, now: float) -> list[Event]:
        """Time has passed without a frame."""
        if now < self._last_frame + NO_RTP_SECONDS:  # exactly the deadline: no rounding
            return []
        self._dead_seconds = 0.0
        self.history.forget()
        self._until_look = FIRST_LOOK
        return self._become(Finding(Condition.NO_RTP, f"no packet for {NO_RTP_SECONDS:g} s"))

    def _look(self, *, spoken: bool = False) -> list[Event]:
        """``spoken``: what was said is over, so a first impression is all there will be."""
        self._until_look = LOOK_EVERY
        if self.condition in (Condition.DEAD_LINE, Condition.NO_RTP) or not len(self.history):
            return []
        stretch = self.history.last()
        m = self._measured = measure_line(stretch, min(self._floors, default=None))
        self._floors = self._floors[1 - FLOOR_LOOKS :]
        if m.floor_certain:
            self._floors.append(m.floor)
        found = find(stretch, m, self.condition)
        if found.condition is self.condition:
            self._candidate, self._provisional, self.why = None, False, found.why
            return []
        if self._is_only_silent(found, m):
            self._candidate = None
            return []
        if found.condition is not self._candidate and not (self._provisional and spoken):
            self._candidate = found.condition
            return []
        return self._become(found)

    def _is_only_silent(self, found: Finding, m: Measured) -> bool:
        """Whether this says no more than that a caller who was heard is not heard now."""
        if self.condition not in _CALLER:
            return False
        if found.condition in _NO_EVIDENCE:
            return True
        enough = ENOUGH_SECONDS if self._provisional else WHOLE_SECONDS
        return not m.spoken and m.seconds < enough

    def _become(self, found: Finding) -> list[Event]:
        self._candidate, self._provisional = None, False
        if found.condition is self.condition:
            return []
        if self.condition not in (Condition.NO_RTP, Condition.DEAD_LINE):
            self._before = self.condition
        self.condition, self.why = found
        return [LineChanged(found.condition, found.why)]
