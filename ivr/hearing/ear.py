"""The ear of one call: it takes the caller's frames and returns events.

Detectors measure time in audio, but only a clock can tell that no audio arrives. Therefore every
method takes ``now`` in seconds, and :meth:`Ear.next_deadline` says when the ear must be woken.
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
"""Seconds between two frames from which the sounds before and after are treated as unrelated."""
DEAF_BELOW_DBOV = -66.0
"""Level in dBov up to which a chunk is not given to the voice detector. No speech is that quiet on
a-law, whose own noise is at -72 dBov, and a silent line then costs almost no CPU."""
LEARN_EVERY = 4
"""Chunks between two updates of what the echo gate has learned: 0.13 s."""
BREATH_SECONDS = 0.3
"""Seconds of silence that end an utterance which is known to be complete; other utterances may go
on after a longer pause. Chosen so that the recogniser, which decodes in steps of 0.24 s, has
guessed the last word by then."""
ECHO_SECONDS = 0.83
"""Seconds after a prompt in which its echo may still arrive: the longest lag of the echo gate."""
ECHO_REMOVED_DB = 6.0
"""Decibels by which the echo gate must lower a chunk for the chunk to count as our own prompt."""
CLIPPED = 32000
"""Magnitude from which a sample counts as clipped: a-law reaches 32256, μ-law 32124."""
AMPLIFY_BELOW_DBOV, MAX_GAIN_DB = -30.0, 20.0
"""Callers quieter than this level are amplified for the voice detector, by 2 dB for each dB they
lack and by MAX_GAIN_DB at most (measured: a quiet caller is detected after 142 ms instead of
220 ms, and 2.4 % instead of 5.9 % are missed)."""
RISE_DB, FALL_DB = 1.5, 9.0
"""Decibels per chunk by which that gain may rise or fall."""
FORGET_DB = 0.15
"""Decibels per chunk by which the remembered loudest level falls: 5 dB in a second."""
START_DBOV = -30.0
"""Loudest level that is assumed before any sound was heard; at it nothing is amplified."""


class VoiceDetector(Protocol):
    """A voice detector as the ear needs it; it keeps state from chunk to chunk."""

    def process(self, chunk: memoryview) -> float:
        """Return the probability of voice, 0 to 1, in 256 float32 samples between -1 and 1."""
        ...

    def reset(self) -> None:
        """Forget all earlier chunks, because an unrelated stream begins."""
        ...


class Ear:
    """Listen to one caller, from answer to hang-up.

    ``hang_seconds`` is the silence that ends an utterance.
    """

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
        """Note that a prompt begins to be heard by the caller at ``now``."""
        self._prompt_until = now + len(reference.samples) / RATE + ECHO_SECONDS
        self._echo.prompt_started(reference, now)

    def prompt_stopped(self, now: float) -> None:
        """Note that the prompt has ended or was cut at ``now``."""
        self._prompt_until = min(self._prompt_until, now + ECHO_SECONDS)
        self._echo.prompt_stopped(now)

    def expect_end(self, soon: bool) -> None:
        """Set whether what the caller has said so far is complete.

        While it is, BREATH_SECONDS of silence end the utterance. The setting holds until the next
        call of this method.
        """
        longest = BREATH_SECONDS if soon else self._hang_seconds
        self._speech.hang_seconds = min(longest, self._hang_seconds)

    @property
    def verdict(self) -> LineVerdict:
        """Return the verdict on the line as of the last frame."""
        found = self._condition.verdict
        numbers = replace(found.numbers, return_loss_db=self._echo.return_loss_db)
        return replace(found, numbers=numbers)

    def next_deadline(self) -> float | None:
        """Return when :meth:`wake` must be called if no frame comes first; None if never."""
        deadlines = (self._condition.next_deadline(), self._speech.next_deadline())
        return min((time for time in deadlines if time is not None), default=None)

    def wake(self, now: float) -> list[Event]:
        """Note that no frame has arrived until ``now``; return what follows from that."""
        return [*self._with_verdict(self._speech.wake(now)), *self._condition.wake(now)]

    def hear(self, frame: Samples, now: float) -> list[Event]:
        """Take some of the caller's audio, usually 20 ms, that arrived at ``now``.

        ``frame`` may have any number of samples. Return the events in order of time.
        """
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
        # Until speech is confirmed, a sound during our prompt is more likely the prompt's echo.
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
        """Return whether what seems to be speech is our prompt or cannot be told from it."""
        joined = now < self._prompt_until and self._splices.recent
        return joined or self._echo.explains(now)

    def _with_verdict(self, found: list[Event]) -> list[Event]:
        """Add the changes of the line that the start and the end of speech cause.

        A change at the end of speech comes before SpeechEnded, so that whoever answers the
        utterance knows it; a change at the start comes after SpeechStarted.
        """
        told: list[Event] = []
        for event in found:
            if isinstance(event, SpeechEnded):
                told += self._condition.caller_finished()
            told.append(event)
            if isinstance(event, SpeechStarted):
                told += self._condition.caller_heard()
        return told

    def _amplified(self, samples: FloatArray, level: float) -> memoryview:
        """Return the chunk for the detector, between -1 and 1 and with a quiet caller amplified.

        The detector would miss quiet callers otherwise.
        """
        self._loudest = max(level, self._loudest - FORGET_DB)
        wanted = min(max(2 * (AMPLIFY_BELOW_DBOV - self._loudest), 0.0), MAX_GAIN_DB)
        self._gain_db = min(max(wanted, self._gain_db - FALL_DB), self._gain_db + RISE_DB)
        gain = np.float32(10 ** (self._gain_db / 20) / 32768.0)
        return memoryview(np.clip(samples * gain, -1.0, 1.0).data)
