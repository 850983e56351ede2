"""The ear of one call: 20 ms frames stop here, events leave.

Two kinds of time meet in this module. Detectors count audio; that no audio arrives is itself a
fact, and only the clock knows it. So every method takes ``now``, and the ear asks to be woken.
"""

from dataclasses import replace
from typing import Protocol

import numpy as np

from ivr.dialogue.events import Event, SpeechEnded, SpeechStarted
from ivr.hearing.condition import LineCondition
from ivr.hearing.echo import EchoGate
from ivr.hearing.frames import CHUNK, RATE, FloatArray
from ivr.hearing.g711 import Samples
from ivr.hearing.level import chunk_dbov
from ivr.hearing.played import Reference
from ivr.hearing.speech import VOICE_PROBABILITY, SpeechTable
from ivr.hearing.splices import Splices
from ivr.hearing.verdict import LineVerdict

_HOLE_SECONDS = 0.2
"""A gap between frames longer than this is a hole: what lies on both sides is not one sound."""
DEAF_BELOW_DBOV = -66.0
"""Quieter chunks are not shown to the voice detector: nothing there can be speech on a-law,
whose own noise is at -72 dBov, and a silent line then costs next to nothing."""
LEARN_EVERY = 4
"""Chunks between two fits of the echo gate: about 0.13 s."""


