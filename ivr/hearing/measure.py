"""Measures of the last seconds of a line: speech, echo, noise floor, decay and clipping.

The definitions are those of the experiments that fixed the thresholds of the rules: changing one
makes the other wrong.
"""

from dataclasses import dataclass

import numpy as np

from ivr.hearing.frames import CHUNK_SECONDS, RATE, FloatArray
from ivr.hearing.history import HOP, Flags, Stretch
from ivr.hearing.ranks import nearest_rank

VOICED = 0.4
"""Probability from which a chunk counts as voice."""
GAP, RUN = 3, 2
"""Chunks: gaps of up to GAP (96 ms) are filled; runs shorter than RUN (64 ms) are no speech."""
SPEECH_SECONDS = 0.30
"""Seconds of voice from which a caller has spoken."""
LEAD, TAIL = 2, 10
"""Chunks before and after speech that do not count as noise: the detector's delay, and the 320 ms
in which a voice and the detector's response to it die away."""
ENOUGH_NOISE = 10
"""Chunks between the words from which the noise floor is certain: 0.32 s."""
LASTING_DB = 10.0
"""Decibels above the quietest moments up to which a sound may be noise, because noise lasts. What
is louder is the reverberation of a room (measured: noise and babble are 4 dB above, at the 95th
percentile)."""
CODEC_FLOOR_DBOV = -70.0
"""Lowest noise floor in dBov from which an SNR is counted; below it is the codec's own noise."""
HUSH_DBOV = -50.0
"""Level in dBov below which a line without voice is quiet and nothing else is measured."""
SLOPE_HOPS = 8
"""Hops over which a slope is taken: 64 ms."""
SLOPE_LOUD_DB, SLOPE_ABOVE_DB = 15.0, 10.0
"""Decibels: a slope begins at most SLOPE_LOUD_DB below the band's loudest sounds and at least
SLOPE_ABOVE_DB above its quietest."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of one stretch of a line. Levels are in dBov, times in seconds."""

    seconds: float
    """Length of the stretch."""
    speech_seconds: float
    """Time with voice that is not our own prompt."""
    echo_seconds: float
    """Time with voice that is our own prompt coming back."""
    speech_level: float
    """Level while there is speech, without the noise; the floor if there is none."""
    floor: float
    """Noise floor: the level between the words."""
    floor_certain: bool
    """Whether enough was heard between the words to measure the floor."""
    snr: float
    """Speech level above the noise floor in dB."""
    others_level: float
    """Mean level of all that is not voice."""
    others_spread: float
    """Difference between the 95th and the 5th percentile of its level in dB."""
    decay: float
    """5th percentile of the slopes of falling sounds in dB/s; minus infinity if there are none."""
    slopes: int
    """Number of these slopes."""
    clipped: float
    """Share of samples at the codec's limit while there is speech, 0 to 1."""

    @property
    def spoken(self) -> bool:
        """Return whether there is enough voice to say that a caller has spoken."""
        return self.speech_seconds >= SPEECH_SECONDS


def measure_line(stretch: Stretch, remembered_floor: float | None = None) -> Measured:
    """Measure a stretch of at least one chunk.

    ``remembered_floor`` is a noise floor of some seconds ago in dBov; it is used if the caller
    makes no pause in which the noise is heard alone.
    """
    levels = stretch.levels
    raw = voiced_spans(stretch.voice > VOICED)
    if not raw.any() and float(np.max(levels)) < HUSH_DBOV:
        return _hush(levels)
    speech = voiced_spans((stretch.voice > VOICED) & ~stretch.ours)
    others = ~_around(raw)
    floor, certain = _floor(levels, levels[others], remembered_floor)
    level = _speech_level(stretch.power, speech, floor)
    decay, slopes = _decay(stretch.bands)
    rest = levels[~raw] if not raw.all() else levels
    return Measured(
        seconds=len(levels) * CHUNK_SECONDS,
        speech_seconds=float(np.count_nonzero(speech)) * CHUNK_SECONDS,
        echo_seconds=float(np.count_nonzero(raw & ~speech)) * CHUNK_SECONDS,
        speech_level=level,
        floor=floor,
        floor_certain=certain,
        snr=level - max(floor, CODEC_FLOOR_DBOV),
        others_level=float(np.mean(rest)),
        others_spread=nearest_rank(rest, 95) - nearest_rank(rest, 5),
        decay=decay,
        slopes=slopes,
        clipped=float(np.mean(stretch.clipped[speech])) if speech.any() else 0.0,
    )


