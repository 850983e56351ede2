"""Measure how loud a prompt is. A sentence is measured by ITU-T P.56.

A part of a sentence is measured without its pauses instead.
"""

from typing import TypedDict

import numpy as np

from ivr.hearing.frames import FRAME_SECONDS, RATE
from ivr.hearing.g711 import decode_alaw
from ivr.hearing.level import FLOOR_DBOV, Waveform, active_speech_level, dbov, peak_dbfs

_FAINT_DB = 25.0
"""A frame (20 ms) counts as words if it is less than this many decibels below the loudest frame of
the clip. A fainter frame is a pause or the silence at an edge."""


class Measures(TypedDict):
    """The measurements of a prompt, as fields of :class:`ivr.words.catalogue.RenderedPrompt`."""

    seconds: float
    active_level_dbov: float
    peak_dbfs: float


def measure_alaw(alaw: bytes, *, joint: bool) -> Measures:
    """Return length, level and peak of a-law audio at 8 kHz, as a caller on an a-law line hears it.

    ``joint`` says that it is a part of a sentence; the level is then that of :func:`word_level`.
    """
    heard = decode_alaw(alaw)
    return Measures(
        seconds=len(heard) / RATE,
        active_level_dbov=round(level(heard, RATE, joint=joint), 2),
        peak_dbfs=round(peak_dbfs(heard), 2),
    )


def word_level(samples: Waveform, rate: int) -> float:
    """Return the level in dBov of the words in a short clip, without pauses and silence.

    It is the mean power of the 20 ms frames that are less than 25 dB below the loudest one. The
    active speech level by P.56 would be too low for a short clip. Its hangover counts the silence
    after a single syllable as speech.
    """
    step = round(FRAME_SECONDS * rate)
    frames = np.asarray(samples[: len(samples) // step * step], np.float64).reshape(-1, step)
    power = np.mean(frames**2, axis=1)
    if not power.any():
        return FLOOR_DBOV
    spoken = frames[power > power.max() * 10 ** (-_FAINT_DB / 10)]
    return dbov(spoken.ravel())


def level(samples: Waveform, rate: int, *, joint: bool) -> float:
    """Return the level of audio in dBov: the active speech level by P.56.

    For a part of a sentence (``joint``), return the level by :func:`word_level` instead.
    """
    if joint:
        return word_level(samples, rate)
    return active_speech_level(samples, rate).level_dbov
