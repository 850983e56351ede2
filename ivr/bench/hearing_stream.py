"""A window through the ear as a call would send it, and what the ear said to it."""

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


@dataclass(frozen=True, slots=True)
class Told:
    """What the ear said to one window. Times in seconds since the window began."""

    group: str
    name: str
    """Which window of the group, or which file."""
    value: float | None
    """For a sweep: the value of its quantity."""
    label: Condition
    seconds: float
    truth: Truth
    condition: Condition
    """The verdict at the end."""
    why: str
    numbers: LineMeasures
    changes: Changes
    """Each new verdict and when it was given."""
    starts: list[float]
    """When speech was said to have started."""
    ends: list[float]
    """When it was said to have ended."""

    @property
    def right(self) -> bool:
        """Whether the verdict at the end is that of the label."""
        return same(self.condition) is same(self.label)


_SAME = {
    Condition.DEAD_LINE: Condition.NOBODY,
    Condition.NO_RTP: Condition.NOBODY,
    Condition.FAX: Condition.TONE,
}


def same(condition: Condition) -> Condition:
    """The class a verdict counts for: a dead line is nobody, a fax is a tone."""
    return _SAME.get(condition, condition)


def stream_window(
    window: Window,
    detector: VoiceDetector,
    value: float | None = None,
    name: str | None = None,
) -> Told:
    """Stream a window; missing packets wake the ear at its own deadlines, as on a call."""
    ear = Ear(detector, 0.0)
    told: list[tuple[float, Event]] = []
    changes: Changes = []
    condition = ear.verdict.condition

    def note(now: float, events: list[Event]) -> None:
        nonlocal condition
        told.extend((now, event) for event in events)
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
    return Told(
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
        starts=[at for at, event in told if isinstance(event, SpeechStarted)],
        ends=[at for at, event in told if isinstance(event, SpeechEnded)],
    )


def _due(ear: Ear, now: float) -> Iterator[float]:
    """The deadlines that pass before ``now``; one that stays where it is passes once."""
    last = float("-inf")
    while (deadline := ear.next_deadline()) is not None and last < deadline < now:
        last = deadline
        yield deadline


@lru_cache(maxsize=1)
def detector() -> VoiceDetector:
    """Return the voice detector of this process, the one that calls use; the ear resets it."""
    return SileroModel.load().stream()


def listen_to_order(order: Order, *, seed: int, split: Split, recorded: bool = True) -> Told:
    """Make the window and listen to it."""
    window = make_window(order, seed, Stock.of(split, recorded=recorded))
    return stream_window(window, detector(), order.value)


def listen_to_all(
    orders: Iterable[Order], seed: int, split: Split, done: Callable[[], None], jobs: int
) -> list[Told]:
    """All windows, on ``jobs`` processes."""
    work = partial(listen_to_order, seed=seed, split=split)
    Stock.of(split)  # fetched and synthesised once, before the processes need it
    spawn = multiprocessing.get_context("spawn")
    heard: list[Told] = []
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        for told in pool.map(work, orders, chunksize=8):
            heard.append(told)
            done()
    return heard
