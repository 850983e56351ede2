"""How loud a prompt is: a sentence by ITU-T P.56, a piece of one by its words alone."""

import numpy as np

from ivr.hearing.level import FLOOR_DBOV, Waveform, active_speech_level, dbov

_FRAME_SECONDS = 0.02
_FAINT_DB = 25.0
"""A frame this far below the loudest is a pause or an edge, not a word."""


def word_level(samples: Waveform, rate: int) -> float:
    """The level in dBov of what is spoken, silence and pauses left out; for short clips.

    The mean power of all 20 ms frames that lie less than 25 dB below the loudest one. Unlike the
    active level of P.56 it has no hangover, so a single syllable is not blamed for the silence
    around it.
    """
    step = round(_FRAME_SECONDS * rate)
    frames = np.asarray(samples[: len(samples) // step * step], np.float64).reshape(-1, step)
    power = np.mean(frames**2, axis=1)
    if not power.any():
        return FLOOR_DBOV
    spoken = frames[power > power.max() * 10 ** (-_FAINT_DB / 10)]
    return dbov(spoken.ravel())


def level(samples: Waveform, rate: int, *, joint: bool) -> float:
    """The level in dBov by the measure that suits the clip."""
    if joint:
        return word_level(samples, rate)
    return active_speech_level(samples, rate).level_dbov
