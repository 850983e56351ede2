"""From an engine's sound to a telephone prompt: band, level, peaks, edges, length."""

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import ndimage, signal

from ivr.hearing.g711 import Samples
from ivr.hearing.level import active_speech_level
from ivr.voice import VoiceError
from ivr.voice.standard import (
    BAND_HZ,
    FRAME_SAMPLES,
    HIGHEST_PEAK_DBFS,
    LEAD_IN_SECONDS,
    LEVEL_DBOV,
    RATE,
    TAIL_SECONDS,
)

_CEILING = 32768 * 10 ** ((HIGHEST_PEAK_DBFS - 0.2) / 20)
"""Lower than the standard by more than rounding to the next a-law step adds."""
_LOOK_AHEAD = RATE * 5 // 1000
_FADE = RATE * 5 // 1000
_SILENT_DB = -45.0
"""What lies this far below the loudest moment, before or after the speech, is trimmed."""

Sound = NDArray[np.float64]


def master(samples: NDArray[np.int16], rate: int) -> Samples:
    """The prompt as the line carries it: 8 kHz, a whole number of 20 ms frames.

    VoiceError when there is nothing to master.
    """
    speech = _to_telephone_band(_trim(samples.astype(np.float64), rate), rate)
    return np.rint(_to_level(_with_edges(speech))).astype(np.int16)


def _trim(sound: Sound, rate: int) -> Sound:
    """The sound from its first to its last audible moment, 10 ms left at either side."""
    step = rate // 100
    frames = sound[: len(sound) // step * step].reshape(-1, step)
    level = np.sqrt(np.mean(frames**2, axis=1))
    if not level.any():
        raise VoiceError("the engine gave silence")
    audible = np.flatnonzero(level > level.max() * 10 ** (_SILENT_DB / 20))
    return sound[max(0, audible[0] - 1) * step : (audible[-1] + 2) * step]


def _to_telephone_band(sound: Sound, rate: int) -> Sound:
    """The telephone's band at its rate, edges faded so that none begins with a click."""
    band = signal.butter(2, BAND_HZ, "bandpass", fs=rate, output="sos")
    narrow: Sound = soxr.resample(signal.sosfiltfilt(band, sound), rate, RATE, quality="HQ")
    fade = np.linspace(0.0, 1.0, min(_FADE, len(narrow)))
    narrow[: len(fade)] *= fade
    narrow[-len(fade) :] *= fade[::-1]
    return narrow


def _with_edges(speech: Sound) -> Sound:
    """Silence before and after, and enough of it that the last frame is whole."""
    lead_in, tail = round(LEAD_IN_SECONDS * RATE), round(TAIL_SECONDS * RATE)
    missing = -(lead_in + len(speech) + tail) % FRAME_SAMPLES
    return np.pad(speech, (lead_in, tail + missing))


def _to_level(speech: Sound) -> Sound:
    """Gain to the level; what the limiter takes from it is given back, round by round."""
    gain_db = LEVEL_DBOV - active_speech_level(speech, RATE).level_dbov
    for _ in range(4):
        levelled = _limit(speech * 10 ** (gain_db / 20))
        gain_db += LEVEL_DBOV - active_speech_level(levelled, RATE).level_dbov
    return levelled


def _limit(sound: Sound) -> Sound:
    """Turn the gain down ahead of each peak and up after it, so that no peak is cut off.

    The least gain of a window around each sample, averaged over a window of the same length, is
    nowhere above what the sample in the middle needs.
    """
    needed = np.minimum(1.0, _CEILING / np.maximum(np.abs(sound), 1e-9))
    window = 2 * _LOOK_AHEAD + 1
    held = ndimage.minimum_filter1d(needed, window, mode="nearest")
    limited: Sound = sound * ndimage.uniform_filter1d(held, window, mode="nearest")
    return limited
