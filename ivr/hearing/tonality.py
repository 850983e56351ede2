"""Finds pure tones, telephone keys (DTMF) and musical notes in the spectra of a line."""

import numpy as np

from ivr.hearing.frames import FloatArray
from ivr.hearing.history import BIN_HZ, Flags, Stretch

ENOUGH_TONE = 12
"""Least number of loud chunks in which a tone can be found: 12, 0.38 s. The shortest tone that
matters, a fax's CNG, lasts 0.5 s."""
STEADY_DB, STEADY_SHARE = 0.3, 0.35
"""Conditions for a steady tone. At least STEADY_SHARE of the loud chunks must differ in level from
the chunk before by less than STEADY_DB (dB)."""
KEYS_SHARE = 0.5
"""Least share of DTMF keys among the loud chunks at which the sound counts as a tone even though
its level is not steady."""
DTMF_BINS = (20, 33), (37, 54)
"""Frequency bins (first, end) of the low group (697 to 941 Hz) and of the high group (1209 to 1633
Hz) of DTMF."""


def tone_share(stretch: Stretch) -> float:
    """Return the share, 0 to 1, of the loud chunks that consist of one to four pure tones.

    The strongest tone must be above 310 Hz. Return 0 if there are fewer than ENOUGH_TONE (12) loud
    chunks, because a voice begins like a tone. Return 0 also if the level is not steady and no DTMF
    keys are found: this is music, whose notes fade, unlike the tones of a telephone network.
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
    """Remove the highest peak, five bins wide, from each spectrum; return the powers of the peaks.

    ``spectra`` has one spectrum in each row and is changed in place. The result has one power for
    each spectrum.
    """
    top, rows = np.argmax(spectra, axis=1), np.arange(len(spectra))
    peak = np.zeros(len(spectra), np.float32)
    for offset in range(-2, 3):
        bins = np.clip(top + offset, 0, spectra.shape[1] - 1)
        peak += spectra[rows, bins]
        spectra[rows, bins] = 0.0
    return peak


def _key_share(spectra: FloatArray) -> float:
    """Return the share, 0 to 1, of the spectra that are those of a DTMF key (ITU-T Q.23).

    ``spectra`` has one spectrum in each row. A key sounds as one tone of the low group of
    frequencies and one of the high group.
    """
    total = spectra[:, 3:].sum(axis=1)
    low, high = (spectra[:, begin:end].copy() for begin, end in DTMF_BINS)
    pair = _take_peak(low), _take_peak(high)
    both = np.minimum(*pair) > 0.05 * total
    return float(np.mean((pair[0] + pair[1] > 0.85 * total) & both))


def pure_tone(stretch: Stretch, hertz: float) -> Flags:
    """Return one flag for each chunk: True if it is a steady tone within 25 Hz of ``hertz``.

    Such a chunk is loud, and its level differs by less than STEADY_DB (0.3 dB) from that of the
    chunk before.
    """
    first, last = round((hertz - 90) / BIN_HZ), round((hertz + 90) / BIN_HZ)
    around = stretch.spectra[:, first : last + 1]
    power = around.sum(axis=1)
    bins = np.arange(first, last + 1, dtype=np.float32)
    centre = (around @ bins) / np.maximum(power, 1e-12) * BIN_HZ
    found: Flags = (power > 0.9 * stretch.power) & (np.abs(centre - hertz) < 25) & _loud(stretch)
    levels = stretch.levels
    return found & (np.abs(np.diff(levels, prepend=levels[:1])) < STEADY_DB)


def longest(flags: Flags) -> int:
    """Return the length of the longest run of True in ``flags``; 0 if all are False."""
    steps = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return int(np.max(steps[1::2] - steps[::2], initial=0))


def tonal_share(stretch: Stretch) -> float:
    """Return the share, 0 to 1, of frequency bins that belong to musical notes.

    The bins are those of all loud chunks. A bin belongs to a note if it is more than 15 dB (31.6 as
    a ratio of powers) above the median of its neighbours. Return 0 if no chunk is loud.
    """
    loud = _loud(stretch)
    if not loud.any():
        return 0.0
    spectra = stretch.spectra[loud][:, 3:110]
    padded = np.pad(spectra, ((0, 0), (8, 8)), mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 17, axis=1), axis=2)
    return float(np.mean(spectra > 31.6 * around))


def _loud(stretch: Stretch) -> Flags:
    """Return one flag for each chunk: True if it is above -55 dBov and at most 20 dB below the
    loudest chunk of ``stretch``."""
    levels = stretch.levels
    found: Flags = levels > max(-55.0, float(np.max(levels)) - 20.0)
    return found
