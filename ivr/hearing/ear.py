"""The class Ear (the detectors of one call): takes the caller's frames and returns events.

The detectors count time by the audio that arrives, but only a clock can tell that no audio arrives.
Therefore the methods that take audio or report its absence also take ``now`` in seconds of the
call's clock, and :meth:`Ear.next_deadline` returns when :meth:`Ear.wake` must be called.
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
"""Upper limit in seconds for the gap between two frames. After a longer gap audio is missing, so
the voice detector forgets all audio before the gap."""
DEAF_BELOW_DBOV = -66.0
"""Chunks up to this level in dBov are not given to the voice detector. No speech is that quiet on
a-law, whose own noise is at -72 dBov. A silent line then costs almost no CPU."""
LEARN_EVERY = 4
"""The echo gate learns lag and level of the echo once every this many chunks: 4, 0.13 s."""
BREATH_SECONDS = 0.3
"""Seconds of silence that end an utterance whose words are already a complete answer. Any other
utterance ends after the longer silence ``hang_seconds``. The recogniser decodes in steps of 0.24 s,
so it has recognised the last word after 0.3 s."""
ECHO_SECONDS = 0.83
"""Seconds after the end of a prompt during which its echo may still arrive: 0.83, the longest lag
that the echo gate considers."""
ECHO_REMOVED_DB = 6.0
"""Least decibels by which subtracting the echo must lower a chunk for it to count as our own
prompt."""
CLIPPED = 32000
"""Least magnitude of a clipped 16-bit sample. The largest magnitude of a-law is 32256, that of
μ-law 32124."""
AMPLIFY_BELOW_DBOV, MAX_GAIN_DB = -30.0, 20.0
"""Callers quieter than AMPLIFY_BELOW_DBOV (dBov) are amplified for the voice detector. The gain is
2 dB for each dB below that level, and MAX_GAIN_DB at most. Measured: with this gain a quiet caller
is detected after 142 ms instead of 220 ms, and 2.4 % instead of 5.9 % of quiet callers are
missed."""
RISE_DB, FALL_DB = 1.5, 9.0
"""The gain for quiet callers rises by at most RISE_DB and falls by at most FALL_DB decibels per
chunk."""
FORGET_DB = 0.15
"""The remembered loudest level of the caller falls by this many decibels per chunk: 5 dB in a
second. The gain for quiet callers depends on this remembered level."""
START_DBOV = -30.0
"""Loudest level of the caller, in dBov, that is assumed before any audio has arrived. A caller at
this level is not amplified."""


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


class Ear:
    """The detectors of one call, from answer to hang-up: take the caller's audio and return events,
    such as the start of speech or a change of the line's condition.

    ``detector`` finds voice in each chunk of 32 ms. ``hang_seconds`` is the silence in seconds that
    ends an utterance. ``now`` is the time of the answer in seconds of the call's clock.
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
        """Note that the caller begins to hear a prompt at ``now``, in seconds of the call's clock.

        ``reference`` holds the prompt's samples, so that its echo is not taken for the caller.
        """
        self._prompt_until = now + len(reference.samples) / RATE + ECHO_SECONDS
        self._echo.prompt_started(reference, now)

    def prompt_stopped(self, now: float) -> None:
        """Note that the prompt ended or was cut at ``now``, in seconds of the call's clock."""
        self._prompt_until = min(self._prompt_until, now + ECHO_SECONDS)
        self._echo.prompt_stopped(now)

    def expect_end(self, soon: bool) -> None:
        """Set after how much silence the utterance ends (endpointing).

        If ``soon`` is True, the caller's words so far are a complete answer: the utterance ends
        after BREATH_SECONDS (0.3 s), or after ``hang_seconds`` if that is shorter. If it is False,
        the utterance ends after the ``hang_seconds`` that the Ear was made with. This holds until
        the next call of this method.
        """
        longest = BREATH_SECONDS if soon else self._hang_seconds
        self._speech.hang_seconds = min(longest, self._hang_seconds)

    @property
    def verdict(self) -> LineVerdict:
        """The present condition of the caller's line, the reason for it, and the measures of the
        last evaluation of the line (5 s of audio)."""
        found = self._condition.verdict
        numbers = replace(found.numbers, return_loss_db=self._echo.return_loss_db)
        return replace(found, numbers=numbers)

    def pause_seconds(self, now: float) -> float:
        """Return the seconds since the caller's last voice; 0.0 while they have not begun to speak.

        ``now`` is in seconds of the call's clock. A faint voice ends a pause, too, although it does
        not prolong the utterance.
        """
        return self._speech.pause_seconds(now)

    def next_deadline(self) -> float | None:
        """Return the time, in seconds of the call's clock, at which :meth:`wake` must be called if
        no frame comes first; None if it need not be called."""
        deadlines = (self._condition.next_deadline(), self._speech.next_deadline())
        return min((time for time in deadlines if time is not None), default=None)

    def wake(self, now: float) -> list[Event]:
        """Return the events that are due at ``now`` although no further frame has arrived.

        These are the end of an utterance and the change of the line's condition to NO_RTP. ``now``
        is in seconds of the call's clock.
        """
        return [*self._with_verdict(self._speech.wake(now)), *self._condition.wake(now)]

    def hear(self, frame: Samples, now: float) -> list[Event]:
        """Take the next samples of the caller's audio, usually 20 ms, which arrived at ``now``.

        ``frame`` may have any number of samples at 8 kHz; ``now`` is in seconds of the call's
        clock. Return the events that the samples cause, in order of time.
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
        """Return True if the possible speech that ends at ``now`` is the echo of our prompt, or
        cannot be distinguished from it; False if it is a caller's. ``now`` is in seconds of the
        call's clock."""
        joined = now < self._prompt_until and self._splices.recent
        return joined or self._echo.explains(now)

    def _with_verdict(self, found: list[Event]) -> list[Event]:
        """Return the events ``found`` together with the changes of the line's condition that they
        cause.

        A change at the start of speech comes after SpeechStarted. A change at the end of speech
        comes before SpeechEnded, so that the dialogue knows the condition when it answers the
        utterance.
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
        """Return a chunk as the voice detector needs it: float32 between -1 and 1, amplified if the
        caller is quiet.

        ``samples`` is the chunk on the scale of 16 bits, and ``level`` its level in dBov. Without
        the gain the detector would miss quiet callers.
        """
        self._loudest = max(level, self._loudest - FORGET_DB)
        wanted = min(max(2 * (AMPLIFY_BELOW_DBOV - self._loudest), 0.0), MAX_GAIN_DB)
        self._gain_db = min(max(wanted, self._gain_db - FALL_DB), self._gain_db + RISE_DB)
        gain = np.float32(10 ** (self._gain_db / 20) / 32768.0)
        return memoryview(np.clip(samples * gain, -1.0, 1.0).data)