BREATH_SECONDS = 0.3
"""Silence that ends an utterance which is complete; others may go on after longer pauses. Chosen:
the recogniser's guess at the last word is there by then (facts/speech.md: steps of 0.24 s)."""
ECHO_SECONDS = 0.83
"""How long after a prompt its echo may still come back: the longest lag of the echo gate."""
ECHO_REMOVED_DB = 6.0
"""Where the echo gate takes so much away, it was our prompt that came back."""
CLIPPED = 32000
"""From this magnitude a sample is at the limit: the largest of a-law is 32256, of mu-law 32124."""
AMPLIFY_BELOW_DBOV, MAX_GAIN_DB = -30.0, 20.0
"""Callers quieter than this are amplified for the detector, 2 dB for each dB they lack (facts:
onset of a quiet caller 142 ms instead of 220 ms, misses 2.4 % instead of 5.9 %)."""
RISE_DB, FALL_DB = 1.5, 9.0
"""How fast that gain may change in a chunk."""
FORGET_DB = 0.15
"""How fast the loudest sound is forgotten: 5 dB in a second."""
START_DBOV = -30.0
"""The loudest sound before any was heard: nothing is amplified yet."""


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
        self._hang_seconds = hang_seconds
        self._speech = SpeechTable(hang_seconds)
        self._echo = EchoGate()
        self._splices = Splices()
        self._buffer: Samples = np.zeros(0, np.int16)
        self._last_frame: float | None = None
        self._chunks = 0
        self._loudest = START_DBOV
        self._gain_db = 0.0
        self._prompt_until = now

    def prompt_started(self, reference: Reference, now: float) -> None:
        """A prompt begins to be heard by the caller."""
        self._prompt_until = now + len(reference.samples) / RATE + ECHO_SECONDS
        self._echo.prompt_started(reference, now)

    def prompt_stopped(self, now: float) -> None:
        """The prompt has ended or was cut."""
        self._prompt_until = min(self._prompt_until, now + ECHO_SECONDS)
        self._echo.prompt_stopped(now)

    def expect_end(self, soon: bool) -> None:
        """Whether what the caller has said so far needs no more: then a breath's silence ends it.
        Holds until it is told otherwise."""
        longest = BREATH_SECONDS if soon else self._hang_seconds
        self._speech.hang_seconds = min(longest, self._hang_seconds)

    @property
    def verdict(self) -> LineVerdict:
        """What is wrong with the line, as of the last frame."""
        found = self._condition.verdict
        numbers = replace(found.numbers, return_loss_db=self._echo.return_loss_db)
        return replace(found, numbers=numbers)

    def next_deadline(self) -> float | None:
        """When :meth:`wake` wants to be called if no frame comes first."""
        deadlines = (self._condition.next_deadline(), self._speech.next_deadline())
        return min((time for time in deadlines if time is not None), default=None)

    def wake(self, now: float) -> list[Event]:
        """Time has passed without a frame."""
        return [*self._with_verdict(self._speech.wake(now)), *self._condition.wake(now)]

    def hear(self, frame: Samples, now: float) -> list[Event]:
        """Some of the caller's audio, usually 20 ms, arrived at ``now``."""
        began = now - len(frame) / RATE
        if self._last_frame is not None and began - self._last_frame > _HOLE_SECONDS:
            found = self._speech.lose_track()
            self._buffer = self._buffer[:0]
            self._detector.reset()
        else:
            found = []
        self._last_frame = now
        found += self._condition.hear_frame(now)
        self._buffer = np.concatenate([self._buffer, frame])
        while len(self._buffer) >= CHUNK:
            chunk, self._buffer = self._buffer[:CHUNK], self._buffer[CHUNK:]
            found += self._hear_chunk(chunk, now - len(self._buffer) / RATE)
        return found

    def _hear_chunk(self, chunk: Samples, now: float) -> list[Event]:
        self._splices.hear(now)
        magnitudes = np.abs(chunk.astype(np.float32))
        peak = float(np.max(magnitudes))
        clipped = float(np.mean(magnitudes >= CLIPPED)) if peak >= CLIPPED else 0.0
        chunk = self._echo.clean(chunk, now)
        samples = chunk.astype(np.float32)
        level = chunk_dbov(samples, remove_dc=True)
        silent = level <= DEAF_BELOW_DBOV
        self._condition.history.add(samples, silent=silent)
        admitted = self._echo.admits(chunk, level, now)
        probability = 0.0 if silent else self._detector.process(self._amplified(samples, level))
        # Until speech is confirmed, what sounds while our prompt does is more likely its echo.
        ours = not admitted or (now < self._prompt_until and not self._speech.speaking)
        echo = not admitted and self._echo.removed_db >= ECHO_REMOVED_DB
        self._condition.history.judge(1.0 if echo else probability, ours=ours, clipped=clipped)
        if admitted and probability >= VOICE_PROBABILITY:
            self._echo.was_caller()
        found = self._speech.hear(
            probability if admitted else 0.0, now, level, is_echo=lambda: self._is_echo(now)
        )
        self._chunks += 1
        if self._chunks % LEARN_EVERY == 0 and not self._speech.speaking:
            self._echo.learn()
        return [*self._with_verdict(found), *self._condition.hear_chunk(peak)]

    def _is_echo(self, now: float) -> bool:
        """Whether what would be speech is our own prompt, or cannot be told from it."""
        joined = now < self._prompt_until and self._splices.recent
        return joined or self._echo.explains(now)

    def _with_verdict(self, found: list[Event]) -> list[Event]:
        """What the start and the end of speech say about the line goes before and with them."""
        told: list[Event] = []
        for event in found:
            if isinstance(event, SpeechEnded):
                told += self._condition.caller_finished()
            told.append(event)
            if isinstance(event, SpeechStarted):
                told += self._condition.caller_heard()
        return told

    def _amplified(self, samples: FloatArray, level: float) -> memoryview:
        """A quiet caller is made louder for the detector, which misses him otherwise."""
        self._loudest = max(level, self._loudest - FORGET_DB)
        wanted = min(max(2 * (AMPLIFY_BELOW_DBOV - self._loudest), 0.0), MAX_GAIN_DB)
        self._gain_db = min(max(wanted, self._gain_db - FALL_DB), self._gain_db + RISE_DB)
        gain = np.float32(10 ** (self._gain_db / 20) / 32768.0)
        return memoryview(np.clip(samples * gain, -1.0, 1.0).data)
