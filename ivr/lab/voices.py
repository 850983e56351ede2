"""Speech of synthetic callers, in other voices than that of the prompts."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.level import gain
from ivr.voice.espeak import Espeak
from ivr.voice.mastering import master
from ivr.voice.standard import LEAD_IN_SECONDS, LEVEL_DBOV, TAIL_SECONDS


class SyntheticCaller(Hashable, Protocol):
    """Interface of a synthetic caller: a voice that speaks given sentences."""

    def synthesise(self, text: str) -> tuple[NDArray[np.int16], int]:
        """Return ``text`` as spoken by this voice: mono samples and their rate in Hz."""


VOICES = (
    Espeak("cmn+f2", words_per_minute=190, pitch=60),
    Espeak("cmn+m3", words_per_minute=200, pitch=35),
    Espeak("cmn+f4", words_per_minute=180, pitch=70),
    Espeak("cmn+m1", words_per_minute=210, pitch=45),
)
"""Voices of espeak-ng for callers who speak Mandarin."""
FOREIGNER = Espeak("de+m3", words_per_minute=160)
"""Voice of espeak-ng for a caller who speaks German."""
FOREIGN = "Können Sie mir bitte helfen, ich verstehe das nicht"
"""A German sentence for a caller; no recogniser of Mandarin knows its words."""
OFF_TOPIC = "昨天夜里下了一场大雪"
"""A Mandarin sentence for a caller; it has to do with no row of the sheet."""
PHRASES = ("我想了解一下企业QQ", "你好，我有个问题想问", "请帮我转人工", "喂，你好，听得到吗")
"""Mandarin sentences for callers."""


@lru_cache(maxsize=64)
def says(text: str, voice: int | SyntheticCaller = 0, dbov: float = -25.0) -> Samples:
    """Return ``text`` as spoken by a synthetic caller: samples at 8 kHz.

    They begin and end with voice, without silence. ``voice`` is a speaker, such as one of the
    NATURAL_CALLERS, or an index into VOICES, modulo their number. ``dbov`` is the active speech
    level in dBov.
    """
    speaker = VOICES[voice % len(VOICES)] if isinstance(voice, int) else voice
    spoken = master(*speaker.synthesise(text))
    words = spoken[round(LEAD_IN_SECONDS * RATE) : len(spoken) - round(TAIL_SECONDS * RATE)]
    return (words * gain(dbov - LEVEL_DBOV)).clip(-32000, 32000).astype(np.int16)


def cough(seconds: float = 0.08, dbov: float = -20.0, seed: int = 1) -> Samples:
    """Return a cough: ``seconds`` of low-pass noise at 8 kHz with an RMS level of ``dbov`` dBov.

    The default of 80 ms is too short for a word. ``seed`` is that of the random numbers: the same
    seed gives the same samples.
    """
    count = round(seconds * RATE)
    noise = np.random.default_rng(seed).normal(0, 1, count + 8)
    burst = np.convolve(noise, np.ones(6) / 6, "same")[:count] * np.sqrt(np.hanning(count))
    factor = 32768 * gain(dbov) / float(np.sqrt(np.mean(burst**2)))
    return (burst * factor).clip(-32000, 32000).astype(np.int16)
