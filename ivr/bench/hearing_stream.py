"""Windows of the corpus, streamed through the ear as a call would, and what it reported."""

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
"""Each new verdict, with the second at which it was given."""


@dataclass(frozen=True, slots=True)
class JudgedWindow:
    """One window and what the ear reported about it. Times are seconds since the window began."""

    group: str
    """Class, nuisance, case or sweep that the window belongs to, as in lab/corpus/recipes.py."""
    name: str
    """Group and number of the window, or the name of its file."""
    value: float | None
    """Value of the quantity that a sweep changes; None for other windows."""
    label: Condition
    """The right verdict."""
    seconds: float
    """Length of the window."""
    truth: Truth
    condition: Condition
    """The verdict at the end."""
    why: str
    """The ear's reason for this verdict, in words."""
    numbers: LineMeasures
    changes: Changes
    starts: list[float]
    """Times at which the ear reported a start of speech."""
    ends: list[float]
    """Times at which the ear reported an end of speech."""

    @property
    def right(self) -> bool:
        """Whether the verdict at the end has the class of the label."""
        return class_of(self.condition) is class_of(self.label)


_CLASSES = {
    Condition.DEAD_LINE: Condition.NOBODY,
    Condition.NO_RTP: Condition.NOBODY,
    Condition.FAX: Condition.TONE,
}


def class_of(condition: Condition) -> Condition:
    """Return the class that a verdict counts for: a dead line is nobody, a fax is a tone."""
    return _CLASSES.get(condition, condition)


def stream_window(
    window: Window,
    detector: VoiceDetector,
    value: float | None = None,
    name: str | None = None,
) -> JudgedWindow:
    """Stream a window through an ear and return what it reported.

    Where packets are missing, the ear is woken at its own deadlines, as on a call. ``value`` is
    that of a sweep; ``name`` stands in place of group and number.
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
    """Yield the ear's deadlines before ``now``; a deadline that does not move is given once."""
    last = float("-inf")
    while (deadline := ear.next_deadline()) is not None and last < deadline < now:
        last = deadline
        yield deadline


@lru_cache(maxsize=1)
def detector() -> VoiceDetector:
    """Return the voice detector of this process, the one that calls use.

    Each ear resets it before its first frame.
    """
    return SileroModel.load().stream()


def listen_to_order(
    order: Order, *, seed: int, split: Split, recorded: bool = True
) -> JudgedWindow:
    """Make the window of an order and stream it."""
    window = make_window(order, seed, Stock.of(split, recorded=recorded))
    return stream_window(window, detector(), order.value)


def listen_to_all(
    orders: Iterable[Order], seed: int, split: Split, done: Callable[[], None], jobs: int
) -> list[JudgedWindow]:
    """Make and stream all windows in ``jobs`` processes; ``done`` is called after each."""
    work = partial(listen_to_order, seed=seed, split=split)
    Stock.of(split)  # is fetched and synthesised once, before all processes need it
    spawn = multiprocessing.get_context("spawn")
    heard: list[JudgedWindow] = []
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        for judged in pool.map(work, orders, chunksize=8):
            heard.append(judged)
            done()
    return heard
