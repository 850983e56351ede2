"""The scribe adds words and keeps the order of events; in virtual time."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from ivr.call.scribe import Scribe
from ivr.dialogue.events import (
    Condition,
    Event,
    LineChanged,
    SpeechEnded,
    SpeechPossible,
    SpeechStarted,
    WordsAppeared,
)
from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.hearing.frames import FRAME, RATE
from ivr.hearing.speech import LOOK_BACK_SECONDS
from tests.remembering import Recogniser
from tests.virtual_time import run

FRAME_OF = np.zeros(FRAME, np.int16)


class Setting:
    """A scribe, and the events that it has delivered."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.recogniser = recogniser
        self.scribe = Scribe(recogniser)
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.told: list[tuple[float, Event]] = []

    def deliver(self, event: Event, now: float) -> None:
        self.told.append((round(now - self.began, 3), event))

    def perceives(self, event: Event) -> None:
        self.scribe.perceive(event, self.loop.time(), self.deliver)

    async def hears(self, frames: int) -> None:
        for _ in range(frames):
            await asyncio.sleep(FRAME / RATE)
            self.scribe.hear(FRAME_OF, self.loop.time())

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for _, event in self.told]


def test_speech_and_the_look_back_before_it_are_recognised() -> None:
    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))
        await at.hears(100)
        at.perceives(SpeechStarted(at.loop.time() - 0.2))
        assert at.recogniser.fed == [pytest.approx((0.2 + LOOK_BACK_SECONDS) * RATE, abs=FRAME)]
        await at.hears(50)
        at.perceives(SpeechEnded(1.0))
        fed = list(at.recogniser.fed)
        await at.hears(50)
        assert at.recogniser.fed == fed == [pytest.approx(1.5 * RATE, abs=FRAME)]
        assert at.told[1] == (3.1, SpeechEnded(1.0, at.recogniser.words))

    run(scene())


def test_the_expectation_is_asked_for_after_speech_has_cut_a_question() -> None:
    """The call then waits for the answer and knows what it expects."""

    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))
        expected: list[Expected | None] = [None]
        at.scribe = Scribe(at.recogniser, lambda tell: tell(expected[0]))

        def deliver(event: Event, now: float) -> None:
            expected[0] = Expected.NUMBER if isinstance(event, SpeechStarted) else None

        at.scribe.perceive(SpeechStarted(at.loop.time()), at.loop.time(), deliver)
        at.scribe.perceive(SpeechEnded(1.0), at.loop.time(), deliver)
        await asyncio.sleep(1.0)
        assert at.recogniser.expected == [Expected.NUMBER]

    run(scene())


def test_speech_that_ends_the_call_is_not_recognised() -> None:
    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))

        def deliver(event: Event, now: float) -> None:
            at.scribe.close()

        at.scribe.perceive(SpeechStarted(at.loop.time()), at.loop.time(), deliver)
        assert at.recogniser.fed == []

    run(scene())


def test_the_first_words_are_delivered_once_and_during_the_speech() -> None:
    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))
        at.perceives(SpeechStarted(at.loop.time()))
        first = at.recogniser.appeared
        await at.hears(30)
        first(None)
        first(None)
        assert at.told == [(0.0, SpeechStarted(at.began)), (0.6, WordsAppeared())]
        at.perceives(SpeechEnded(1.0))
        first(None)  # late: the utterance is over
        at.perceives(SpeechStarted(at.loop.time()))
        at.recogniser.appeared(None)  # of the next utterance, whose SpeechStarted is held back
        await asyncio.sleep(1.0)
        assert at.kinds[2:] == ["SpeechEnded", "SpeechStarted", "WordsAppeared"]

    run(scene())


def test_a_goodbye_counts_until_the_caller_goes_on_or_has_finished() -> None:
    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))
        at.perceives(SpeechStarted(at.loop.time()))
        told = at.recogniser.appeared
        for certainty, leaving in ((Certainty.LIKELY, False), (Certainty.SURE, True)):
            told(Meaning("再见", Intent.GOODBYE, certainty, 0.9))
            assert at.scribe.leaving is leaving
        told(None)  # 再见面的时候
        assert not at.scribe.leaving
        told(Meaning("再见", Intent.GOODBYE, Certainty.SURE, 0.9))
        at.perceives(SpeechEnded(1.0))
        assert not at.scribe.leaving
        told(Meaning("再见", Intent.GOODBYE, Certainty.SURE, 0.9))  # late
        assert not at.scribe.leaving
        at.scribe.close()

    run(scene())


