"""Hearing as a generator, so that one run of the voice detector can judge the chunks of many calls.

In the middle of its work on a chunk an ear needs to know whether the chunk has a voice in it. It
yields this as a :class:`Question` and goes on with the answer. :func:`hear_alone` asks the detector
of the question itself. :func:`hear_together` collects the questions of many calls, which are
answered by one run of the network: for fifty chunks that takes a quarter of the time of fifty runs.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar


class VoiceDetector(Protocol):
    """Interface of a voice detector, which finds voice in the audio of one call, chunk by chunk. It
    keeps state from one chunk to the next."""

    def process(self, chunk: memoryview) -> float:
        """Return the probability of voice, 0 to 1, in ``chunk``. The chunk has 256 float32 samples
        at 8 kHz, between -1 and 1."""
        ...

    def reset(self) -> None:
        """Forget all earlier chunks, because an unrelated stream begins."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A chunk of a call that has to be judged before its hearing goes on."""

    detector: VoiceDetector
    """The detector of the call, with the state that its earlier chunks have left."""
    chunk: memoryview
    """256 float32 samples at 8 kHz, between -1 and 1."""


T = TypeVar("T")
Listening = Generator[Question, float, T]
"""Hearing that yields questions, is sent the probability of voice (0 to 1) for each, and returns a
result."""
Judge = Callable[[Sequence[Question]], Sequence[float]]
"""A function that returns the probability of voice for each of some questions. Their detectors
differ, because a detector's chunks depend on each other."""


def hear_alone(listening: Listening[T]) -> T:
    """Return the result of ``listening``; each question is answered by its own detector."""
    try:
        question = next(listening)
        while True:
            question = listening.send(question.detector.process(question.chunk))
    except StopIteration as ended:
        result: T = ended.value
        return result


def hear_together(
    listenings: Iterable[Listening[None]], judge: Judge, failed: Callable[[Exception], None]
) -> None:
    """Carry out the hearing of different calls; ``judge`` answers their questions together.

    If ``judge`` raises an error, it is raised in every call that has asked. ``failed`` is called
    with an error that a call raises; the other calls go on.
    """
    asked: list[tuple[Listening[None], Question]] = []

    def proceed(listening: Listening[None], step: Callable[[], Question]) -> None:
        try:
            asked.append((listening, step()))
        except StopIteration:
            pass
        except Exception as error:
            failed(error)

    for listening in listenings:
        proceed(listening, listening.__next__)
    while asked:
        waiting, asked = asked, []
        try:
            answers = judge([question for _, question in waiting])
        except Exception as error:
            for listening, _ in waiting:
                proceed(listening, partial(listening.throw, error))
            continue
        for (listening, _), answer in zip(waiting, answers, strict=True):
            proceed(listening, partial(listening.send, answer))
