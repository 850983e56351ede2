"""Tones, keys and notes: what the spectra of a stretch of a line say about pure tones."""

import numpy as np

from ivr.hearing.frames import FloatArray
from ivr.hearing.history import BIN_HZ, Flags, Stretch

ENOUGH_TONE = 12
"""Loud chunks that make a tone: 0.38 s; the shortest that matters, CNG, has 0.5 s."""
STEADY_DB, STEADY_SHARE = 0.3, 0.35
"""At least this share of a tone's chunks are as loud as the ones before, to this."""
KEYS_SHARE = 0.5
DTMF_BINS = (20, 33), (37, 54)
"""Bins of the keys' low group (697 to 941 Hz) and high group (1209 to 1633 Hz)."""


def tone_share(stretch: Stretch) -> float:
    """Share of the loud chunks that are one to four pure tones, the strongest above 310 Hz.

    Too few loud chunks are no tone: a voice begins like one. Neither are notes: a tone of the
    network is as loud at its end as at its beginning, or it is a key.
    """
    loud = _loud(stretch)
    if np.count_nonzero(loud) < ENOUGH_TONE:
        return 0.0
    levels = stretch.levels
    steady = np.abs(np.diff(levels))[loud[1:] & loud[:-1]] < STEADY_DB
    keys = _key_share(stretch.spectra[loud])
    if len(steady) and np.mean(steady) < STEADY_SHARE and keys < KEYS_SHARE:
        return 0.0
    spectra = stretch.spectra[loud].copy()
    total = spectra[:, 3:].sum(axis=1)
    spectra[:, :3] = 0.0
    main = np.argmax(spectra, axis=1)
    peaks = np.sum([_take_peak(spectra) for _ in range(4)], axis=0)
    return float(np.mean((peaks > 0.9 * total) & (main * BIN_HZ > 310.0)))


def _take_peak(spectra: FloatArray) -> FloatArray:
    """The power of each spectrum's highest peak, five bins wide, which is taken out of it."""
    top, rows = np.argmax(spectra, axis=1), np.arange(len(spectra))
    peak = np.zeros(len(spectra), np.float32)
    for offset in range(-2, 3):
        bins = np.clip(top + offset, 0, spectra.shape[1] - 1)
        peak += spectra[rows, bins]
        spectra[rows, bins] = 0.0
    return peak


def _key_share(spectra: FloatArray) -> float:
    """Share of the spectra that are one tone of each group of a telephone's keys (Q.23)."""
    total = spectra[:, 3:].sum(axis=1)
    low, high = (spectra[:, begin:end].copy() for begin, end in DTMF_BINS)
    pair = _take_peak(low), _take_peak(high)
    both = np.minimum(*pair) > 0.05 * total
    return float(np.mean((pair[0] + pair[1] > 0.85 * total) & both))


def pure_tone(stretch: Stretch, hertz: float) -> Flags:
    """The chunks that are nothing but this one tone, within 25 Hz and as loud as the one before."""
    first, last = round((hertz - 90) / BIN_HZ), round((hertz + 90) / BIN_HZ)
    around = stretch.spectra[:, first : last + 1]
    power = around.sum(axis=1)
    bins = np.arange(first, last + 1, dtype=np.float32)
    centre = (around @ bins) / np.maximum(power, 1e-12) * BIN_HZ
    found: Flags = (power > 0.9 * stretch.power) & (np.abs(centre - hertz) < 25) & _loud(stretch)
    levels = stretch.levels
    return found & (np.abs(np.diff(levels, prepend=levels[:1])) < STEADY_DB)


def longest(flags: Flags) -> int:
    """Length of the longest run."""
    steps = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return int(np.max(steps[1::2] - steps[::2], initial=0))


def tonal_share(stretch: Stretch) -> float:
    """Share of the time and of the bins that stick out 15 dB from their neighbours, as notes do."""
    loud = _loud(stretch)
    if not loud.any():
        return 0.0
    spectra = stretch.spectra[loud][:, 3:110]
    padded = np.pad(spectra, ((0, 0), (8, 8)), mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 17, axis=1), axis=2)
    return float(np.mean(spectra > 31.6 * around))


def _loud(stretch: Stretch) -> Flags:
    levels = stretch.levels
    found: Flags = levels > max(-55.0, float(np.max(levels)) - 20.0)
    return found