def _hush(levels: FloatArray) -> Measured:
    """Return the measures of a quiet line without voice. It is quick, as most lines are quiet."""
    floor = nearest_rank(levels, 50)
    return Measured(
        seconds=len(levels) * CHUNK_SECONDS,
        speech_seconds=0.0,
        echo_seconds=0.0,
        speech_level=floor,
        floor=floor,
        floor_certain=True,
        snr=0.0,
        others_level=floor,
        others_spread=0.0,
        decay=float("-inf"),
        slopes=0,
        clipped=0.0,
    )


def voiced_spans(voiced: Flags) -> Flags:
    """Return ``voiced`` with short gaps filled and short bursts removed."""
    filled = ~_without_short(~voiced, GAP + 1, edges=False)
    return _without_short(filled, RUN, edges=True)


def _without_short(flags: Flags, shortest: int, *, edges: bool) -> Flags:
    """Return ``flags`` without runs shorter than ``shortest``.

    Runs that touch either end are removed only with ``edges``.
    """
    steps = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    kept = flags.copy()
    for begin, end in zip(steps[::2], steps[1::2], strict=True):
        inside = begin > 0 and end < len(flags)
        if end - begin < shortest and (edges or inside):
            kept[begin:end] = False
    return kept


def _around(speech: Flags) -> Flags:
    """Return ``speech`` widened by LEAD chunks before and TAIL chunks after."""
    wide = speech.copy()
    for shift in range(1, LEAD + 1):
        wide[:-shift] |= speech[shift:]
    for shift in range(1, TAIL + 1):
        wide[shift:] |= speech[:-shift]
    return wide


def _floor(levels: FloatArray, others: FloatArray, remembered: float | None) -> tuple[float, bool]:
    """Return the noise floor in dBov, and whether it was measured rather than guessed.

    ``levels`` are those of all chunks, ``others`` of those that are not near speech.
    """
    lasting = nearest_rank(levels, 3) + LASTING_DB
    if len(others) < ENOUGH_NOISE:
        guess = min(nearest_rank(levels, 5) + 2.0, lasting)
        return guess if remembered is None else min(guess, remembered), False
    return min(nearest_rank(others, 50), nearest_rank(levels, 10) + 4.0, lasting), True


def _speech_level(power: FloatArray, speech: Flags, floor: float) -> float:
    """Return the level in dBov while there is speech, with the power of the noise subtracted."""
    if not speech.any():
        return floor
    whole = float(np.mean(power[speech]))
    return float(10 * np.log10(max(whole - 10 ** (floor / 10), 0.05 * whole)))


def _decay(bands: FloatArray) -> tuple[float, int]:
    """Return how fast sounds die away in dB/s, and from how many slopes that is known.

    In a room sounds die away slowly.
    """
    if len(bands) <= SLOPE_HOPS:
        return float("-inf"), 0
    levels = 10 * np.log10(np.maximum(bands, 1e-10))
    at = [round(percent / 100 * (len(levels) - 1)) for percent in (8, 97)]
    low, high = np.partition(levels, at, axis=0)[at]
    begin, end = levels[:-SLOPE_HOPS], levels[SLOPE_HOPS:]
    usable = (begin > high - SLOPE_LOUD_DB) & (begin > low + SLOPE_ABOVE_DB) & (end < begin)
    slopes = (end - begin)[usable] / (SLOPE_HOPS * HOP / RATE)
    if not len(slopes):
        return float("-inf"), 0
    return nearest_rank(slopes, 5), len(slopes)
