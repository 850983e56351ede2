"""Calls whose frames are heard together hear the same as each of them alone."""

from collections.abc import Sequence

import numpy as np

from ivr.dialogue.events import Event
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS
from ivr.hearing.g711 import Samples
from ivr.hearing.listening import Listening, Question, hear_alone, hear_together
from ivr.lab.voices import PHRASES, says
from ivr.recognition.silero import SileroModel

MODEL = SileroModel.load()
CALLERS = [
    np.pad(says(phrase, voice), (800 * (voice + 1), 8000)) for voice, phrase in enumerate(PHRASES)
]


def fail(error: Exception) -> None:
    raise error


def frames_of(sound: Samples) -> list[Samples]:
    return [sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME)]


class Asking:
    """A call that asks a number of questions and notes the answers."""

    def __init__(self, questions: int) -> None:
        self.questions = questions
        self.answers: list[float] = []
        self.raised: Exception | None = None

    def listen(self) -> Listening[None]:
        for _ in range(self.questions):
            try:
                answer = yield Question(MODEL.stream(), memoryview(b""))
            except RuntimeError as error:
                self.raised = error
            else:
                self.answers.append(answer)


def test_each_call_hears_the_same_as_alone() -> None:
    """Calls have other lengths, so the number of questions in a round changes."""
    apart: list[list[Event]] = []
    for sound in CALLERS:
        ear = Ear(MODEL.stream(), 0.0)
        apart.append([])
        for n, frame in enumerate(frames_of(sound)):
            apart[-1] += ear.hear(frame, (n + 1) * FRAME_SECONDS)

    found: list[list[Event]] = [[] for _ in CALLERS]
    ears = [Ear(MODEL.stream(), 0.0) for _ in CALLERS]
    longest = max(len(frames_of(sound)) for sound in CALLERS)

    def heard(call: int, frame: Samples, now: float) -> Listening[None]:
        found[call] += yield from ears[call].listen(frame, now)

    for n in range(longest):
        there = [(call, frames_of(sound)) for call, sound in enumerate(CALLERS)]
        hear_together(
            [heard(call, f[n], (n + 1) * FRAME_SECONDS) for call, f in there if n < len(f)],
            MODEL.judge,
            fail,
        )
    assert found == apart
    assert all(apart)


def test_calls_ask_more_or_fewer_questions() -> None:
    rounds: list[int] = []

    def judge(questions: Sequence[Question]) -> list[float]:
        rounds.append(len(questions))
        return [0.1 * at for at in range(len(questions))]

    calls = [Asking(0), Asking(1), Asking(3)]
    hear_together([call.listen() for call in calls], judge, fail)
    assert rounds == [2, 1, 1]
    assert [call.answers for call in calls] == [[], [0.0], [0.1, 0.0, 0.0]]


def test_an_error_of_the_detector_is_raised_in_each_call_that_asked() -> None:
    def judge(questions: Sequence[Question]) -> list[float]:
        raise RuntimeError("no memory")

    calls = [Asking(0), Asking(1), Asking(2)]
    hear_together([call.listen() for call in calls], judge, fail)
    assert [str(call.raised) for call in calls] == ["None", "no memory", "no memory"]


def test_a_call_that_raises_an_error_does_not_disturb_the_others() -> None:
    def broken() -> Listening[None]:
        yield Question(MODEL.stream(), memoryview(b""))
        raise ValueError("a defect")

    errors: list[Exception] = []
    call = Asking(2)
    hear_together([broken(), call.listen()], lambda asked: [0.5] * len(asked), errors.append)
    assert [str(error) for error in errors] == ["a defect"]
    assert call.answers == [0.5, 0.5]


def test_alone_returns_the_result() -> None:
    def listening() -> Listening[float]:
        chunk = np.zeros(256, np.float32)
        return (yield Question(MODEL.stream(), chunk.data))

    assert 0.0 <= hear_alone(listening()) < 0.5
