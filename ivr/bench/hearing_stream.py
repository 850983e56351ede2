"""Play windows (test recordings) to the detectors of calls, and collect what they report.

The detectors of one call are called an ear.
"""

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
"""The verdicts on a window (test recording) in the order in which they were given. Each is a pair:
the time in seconds from the start of the window, and the verdict that is valid from then on."""


@dataclass(frozen=True, slots=True)
class JudgedWindow:
    """One window (test recording) and what the ear (a call's detectors) reported about it."""

    group: str
    """Name of the group of test recordings that the window belongs to, such as ``noise``.

    The groups are listed in lab/corpus/recipes.py."""
    name: str
    """Group and number of the window, or the name of its recording."""
    value: float | None
    """The value of the varied quantity, if the window belongs to a sweep; None otherwise. (A sweep
    is a series of windows in which one quantity is varied.)"""
    label: Condition
    """The right verdict on the window, with which the detectors' verdict is compared."""
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
    """Times at which the detectors reported a start of speech, in seconds from the window's
    start."""
    ends: list[float]
    """Times at which the detectors reported an end of speech, in seconds from the window's
    start."""

    @property
    def right(self) -> bool:
        """True if the last verdict on the window was right, False otherwise.

        It is right if it has the same class (:func:`class_of`) as the label.
        """
        return class_of(self.condition) is class_of(self.label)


_CLASSES = {
    Condition.DEAD_LINE: Condition.NOBODY,
    Condition.NO_RTP: Condition.NOBODY,
    Condition.FAX: Condition.TONE,
}


def class_of(condition: Condition) -> Condition:
    """Return the class of a verdict on a line; two verdicts of one class count as equal.

    DEAD_LINE and NO_RTP belong to the class NOBODY, FAX to TONE. Any other verdict is its own
    class.
    """
    return _CLASSES.get(condition, condition)


def stream_window(
    window: Window,
    detector: VoiceDetector,
    value: float | None = None,
    name: str | None = None,
) -> JudgedWindow:
    """Play a window (a test recording) to an ear (a call's detectors); return the ear's reports.

    The ear is also woken at the times it asks for, as on a call, so that it notices missing
    packets. ``detector`` is the voice detector that the ear uses. ``value`` is the value of the
    varied quantity if the window belongs to a sweep (a series in which one quantity varies),
    otherwise None. ``name`` is the window's name in the reports; None means group and number.
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
    """Yield the times before ``now`` at which ``ear``, a call's detectors, asks to be woken.

    Times are in seconds from the start of the test recording. The caller wakes the ear after each
    of them. The iteration ends when the ear asks for no time, or for none between the last one and
    ``now``.
    """
    last = float("-inf")
    while (deadline := ear.next_deadline()) is not None and last < deadline < now:
        last = deadline
        yield deadline


@lru_cache(maxsize=1)
def detector() -> VoiceDetector:
    """Return the voice detector of this process; it is loaded by the first call and then kept.

    It is of the kind that calls use. It may serve one recording after another, because each ear
    (the detectors of one call) resets it before its first frame.
    """
    return SileroModel.load().stream()


def listen_to_order(
    order: Order, *, seed: int, split: Split, recorded: bool = True
) -> JudgedWindow:
    """Make one window (test recording), let the detectors judge it, and return their reports.

    ``order`` describes the window. ``seed`` is the random seed, ``split`` the part of the corpus
    (development or test) from which speakers and rooms are taken. If ``recorded`` is False, no
    recordings of people are used.
    """
    window = make_window(order, seed, Stock.of(split, recorded=recorded))
    return stream_window(window, detector(), order.value)


def listen_to_all(
    orders: Iterable[Order], seed: int, split: Split, done: Callable[[], None], jobs: int
) -> list[JudgedWindow]:
    """Make the windows (test recordings) of ``orders``, let the detectors judge them, and report.

    The result has one report for each order, in the same sequence. ``seed`` is the random seed,
    ``split`` the part of the corpus (development or test) from which speakers and rooms are taken.
    The work is done in ``jobs`` processes. ``done`` is called after each window.
    """
    work = partial(listen_to_order, seed=seed, split=split)
    Stock.of(split).natural()  # all is fetched and synthesised before all processes need it
    spawn = multiprocessing.get_context("spawn")
    heard: list[JudgedWindow] = []
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        for judged in pool.map(work, orders, chunksize=8):
            heard.append(judged)
            done()
    return heard