def test_the_recogniser_is_told_once_of_each_pause() -> None:
    async def scene() -> None:
        at = Setting(Recogniser())
        at.scribe.heed_pause(0.3)  # nobody has spoken yet
        at.perceives(SpeechStarted(at.loop.time()))
        for seconds in (0.0, 0.19, 0.2, 0.22, 0.0, 0.02, 0.21):
            at.scribe.heed_pause(seconds)
        assert at.recogniser.pauses == ["pause", "go_on", "pause"]
        at.perceives(SpeechEnded(1.0))
        at.scribe.heed_pause(0.0)
        at.perceives(SpeechStarted(at.loop.time()))
        at.scribe.heed_pause(0.0)
        assert at.recogniser.pauses == ["pause", "go_on", "pause"]
        at.scribe.close()

    run(scene())


def test_events_wait_for_the_words_before_them() -> None:
    """Only the verdict on the caller's line does not wait: the call needs it with the words."""

    async def scene() -> None:
        at = Setting(Recogniser(seconds=1.0))
        at.perceives(SpeechStarted(at.loop.time()))
        at.perceives(SpeechEnded(1.0))
        at.perceives(LineChanged(Condition.TOO_QUIET))
        at.perceives(SpeechPossible(at.loop.time()))
        at.perceives(SpeechStarted(at.loop.time()))
        at.perceives(SpeechEnded(2.0))
        assert at.kinds == ["SpeechStarted", "LineChanged"]
        await asyncio.sleep(3.0)
        assert at.kinds[2:] == ["SpeechEnded", "SpeechPossible", "SpeechStarted", "SpeechEnded"]
        assert [moment for moment, _ in at.told[2:]] == [1.0] * 4  # both were recognised at once

    run(scene())


def test_a_defect_of_the_recogniser_costs_the_words_and_not_the_call() -> None:
    class Broken(Recogniser):
        async def finish(self) -> Words | None:
            raise RuntimeError("a defect of ours")

    async def scene() -> list[Any]:
        at = Setting(Broken())
        with capture_logs() as logs:
            at.perceives(SpeechStarted(at.loop.time()))
            at.perceives(SpeechEnded(1.0))
            await asyncio.sleep(0.1)
        assert at.told[1][1] == SpeechEnded(1.0, None)
        return logs

    assert [entry["event"] for entry in run(scene())] == ["recognition_failed"]


def test_a_scribe_that_is_closed_leaves_no_task_and_delivers_nothing() -> None:
    async def scene() -> None:
        at = Setting(Recogniser(seconds=1.0))
        at.perceives(SpeechStarted(at.loop.time()))
        at.perceives(SpeechEnded(1.0))
        at.perceives(SpeechStarted(at.loop.time()))
        at.scribe.close()
        at.scribe.close()
        assert at.recogniser.cancelled == 1
        await asyncio.sleep(2.0)
        assert at.kinds == ["SpeechStarted"]
        assert len(asyncio.all_tasks()) == 1

    run(scene())


def test_speech_is_recognised_from_its_onset_though_the_expectation_comes_later() -> None:
    """The call may be in another process, which answers a moment later."""

    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))
        tell: list[Callable[[Expected | None], None]] = []
        at.scribe = Scribe(at.recogniser, tell.append)
        await at.hears(100)
        at.perceives(SpeechStarted(at.loop.time() - 0.2))
        await at.hears(5)
        assert at.recogniser.fed == []
        tell[0](Expected.NUMBER)
        assert at.recogniser.expected == [Expected.NUMBER]
        assert at.recogniser.fed == [pytest.approx((0.3 + LOOK_BACK_SECONDS) * RATE, abs=FRAME)]

    run(scene())


def test_speech_that_ends_before_the_expectation_comes_may_be_anything() -> None:
    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))
        tell: list[Callable[[Expected | None], None]] = []
        at.scribe = Scribe(at.recogniser, tell.append)
        await at.hears(50)
        at.perceives(SpeechStarted(at.loop.time() - 0.2))
        await at.hears(20)
        at.perceives(SpeechEnded(0.6))
        tell[0](Expected.NUMBER)
        await asyncio.sleep(1.0)
        assert at.recogniser.expected == [None]
        assert at.told[-1][1] == SpeechEnded(0.6, at.recogniser.words)

    run(scene())


def test_an_expectation_that_comes_after_the_next_speech_has_begun_is_ignored() -> None:
    async def scene() -> None:
        at = Setting(Recogniser(seconds=0.1))
        tell: list[Callable[[Expected | None], None]] = []
        at.scribe = Scribe(at.recogniser, tell.append)
        at.perceives(SpeechStarted(at.loop.time()))
        at.perceives(SpeechStarted(at.loop.time()))
        tell[0](Expected.NUMBER)
        assert at.recogniser.expected == []
        tell[1](Expected.YES_NO)
        assert at.recogniser.expected == [Expected.YES_NO]

    run(scene())
