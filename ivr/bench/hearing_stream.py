"""Stream windows (test recordings) through the ear (a call's detectors); collect its reports."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial

from ivr.dialogue.events import Condition, Event, SpeechEnded, SpeechStarted
from ivr.hearing.ear import Ear, VoiceDetector
from ivr.hearing.frames import RATE
from ivr.hearing.played import Reference
from ivr.hearing.verdict import LineMeasures
from ivr.lab.corpus.line import Order
from ivr.lab.corpus.recipes import make_window
from ivr.lab.corpus.sources import Split
from ivr.lab.corpus.talk import Stock
from ivr.lab.corpus.window import Truth, Window
from ivr.recognition.silero import SileroModel

Changes = list[tuple[float, Condition]]
"""The changes of the verdict in a window (test recording): pairs of the time, in seconds from the
start of the window, and the new verdict."""


@dataclass(frozen=True, slots=True)
class JudgedWindow:
    """One window (test recording) and what the ear (a call's detectors) reported about it."""

    group: str
    """Name of the group of test recordings that the window belongs to, such as ``noise``.

    The groups are listed in lab/corpus/recipes.py."""
    name: str
    """Group and number of the window, or the name of its recording."""
    value: float | None
    """Value of the varied quantity, if the window belongs to a sweep (a series in which one
    quantity is varied); None otherwise."""
    label: Condition
    """The right verdict on the window, by its label."""
    seconds: float
    """Length of the window in seconds."""
    truth: Truth
    condition: Condition
    """The verdict of the detectors at the end of the window."""
    why: str
    """The detectors' reason for the verdict at the end of the window, in words."""
    numbers: LineMeasures
    changes: Changes
    starts: list[float]
    """Times, in seconds from the start of the window, at which a start of speech was reported."""
    ends: list[float]
    """Times, in seconds from the start of the window, at which an end of speech was reported."""

    @property
    def right(self) -> bool:
        """Whether the verdict at the window's end is of the same class as the right verdict."""
        return class_of(self.condition) is class_of(self.label)


_CLASSES = {
    Condition.DEAD_LINE: Condition.NOBODY,
    Condition.NO_RTP: Condition.NOBODY,
    Condition.FAX: Condition.TONE,
}


def class_of(condition: Condition) -> Condition:
    """Return the class under which ``condition`` is scored.

    DEAD_LINE and NO_RTP are scored as NOBODY, FAX as TONE; any other condition is its own class.
    """
    return _CLASSES.get(condition, condition)


def stream_window(
    window: Window,
    detector: VoiceDetector,
    value: float | None = None,
    name: str | None = None,
) -> JudgedWindow:
    """Stream a window (a test recording) through an ear (a call's detectors); return its reports.

    As on a call, the ear also runs at the deadlines that it sets, so it notices that packets are
    missing. ``value`` is the value of the varied quantity if the window belongs to a sweep (a
    series in which one quantity is varied), otherwise None. ``name`` is the name of a recording; if
    it is None, the window is named by its group and number.
    """
    ear = Ear(detector, 0.0)
    events_at: list[tuple[float, Event]] = []
    changes: Changes = []
    condition = ear.verdict.condition

    def note(now: float, events: list[Event]) -> None:
        nonlocal condition
        events_at.extend((now, event) for event in events)
        if (found := ear.verdict.condition) is not condition:
            condition = found
            changes.append((now, found))

    prompt = None if window.prompt is None else Reference.of(window.prompt)
    stops: float | None = None
    for now, frame in (*window.frames, (window.seconds, None)):
        if prompt is not None and (window.prompt_start or 0.0) < now:
            stops = (window.prompt_start or 0.0) + len(prompt.samples) / RATE
            ear.prompt_started(prompt, window.prompt_start or 0.0)
            prompt = None
        if stops is not None and stops < now:
            ear.prompt_stopped(stops)
            stops = None
        for deadline in _due(ear, now):
            note(deadline, ear.wake(deadline))
        if frame is not None:
            note(now, ear.hear(frame, now))
    return JudgedWindow(
        group=window.group,
        name=name or f"{window.group} {window.number}",
        value=value,
        label=window.label,
        seconds=window.seconds,
        truth=window.truth,
        condition=ear.verdict.condition,
        why=ear.verdict.why,
        numbers=ear.verdict.numbers,
        changes=changes,
        starts=[at for at, event in events_at if isinstance(event, SpeechStarted)],
        ends=[at for at, event in events_at if isinstance(event, SpeechEnded)],
    )


def _due(ear: Ear, now: float) -> Iterator[float]:
    """Yield the times before ``now`` at which ``ear`` wants to be woken (its deadlines).

    Times are in seconds from the start of the window. The iteration ends when the ear's next
    deadline is not later than the deadline yielded before.
    """
    last = float("-inf")
    while (deadline := ear.next_deadline()) is not None and last < deadline < now:
        last = deadline
        yield deadline


@lru_cache(maxsize=1)
def detector() -> VoiceDetector:
    """Return the voice detector of this process, of the kind that calls use; it is made once.

    Every ear (the detectors of one call) resets the voice detector before the ear's first frame.
    """
    return SileroModel.load().stream()


def listen_to_order(
    order: Order, *, seed: int, split: Split, recorded: bool = True
) -> JudgedWindow:
    """Make the window (test recording) that ``order`` describes, stream it, and return the reports.

    ``recorded`` says whether the window may contain recordings of people.
    """
    window = make_window(order, seed, Stock.of(split, recorded=recorded))
    return stream_window(window, detector(), order.value)


def listen_to_all(
    orders: Iterable[Order], seed: int, split: Split, done: Callable[[], None], jobs: int
) -> list[JudgedWindow]:
    """Make and stream the windows of ``orders`` in ``jobs`` processes, and return the reports.

    ``done`` is called after each window.
    """
    work = partial(listen_to_order, seed=seed, split=split)
    Stock.of(split)  # is fetched and synthesised once, before all processes need it
    spawn = multiprocessing.get_context("spawn")
    heard: list[JudgedWindow] = []
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        for judged in pool.map(work, orders, chunksize=8):
            heard.append(judged)
            done()
    return heard
