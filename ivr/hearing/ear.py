"""The ear of one call: 20 ms frames stop here, events leave.

Two kinds of time meet in this module. Detectors count audio; that no audio arrives is itself a
fact, and only the clock knows it. So every method takes ``now``, and the ear asks to be woken.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.dialogue.events import Event, SpeechStarted
from ivr.hearing.condition import LineCondition
from ivr.hearing.echo import EchoGate, Reference
from ivr.hearing.frames import CHUNK, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.level import dbov
from ivr.hearing.speech import STAY_PROBABILITY, SpeechTable
from ivr.hearing.verdict import Numbers, Verdict

HOLE_SECONDS = 0.2
"""A gap between frames longer than this is a hole: what lies on both sides is not one sound."""
DEAF_BELOW_DBOV = -66.0
"""Quieter chunks are not shown to the voice detector: nothing there can be speech on a-law,
whose own noise is at -72 dBov, and a silent line then costs next to nothing."""
LEARN_EVERY = 4
"""Chunks between two fits of the echo gate: about 0.13 s."""


class VoiceDetector(Protocol):
    """What the ear needs of Silero: state runs on from chunk to chunk until ``reset``."""

    def process(self, chunk: memoryview) -> float:
        """Probability of voice in 256 float32 samples of ±1."""
        ...

    def reset(self) -> None:
        """Forget everything: an independent stream begins."""
        ...


class Ear:
    """Listens to one caller, from answer to hang-up."""

    def __init__(self, detector: VoiceDetector, now: float, *, hang_seconds: float = 0.5) -> None:
        self._detector = detector
        self._detector.reset()
        self._condition = LineCondition(now)
        self._speech = SpeechTable(hang_seconds)
        self._echo = EchoGate()
        self._buffer: Samples = np.zeros(0, np.int16)
        self._last_frame: float | None = None
        self._chunks = 0

    def prompt_started(self, reference: Reference, now: float) -> None:
        """A prompt begins to be heard by the caller."""
        self._echo.prompt_started(reference, now)

    def prompt_stopped(self, now: float) -> None:
        """The prompt has ended or was cut."""
        self._echo.prompt_stopped(now)

    @property
    def verdict(self) -> Verdict:
        """What is wrong with the line, as of the last frame."""
        return Verdict(self._condition.condition, "", Numbers())

    def next_deadline(self) -> float | None:
        """When :meth:`wake` wants to be called if no frame comes first."""
        deadlines = (self._condition.next_deadline(), self._speech.next_deadline())
        return min((time for time in deadlines if time is not None), default=None)

    def wake(self, now: float) -> list[Event]:
        """Time has passed without a frame."""
        return [*self._speech.wake(now), *self._condition.wake(now)]

    def hear(self, frame: Samples, now: float) -> list[Event]:
        """A frame of the caller's audio arrived at ``now``."""
        found: list[Event] = []
        if self._last_frame is not None and now - self._last_frame > HOLE_SECONDS:
            found += self._speech.lose_track()
            self._buffer = self._buffer[:0]
            self._detector.reset()
        self._last_frame = now
        peak = int(np.max(np.abs(frame.astype(np.int32)), initial=0))
        found += self._condition.hear(peak, now)
        self._buffer = np.concatenate([self._buffer, frame])
        while len(self._buffer) >= CHUNK:
            chunk, self._buffer = self._buffer[:CHUNK], self._buffer[CHUNK:]
            found += self._hear_chunk(chunk, now - len(self._buffer) / RATE)
        return found

    def _hear_chunk(self, chunk: Samples, now: float) -> list[Event]:
        level = dbov(chunk, remove_dc=True)
        admitted = self._echo.admits(chunk, level, now)
        probability = self._probability(chunk) if level > DEAF_BELOW_DBOV else 0.0
        if admitted and probability >= STAY_PROBABILITY:
            self._echo.was_caller()
        found = self._speech.hear(
            probability if admitted else 0.0, now, is_echo=lambda: self._echo.explains(now)
        )
        self._chunks += 1
        if self._chunks % LEARN_EVERY == 0 and not self._speech.speaking:
            self._echo.learn()
        if any(isinstance(event, SpeechStarted) for event in found):
            found += self._condition.caller_heard()
        return found

    def _probability(self, chunk: Samples) -> float:
        samples: NDArray[np.float32] = chunk.astype(np.float32) / 32768.0
        return self._detector.process(memoryview(samples.data))
