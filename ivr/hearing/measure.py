"""What is measured on the last seconds of a line: the numbers, and what only the rules need.

The definitions are those of the experiments that fixed the thresholds (docs/design.md, Hearing).
"""

from dataclasses import dataclass

import numpy as np

from ivr.hearing.frames import CHUNK_SECONDS, RATE, FloatArray
from ivr.hearing.history import HOP, Flags, Stretch
from ivr.hearing.ranks import nearest_rank

VOICED = 0.4
"""From this probability a chunk counts as voice."""
GAP, RUN = 3, 2
"""Gaps up to 96 ms are filled; runs shorter than 64 ms are no speech."""
SPEECH_SECONDS = 0.30
"""With less voice than this nobody has spoken."""
LEAD, TAIL = 2, 10
"""Chunks around speech that are not taken for noise: the detector's delay, and the 320 ms in
which a voice and the detector die away."""
ENOUGH_NOISE = 10
"""Chunks between the words that make a floor: 0.32 s."""
LASTING_DB = 10.0
"""Noise is there all the time: what is this much louder than the quietest moments is none, but a
room that gives the words back (measured: 4 dB in noise and in babble at the 95th percentile)."""
CODEC_FLOOR_DBOV = -70.0
"""Below this it is the codec that is heard: an SNR is counted from here."""
HUSH_DBOV = -50.0
"""Where nothing is louder than this and nobody speaks, there is nothing else to measure."""
SLOPE_HOPS = 8
"""A slope is taken over 64 ms."""
SLOPE_LOUD_DB, SLOPE_ABOVE_DB = 15.0, 10.0
"""A slope begins within this of the band's loudest sounds, and this far above its quietest."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One stretch of a line, measured. Levels in dBov, times in seconds."""

    seconds: float
    speech_seconds: float
    """Voice that is not our own prompt."""
    echo_seconds: float
    """Voice that is our own prompt coming back."""
    speech_level: float
    floor: float
    floor_certain: bool
    """Whether there was enough between the words to hear the floor."""
    snr: float
    others_level: float
    """Mean level in dB of all that is not speech."""
    others_spread: float
    """Difference between the 95th and the 5th percentile of its level in dB."""
    decay: float
    """5th percentile of the slopes of falling sounds in dB/s."""
    slopes: int
    """How many slopes that is."""
    clipped: float
    """Share of samples at the codec's limit where there is speech."""

    @property
    def spoken(self) -> bool:
        """Whether there is enough voice for a caller."""
        return self.speech_seconds >= SPEECH_SECONDS


def measure_line(stretch: Stretch, remembered_floor: float | None = None) -> Measured:
    """Measure a stretch of at least one chunk.

    ``remembered_floor`` is that of some seconds ago: whoever talks without a pause leaves no
    moment in which the noise could be heard alone.
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
    """Nothing but a quiet line: most of a call is, and it costs next to nothing."""
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
    """Voice without its short gaps and its short bursts."""
    filled = ~_without_short(~voiced, GAP + 1, edges=False)
    return _without_short(filled, RUN, edges=True)


def _without_short(flags: Flags, shortest: int, *, edges: bool) -> Flags:
    """Clear runs shorter than ``shortest``; those at the ends only with ``edges``."""
    steps = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    kept = flags.copy()
    for begin, end in zip(steps[::2], steps[1::2], strict=True):
        inside = begin > 0 and end < len(flags)
        if end - begin < shortest and (edges or inside):
            kept[begin:end] = False
    return kept


def _around(speech: Flags) -> Flags:
    """Speech with its lead and its tail."""
    wide = speech.copy()
    for shift in range(1, LEAD + 1):
        wide[:-shift] |= speech[shift:]
    for shift in range(1, TAIL + 1):
        wide[shift:] |= speech[:-shift]
    return wide


def _floor(levels: FloatArray, others: FloatArray, remembered: float | None) -> tuple[float, bool]:
    """The floor, and whether it was heard rather than guessed."""
    lasting = nearest_rank(levels, 3) + LASTING_DB
    if len(others) < ENOUGH_NOISE:
        guess = min(nearest_rank(levels, 5) + 2.0, lasting)
        return guess if remembered is None else min(guess, remembered), False
    return min(nearest_rank(others, 50), nearest_rank(levels, 10) + 4.0, lasting), True


def _speech_level(power: FloatArray, speech: Flags, floor: float) -> float:
    """Mean power while there is speech, without the noise that lies under it."""
    if not speech.any():
        return floor
    whole = float(np.mean(power[speech]))
    return float(10 * np.log10(max(whole - 10 ** (floor / 10), 0.05 * whole)))


def _decay(bands: FloatArray) -> tuple[float, int]:
    """How fast sounds die away in the sub-bands: a room gives them back slowly."""
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
