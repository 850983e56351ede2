"""Any sound in pieces of any size gives a verdict with finite numbers, and always the same one."""

from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ivr.dialogue.events import Event, LineChanged, SpeechEnded, SpeechStarted
from ivr.hearing.ear import Ear
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.played import Reference
from ivr.hearing.verdict import LineVerdict
from ivr.lab.voices import says
from ivr.recognition.silero import SileroModel

DETECTOR = SileroModel.load().stream()
KINDS = ("idle", "zero", "noise", "square", "tone", "speech", "extreme")
pieces = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 4000),  # samples
        st.floats(0.0, 3.0),  # seconds without a packet before the piece
        st.integers(-80, 0),  # dBov
    ),
    max_size=15,
)


def sound(kind: str, count: int, dbov: int) -> Samples:
    """Return ``count`` samples of a kind of sound, scaled to ``dbov`` where that has a meaning."""
    gain = 32767 * 10 ** (dbov / 20)
    time = np.arange(count)
    kinds: dict[str, Callable[[], NDArray[np.float64]]] = {
        "idle": lambda: np.full(count, 8.0),
        "zero": lambda: np.zeros(count),
        "noise": lambda: np.random.default_rng(count).normal(0, gain, count),
        "square": lambda: gain * np.sign(np.sin(time / 9)),
        "tone": lambda: gain * np.sin(2 * np.pi * 1100 * time / RATE),
        "speech": lambda: np.resize(says("你好，我有个问题想问"), count).astype(float),
        "extreme": lambda: np.where(time % 2, 32767.0, -32768.0),
    }
    values: Samples = np.clip(kinds[kind](), -32768, 32767).astype(np.int16)
    return values


def check(verdict: LineVerdict) -> None:
    """Check that a verdict has a reason and finite numbers."""
    assert verdict.why
    assert all(isfinite(value) for value in asdict(verdict.numbers).values() if value is not None)


@given(pieces, st.booleans())
@settings(max_examples=25, deadline=None)
def test_any_frames_gaps_and_sizes_give_a_verdict(
    what: list[tuple[str, int, float, int]], prompt: bool
) -> None:
    """No exception is raised; deadlines move on; starts and ends of speech alternate."""
    now = 5.0
    ear = Ear(DETECTOR, now)
    events: list[Event] = []
    if prompt:
        ear.prompt_started(Reference.of(says("请帮我转人工", 2)), now)
    for kind, count, gap, dbov in what:
        while (due := ear.next_deadline()) is not None and due <= now + gap:
            found = ear.wake(due)
            events += found
            assert ear.next_deadline() != due, "woken in vain"
        now += gap + count / RATE
        events += ear.hear(sound(kind, count, dbov), now)
        check(ear.verdict)
    changes = [event.condition for event in events if isinstance(event, LineChanged)]
    assert all(a is not b for a, b in pairwise(changes))
    turns = [event for event in events if isinstance(event, SpeechStarted | SpeechEnded)]
    assert all(type(a) is not type(b) for a, b in pairwise(turns))


@pytest.mark.slow
@given(
    st.lists(st.integers(20, 1500), min_size=1, max_size=40),
    st.sampled_from(KINDS),
    st.integers(-60, -10),
)
@settings(max_examples=15, deadline=None)
def test_the_same_sound_in_other_pieces_gives_the_same_verdict(
    sizes: list[int], kind: str, dbov: int
) -> None:
    """The size of the packets has no effect."""
    whole = np.concatenate([sound("speech", 12000, -20), sound(kind, 28000, dbov)])

    def listen(cuts: list[int]) -> tuple[list[object], LineVerdict]:
        ear, events, at, turn = Ear(DETECTOR, 0.0), list[Event](), 0, 0
        while at < len(whole):
            piece = whole[at : at + cuts[turn % len(cuts)]]
            at, turn = at + len(piece), turn + 1
            events += ear.hear(piece, at / RATE)
        return [getattr(event, "condition", type(event)) for event in events], ear.verdict

    assert listen(sizes) == listen([160])
