"""The condition of the line: evaluated all the time, and changed only when the evidence is enough.

Missing packets and idle code are facts and change the condition at once. Every other condition is
found by the rules (rules.py), 2.6 times a second, and is adopted when two evaluations in a row
agree. A condition found from a caller's voice is kept while they are silent, because silence says
nothing about the voice.
"""

from ivr.dialogue.events import Condition, Event, LineChanged
from ivr.hearing.frames import CHUNK_SECONDS
from ivr.hearing.history import LENGTH, History
from ivr.hearing.measure import Measured, measure_line
from ivr.hearing.rules import Finding, find
from ivr.hearing.verdict import LineMeasures, LineVerdict

NO_RTP_SECONDS = 0.5
"""Seconds without a packet after which the condition is NO_RTP."""
DEAD_PEAK = 8
"""Upper limit for the largest magnitude of a chunk's 16-bit samples; up to it the chunk carries no
sound. A-law's idle code decodes to 8."""
DEAD_SECONDS = 1.0
"""Seconds of the codec's idle code after which the line counts as dead."""
MUTED_SECONDS = 3.0
"""Replaces DEAD_SECONDS (1 s) while a caller is found on the line (condition OK, TOO_QUIET or
HANDS_FREE). The line then counts as dead after 3 s of the codec's idle code. The time is longer
because some telephones send idle code between the words."""
LOOK_EVERY = 12
"""The rules evaluate the line once every this many chunks of 32 ms: 12, 0.38 s."""
FIRST_LOOK = 24
"""The rules evaluate the line for the first time after this many chunks of 32 ms: 24, 0.77 s."""
FLOOR_LOOKS = 26
"""Number of noise floors that are remembered: those of the last 26 evaluations that could measure
one, usually 10 s."""
WHOLE_SECONDS = LENGTH * CHUNK_SECONDS - 0.1
"""Least seconds of audio without a caller's voice that end the condition of a caller: 4.9 s. Less
than 0.3 s of voice counts as none. Noise, music, a tone or a fax then becomes the condition. An
evaluation covers 5 s; the 0.1 s less allows for the rounding to chunks."""
ENOUGH_SECONDS = 2.5
"""Replaces WHOLE_SECONDS (4.9 s) while the condition is OK only because speech has started. 2.5 s
of audio without a voice then end the condition, because no evaluation has confirmed it yet."""

_CALLER = (Condition.OK, Condition.TOO_QUIET, Condition.HANDS_FREE)
_NO_EVIDENCE = (Condition.NOBODY, Condition.OWN_PROMPT)


class LineCondition:
    """The condition of one caller's telephone line, such as NOISE, OK or NO_RTP.

    It is updated with each chunk of audio (32 ms), and when no packet arrives. ``now`` is the time
    of the answer, in seconds of the call's clock.
    """

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
        """The measures of the last evaluation of the line. Before the first evaluation all fields
        have their defaults (None or 0)."""
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
        """The condition of the line, the reason for it, and the measures of the last evaluation."""
        return LineVerdict(self.condition, self.why, self.numbers)

    def next_deadline(self) -> float | None:
        """Return the time at which the condition becomes NO_RTP if no packet arrives before it.

        The time is in seconds of the call's clock. Return None if the condition is NO_RTP already.
        """
        if self.condition is Condition.NO_RTP:
            return None
        return self._last_frame + NO_RTP_SECONDS

    def hear_frame(self, now: float) -> list[Event]:
        """Note that a packet arrived at ``now``, in seconds of the call's clock.

        If the condition is NO_RTP, it becomes the last condition that was neither NO_RTP nor
        DEAD_LINE; return the event LineChanged for this. Otherwise return an empty list.
        """
        self._last_frame = now
        if self.condition is Condition.NO_RTP:
            return self._become(Finding(self._before, "packets arrive again"))
        return []

    def hear_chunk(self, peak: float) -> list[Event]:
        """Update the condition after a chunk of 32 ms, which is already in ``history``.

        ``peak`` is the largest magnitude of the chunk's 16-bit samples. Return the event
        LineChanged if the condition changed, otherwise an empty list.
        """
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
        """Set the condition to OK, because the speech of a caller was confirmed.

        OK, TOO_QUIET, HANDS_FREE and NOISE stay as they are. Return the event LineChanged if the
        condition changed, otherwise an empty list.
        """
        self._candidate = None
        if self.condition in (*_CALLER, Condition.NOISE):
            return []
        told = self._become(Finding(Condition.OK, "speech has started"))
        self._provisional = True
        return told

    def caller_finished(self) -> list[Event]:
        """Evaluate the line at the end of the caller's speech.

        This is needed for short answers, which are over before two regular evaluations can agree.
        Return the event LineChanged if the condition changed, otherwise an empty list.
        """
        return self._look(spoken=True)

    def wake(self, now: float) -> list[Event]:
        """Set the condition to NO_RTP if no packet has arrived in the last 0.5 s before ``now``.

        ``now`` is in seconds of the call's clock. Return the event LineChanged if the condition
        changed, otherwise an empty list.
        """
        # The same sum as in next_deadline, so that rounding cannot put one before the other.
        if now < self._last_frame + NO_RTP_SECONDS:
            return []
        self._dead_seconds = 0.0
        self.history.forget()
        self._until_look = FIRST_LOOK
        return self._become(Finding(Condition.NO_RTP, f"no packet for {NO_RTP_SECONDS:g} s"))

    def _look(self, *, spoken: bool = False) -> list[Event]:
        """Evaluate the last 5 s of the line by the rules (rules.py).

        A new condition is adopted when two evaluations in a row find it. ``spoken`` is True at the
        end of an utterance: one evaluation is then enough if the condition is OK only because
        speech has started. Return the event LineChanged if the condition changed, otherwise an
        empty list.
        """
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
        """Return True if ``found`` shows only that a caller who has spoken before is silent now.

        ``m`` holds the measures on which ``found`` is based. Such a finding does not change the
        condition. Return False for any other finding.
        """
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
