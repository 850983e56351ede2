"""Measures of the last 5 s of a line: speech, echo, noise floor, decay and clipping.

The definitions are those of the experiments that fixed the thresholds of the rules (rules.py): a
change of a definition makes the thresholds wrong.
"""

from dataclasses import dataclass

import numpy as np

from ivr.hearing.frames import CHUNK_SECONDS, RATE, FloatArray
from ivr.hearing.history import HOP, Flags, Stretch
from ivr.hearing.ranks import nearest_rank

VOICED = 0.4
"""Probability of voice above which a chunk counts as voice."""
GAP, RUN = 3, 2
"""Numbers of chunks. Gaps of up to GAP chunks (96 ms) in a voice are filled. Voice shorter than RUN
chunks (64 ms) is not counted as speech."""
SPEECH_SECONDS = 0.30
"""Least seconds of voice, within the last 5 s, for a caller to count as having spoken."""
LEAD, TAIL = 2, 10
"""Numbers of chunks around speech in which no noise is measured: LEAD (64 ms) before it and TAIL
(320 ms) after it. LEAD allows for the delay of the voice detector. TAIL allows for the time in
which a voice, and the detector's response to it, die away."""
ENOUGH_NOISE = 10
"""Least number of chunks between the words from which the noise floor is measured: 10, 0.32 s. With
fewer chunks the noise floor is guessed."""
LASTING_DB = 10.0
"""Upper limit for the noise floor, in decibels above the quietest moments of the line. A higher
noise floor is lowered to this limit. Noise goes on in the quietest moments too. A sound between the
words that is much louder than those moments is no noise, but the reverberation of a room. Measured:
in 95 % of the cases noise and babble are at most 4 dB above the quietest moments."""
CODEC_FLOOR_DBOV = -70.0
"""Least noise floor in dBov with which the SNR is computed. A lower noise floor is only the codec's
own noise, and is raised to this level."""
HUSH_DBOV = -50.0
"""A line without voice counts as quiet if all its chunks are below this level in dBov. Of a quiet
line only the level is measured."""
SLOPE_HOPS = 8
"""Number of hops (8 ms each) from the start to the end of one slope, a stretch in which a sound
falls: 8, 64 ms."""
SLOPE_LOUD_DB, SLOPE_ABOVE_DB = 15.0, 10.0
"""Limits in decibels for the start of a slope, a stretch of 64 ms in which a sound falls. The slope
is used only if it starts at most SLOPE_LOUD_DB below the loudest sounds of its sub-band, and at
least SLOPE_ABOVE_DB above the quietest."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of the last 5 s of a line, or of a shorter stretch. Levels are in dBov, times in
    seconds."""

    seconds: float
    """Length of the measured stretch in seconds."""
    speech_seconds: float
    """Seconds with voice that is not our own prompt."""
    echo_seconds: float
    """Seconds with voice that is our own prompt coming back as echo."""
    speech_level: float
    """Level in dBov while there is speech, without the noise; the noise floor if there is no
    speech."""
    floor: float
    """Noise floor in dBov: the level between the words."""
    floor_certain: bool
    """Whether enough audio arrived between the words (0.32 s) to measure the noise floor."""
    snr: float
    """Speech level above the noise floor in dB."""
    others_level: float
    """Mean level in dBov of the chunks without voice."""
    others_spread: float
    """Spread in dB of the levels of the chunks without voice: from the 5th to the 95th
    percentile."""
    decay: float
    """Rate in dB/s at which sounds die away: the 5th percentile of the slopes of falling sounds.
    Minus infinity if there are none."""
    slopes: int
    """Number of slopes of falling sounds from which the decay was measured."""
    clipped: float
    """Share of the samples at the codec's limit while there is speech, 0 to 1."""

    @property
    def spoken(self) -> bool:
        """True if a caller has spoken: at least 0.3 s (SPEECH_SECONDS) of the stretch are voice
        that is not our own prompt. Otherwise False."""
        return self.speech_seconds >= SPEECH_SECONDS


def measure_line(stretch: Stretch, remembered_floor: float | None = None) -> Measured:
    """Return the measures of ``stretch``, which has at least one chunk (32 ms) of a line.

    ``remembered_floor`` is the lowest noise floor in dBov that earlier evaluations measured, None
    if there is none. If the caller's pauses are too short to measure the noise, its level is
    guessed, but not above ``remembered_floor``.
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
    """Return the measures of a quiet line on which there is no voice.

    ``levels`` are the levels of its chunks in dBov. Their median is taken for all levels, which is
    quick; there is no speech and no echo.
    """
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
    """Return ``voiced`` without short gaps and short runs; one flag for each chunk, True for voice.

    First gaps of up to GAP (3) chunks in a voice are filled, then runs of voice shorter than RUN
    (2) chunks are removed.
    """
    filled = ~_without_short(~voiced, GAP + 1, edges=False)
    return _without_short(filled, RUN, edges=True)


def _without_short(flags: Flags, shortest: int, *, edges: bool) -> Flags:
    """Return ``flags`` with every run of set flags that is shorter than ``shortest`` cleared.

    Runs that touch either end of ``flags`` are cleared only if ``edges`` is True.
    """
    steps = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    kept = flags.copy()
    for begin, end in zip(steps[::2], steps[1::2], strict=True):
        inside = begin > 0 and end < len(flags)
        if end - begin < shortest and (edges or inside):
            kept[begin:end] = False
    return kept


def _around(speech: Flags) -> Flags:
    """Return ``speech`` (one flag for each chunk) with each run of set flags made longer: by LEAD
    (2) chunks at its beginning and by TAIL (10) chunks at its end."""
    wide = speech.copy()
    for shift in range(1, LEAD + 1):
        wide[:-shift] |= speech[shift:]
    for shift in range(1, TAIL + 1):
        wide[shift:] |= speech[:-shift]
    return wide


def _floor(levels: FloatArray, others: FloatArray, remembered: float | None) -> tuple[float, bool]:
    """Return the noise floor in dBov, and whether it was measured rather than guessed.

    ``levels`` are the levels in dBov of all chunks. ``others`` are those of the chunks that are not
    near speech. ``remembered`` is an earlier noise floor in dBov, None if there is none. The result
    is at most LASTING_DB (10 dB) above the quietest moments of the line.
    """
    lasting = nearest_rank(levels, 3) + LASTING_DB
    if len(others) < ENOUGH_NOISE:
        guess = min(nearest_rank(levels, 5) + 2.0, lasting)
        return guess if remembered is None else min(guess, remembered), False
    return min(nearest_rank(others, 50), nearest_rank(levels, 10) + 4.0, lasting), True


def _speech_level(power: FloatArray, speech: Flags, floor: float) -> float:
    """Return the level of the speech in dBov, without the noise.

    ``power`` is the mean square of each chunk, where full scale is 1, and ``speech`` tells which
    chunks are speech. ``floor`` is the noise floor in dBov, whose power is subtracted from the mean
    power of the speech. Return ``floor`` if no chunk is speech.
    """
    if not speech.any():
        return floor
    whole = float(np.mean(power[speech]))
    return float(10 * np.log10(max(whole - 10 ** (floor / 10), 0.05 * whole)))


def _decay(bands: FloatArray) -> tuple[float, int]:
    """Return the rate at which sounds die away, in dB/s, and the number of slopes it is based on.

    A slope is a stretch of 64 ms in which a sound becomes quieter. In a room sounds die away
    slowly. ``bands`` is the power in each sub-band every 8 ms. Return minus infinity and 0 if there
    is no slope.
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
