"""Frames of many calls are heard in rounds; in virtual time."""

import asyncio
from collections.abc import Sequence

import numpy as np
from structlog.testing import capture_logs

from ivr.call.hearing_rounds import ROUND_SECONDS, HearingRounds
from ivr.hearing.g711 import Samples
from ivr.hearing.listening import Listening, Question
from ivr.recognition.silero import SileroModel
from tests.virtual_time import run

FRAME = np.zeros(160, np.int16)
STREAM = SileroModel.load().stream()
ASKED = Question(STREAM, memoryview(b""))


class Hearing:
    """A call that notes the frames that it hears, with one question for each."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, float]] = []

    def hear(self, frame: Samples, now: float) -> Listening[None]:
        voice = yield ASKED
        self.heard.append((now, voice))


class Judging:
    """A detector that counts the questions of each of its runs."""

    def __init__(self) -> None:
        self.runs: list[int] = []

    def judge(self, questions: Sequence[Question]) -> list[float]:
        self.runs.append(len(questions))
        return [0.5] * len(questions)


def test_frames_of_all_calls_are_judged_in_one_run() -> None:
    async def scene() -> None:
        detector, calls = Judging(), [Hearing() for _ in range(5)]
        rounds = HearingRounds(detector.judge)
        for at, call in enumerate(calls):
            rounds.take(call.hear, FRAME, 0.001 * at)
        assert detector.runs == []
        await asyncio.sleep(ROUND_SECONDS)
        assert detector.runs == [5]
        assert [call.heard for call in calls] == [[(0.001 * at, 0.5)] for at in range(5)]
        rounds.take(calls[0].hear, FRAME, 0.02)  # the next round begins by itself
        await asyncio.sleep(ROUND_SECONDS)
        assert detector.runs == [5, 1]

    run(scene())


def test_frames_of_one_call_are_heard_one_after_the_other() -> None:
    """A call whose packets have piled up waits for no other call, and no other for it."""

    async def scene() -> None:
        detector, late, other = Judging(), Hearing(), Hearing()
        rounds = HearingRounds(detector.judge)
        for now in (0.1, 0.2, 0.3):
            rounds.take(late.hear, FRAME, now)
        rounds.take(other.hear, FRAME, 0.3)
        await asyncio.sleep(ROUND_SECONDS)
        assert [now for now, _ in late.heard] == [0.1, 0.2, 0.3]
        assert detector.runs == [2, 1, 1]

    run(scene())


def test_a_defect_of_a_call_is_reported_and_harms_no_other() -> None:
    def broken(frame: Samples, now: float) -> Listening[None]:
        yield ASKED
        raise ValueError("a defect")

    async def scene() -> None:
        call = Hearing()
        rounds = HearingRounds(Judging().judge)
        rounds.take(broken, FRAME, 0.0)
        rounds.take(call.hear, FRAME, 0.0)
        with capture_logs() as logs:
            await asyncio.sleep(ROUND_SECONDS)
        assert [line["event"] for line in logs] == ["hearing_failed"]
        assert call.heard == [(0.0, 0.5)]

    run(scene())
