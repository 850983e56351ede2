"""Levels: RMS, peak, and the active speech level of ITU-T P.56.

All levels are in dB relative to the overload point of 16-bit linear samples (32768): a full-scale
square wave has 0 dBov, a full-scale sine -3.01 dBov. Silence has FLOOR_DBOV.
"""

from dataclasses import dataclass
from math import ceil, exp, log10

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import FRAME, FloatArray

FLOOR_DBOV = -96.0
"""Lowest level in dBov that the functions of this module return, and the level of silence. It is
below the smallest step of 16 bits."""

# ITU-T P.56 (12/2011), table 1: the parameters of method B.
_TIME_CONSTANT_SECONDS = 0.03
_HANGOVER_SECONDS = 0.2
_MARGIN_DB = 15.9
_THRESHOLDS = 2.0 ** np.arange(-15, 0)

Waveform = NDArray[np.int16] | NDArray[np.float64]
"""16-bit linear samples, or floats on the same scale."""

Levels = NDArray[np.float64]
"""Array of levels in dBov."""


@dataclass(frozen=True, slots=True)
class ActiveLevel:
    """The level of speech without its pauses."""

    level_dbov: float
    """Level in dBov while there is speech."""
    activity: float
    """Share of the time in which there is speech, 0 to 1."""


def gain(decibels: float) -> float:
    """Return the factor by which samples are multiplied to raise their level by ``decibels``."""
    return float(10 ** (decibels / 20))


def dbov(samples: Waveform, *, remove_dc: bool = False) -> float:
    """Return the RMS level of ``samples`` in dBov; FLOOR_DBOV (-96) if there are none.

    If ``remove_dc`` is True, the mean is subtracted first, so that a-law's idle code, which decodes
    to a constant 8, has the level of silence.
    """
    values = np.asarray(samples, np.float64)
    if remove_dc and len(values):
        values = values - values.mean()
    return _dbov_of_power(float(np.mean(values**2)) if len(values) else 0.0)


def frame_levels_dbov(samples: NDArray[np.int16]) -> Levels:
    """Return the level in dBov of each whole frame of 160 samples (20 ms).

    The mean of each frame is subtracted first. Samples after the last whole frame are ignored.
    """
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    power = np.maximum(np.var(frames, axis=1), 1e-3) / 32768.0**2
    levels: Levels = np.maximum(10 * np.log10(power), FLOOR_DBOV)
    return levels


def chunk_dbov(sound: FloatArray, *, remove_dc: bool = False) -> float:
    """Return the RMS level in dBov of the samples ``sound``, which are on the scale of 16 bits.

    If ``remove_dc`` is True, their mean is subtracted first. This function is quicker than
    :func:`dbov`, because it computes in single precision and without a copy. Raise
    ZeroDivisionError if there are no samples.
    """
    power = float(np.dot(sound, sound)) / len(sound)
    if remove_dc:
        mean = float(np.sum(sound)) / len(sound)
        power -= mean * mean
    return _dbov_of_power(power)


def peak_dbfs(samples: Waveform) -> float:
    """Return the largest magnitude of ``samples`` in dB relative to 32768; FLOOR_DBOV (-96) if
    there are none. The largest value of a-law is -0.14 dB."""
    values = np.asarray(samples, np.float64)
    peak = float(np.max(np.abs(values))) if len(values) else 0.0
    return _dbov_of_power(peak**2)


def active_speech_level(samples: Waveform, rate: int) -> ActiveLevel:
    """Return the active speech level (ITU-T P.56, method B) of ``samples``, ``rate`` per second.

    The mean is subtracted first. Silence has the level FLOOR_DBOV (-96) and the activity 0.
    """
    values = np.asarray(samples, np.float64) / 32768.0
    if not len(values):
        return ActiveLevel(FLOOR_DBOV, 0.0)
    values = values - values.mean()
    energy = float(np.sum(values**2))
    long_term_level = _dbov_of_power(energy / len(values) * 32768.0**2)
    if long_term_level <= FLOOR_DBOV:
        return ActiveLevel(FLOOR_DBOV, 0.0)
    envelope = _smooth(_smooth(np.abs(values), rate), rate)
    level = _level_at_margin(energy, _active_counts(envelope, ceil(_HANGOVER_SECONDS * rate)))
    if level <= FLOOR_DBOV:
        return ActiveLevel(FLOOR_DBOV, 0.0)
    return ActiveLevel(level, min(1.0, 10 ** ((long_term_level - level) / 10)))


def _dbov_of_power(power: float) -> float:
    """Return the level in dBov that belongs to ``power``, the mean square of 16-bit samples."""
    return max(10 * log10(max(power, 1e-9) / 32768.0**2), FLOOR_DBOV)


def _smooth(values: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Return the exponential average y of ``values`` (x): y[n] = g y[n-1] + (1-g) x[n].

    ``rate`` is in samples per second. The time constant is 0.03 s: g = exp(-1 / (0.03 s * rate)).
    Expanded, y[n] = gⁿ (y[0] + (1-g) Σ x[k] g⁻ᵏ), which is computed as a cumulative sum, in blocks
    of ten time constants, so that g⁻ᵏ stays below e¹⁰ and no precision is lost.
    """
    decay = exp(-1.0 / (_TIME_CONSTANT_SECONDS * rate))
    block = max(1, int(10 * _TIME_CONSTANT_SECONDS * rate))
    powers = decay ** np.arange(1, block + 1)
    smoothed = np.empty_like(values)
    state = 0.0
    for start in range(0, len(values), block):
        part = values[start : start + block]
        scale = powers[: len(part)]
        result = scale * (state + (1 - decay) * np.cumsum(part / scale))
        smoothed[start : start + block] = result
        state = float(result[-1])
    return smoothed


def _active_counts(envelope: NDArray[np.float64], hangover: int) -> list[int]:
    """Return the number of active samples for each threshold of ITU-T P.56, the lowest first.

    ``envelope`` is the smoothed magnitude of the samples (full scale is 1). A sample is active if
    it reaches the threshold, or if one of the ``hangover`` samples before it does.
    """
    counts = []
    for threshold in _THRESHOLDS:
        above = np.flatnonzero(envelope >= threshold)
        to_the_next = np.diff(above, append=len(envelope))
        counts.append(int(np.minimum(to_the_next, hangover + 1).sum()))
    return counts


def _level_at_margin(energy: float, counts: list[int]) -> float:
    """Return the active speech level in dBov by the definition of ITU-T P.56.

    The level is the energy divided by the number of samples that are active for a threshold, where
    that threshold lies 15.9 dB below the level itself. It is computed for the fixed thresholds, and
    interpolated between the two that come nearest to 15.9 dB. ``energy`` is the sum of the squared
    samples (full scale is 1), ``counts`` the number of active samples for each threshold.
    """
    level_below, margin_below = FLOOR_DBOV, 0.0
    for n, (threshold, count) in enumerate(zip(_THRESHOLDS, counts, strict=True)):
        if count == 0:
            break
        level = 10 * log10(energy / count)
        margin = level - 20 * log10(float(threshold))
        if margin <= _MARGIN_DB:
            if n == 0:
                return level
            share = (margin_below - _MARGIN_DB) / (margin_below - margin)
            return level_below + share * (level - level_below)
        level_below, margin_below = level, margin
    return level_below
