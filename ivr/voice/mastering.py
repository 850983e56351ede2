"""Make a telephone prompt from an engine's audio: set its band, level, peaks, edges and pauses."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import ndimage

from ivr.dialogue.row import Edges
from ivr.hearing.frames import FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Form
from ivr.voice.loudness import level, word_level
from ivr.voice.standard import (
    BAND_HZ,
    EDGE_SECONDS,
    FAINT_SECONDS,
    HIGHEST_PEAK_DBFS,
    LONGER_PAUSES,
    WIDE_BAND_HZ,
    WIDE_RATE,
    prompt_level,
)

_CEILING = 32768 * 10 ** ((HIGHEST_PEAK_DBFS - 0.2) / 20)
"""Upper limit for the magnitude of a sample, 0.2 dB below the highest peak of the standard.
Rounding to a-law adds less than these 0.2 dB."""
_LOOK_AHEAD_SECONDS = {"normal": 0.005, "louder": 0.001, "loudest": 0.001, "slow": 0.005}
"""Look-ahead of the limiter in seconds, for each rendering. The limiter begins to lower the gain at
most twice this time before a peak (0.01 s in the normal rendering). The louder renderings have a
short one, so that the gain can rise again between two periods of a voice."""
_FADE_SECONDS = 0.005
"""Length of the fade at either end of the speech, in seconds. It prevents a click."""
_RINGING_SECONDS = 0.1
"""Seconds of silence after the speech in which the filter of the band can ring. It rings backwards
too; that would otherwise be heard at the other end of the speech."""
_SILENT_DB = -45.0
"""Audio (10 ms) above this level counts as speech, in decibels relative to the loudest 10 ms. The
quieter audio before the first and after the last speech is trimmed."""
_FAINT_DB = 28.0
"""Sound (5 ms) at a joint that is this many decibels below the words is silence to a caller. With
words at -20.5 dBov this is -48.5 dBov, about the noise of a quiet line."""
_PAUSE_SECONDS = 0.08
"""Least length of a pause, in seconds. A shorter silence within speech is a part of a consonant."""
_NEAR_DB, _ROUNDS = 0.05, 60
"""When the correction of the gain ends: the level is wrong by less than 0.05 dB, or 60 rounds are
done. A sentence needs one to five rounds. In the louder renderings a letter such as F needs up to
40, because its hiss consists of peaks."""

_Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Band:
    """Sampling rate and range of frequencies of a kind of line (narrow-band or wide-band)."""

    rate: int
    """Samples per second."""
    hz: tuple[int, int]
    """The lowest and the highest frequency, in Hz."""


NARROW = Band(RATE, BAND_HZ)
WIDE = Band(WIDE_RATE, WIDE_BAND_HZ)
_SENTENCE = Form()


def master(
    samples: NDArray[np.int16], rate: int, form: Form = _SENTENCE, band: Band = NARROW
) -> Samples:
    """Make a prompt from an engine's audio; return its samples at the rate of ``band``.

    ``samples`` are the engine's audio, mono at ``rate`` Hz. ``form`` decides the level and the
    silence at both ends, ``band`` the range of frequencies. The result fills whole frames of 20 ms.
    Raise VoiceError if ``samples`` are silent.
    """
    speech = _trim(samples.astype(np.float64), rate)
    if form.rendering == "slow":
        speech = _with_longer_pauses(speech, rate)
    framed = _with_edges(_faded(_to_band(speech, rate, band), band), form, band)
    return np.rint(_to_level(framed, form, band)).astype(np.int16)


def _trim(sound: _Sound, rate: int) -> _Sound:
    """Return ``sound`` without the silence before and after the speech.

    10 ms of silence are left at either end. ``rate`` is the sampling rate in Hz. Raise VoiceError
    if ``sound`` has no speech.
    """
    audible = np.flatnonzero(_audible(sound, rate))
    if not len(audible):
        raise VoiceError(tr("the engine gave silence: listen to its voice, then render again"))
    step = rate // 100
    return sound[max(0, audible[0] - 1) * step : (audible[-1] + 2) * step]


def _audible(sound: _Sound, rate: int) -> NDArray[np.bool_]:
    """Return one value for each 10 ms of ``sound``: True if it is speech, else False.

    It is speech if its level is less than 45 dB below that of the loudest 10 ms. ``rate`` is the
    sampling rate in Hz.
    """
    step = rate // 100
    frames = sound[: len(sound) // step * step].reshape(-1, step)
    loudness = np.sqrt(np.mean(frames**2, axis=1))
    threshold = loudness.max(initial=0.0) * 10 ** (_SILENT_DB / 20)
    found: NDArray[np.bool_] = loudness > threshold
    return found


def _with_longer_pauses(sound: _Sound, rate: int) -> _Sound:
    """Return ``sound`` with each pause lengthened by the factor LONGER_PAUSES (1.5).

    A part of the pause is repeated in reverse, so that the noise of the room continues. ``rate`` is
    the sampling rate in Hz.
    """
    step = rate // 100
    audible = np.flatnonzero(_audible(sound, rate))
    parts, done = [], 0
    for before, after in pairwise(audible.tolist()):
        if (after - before - 1) * 0.01 < _PAUSE_SECONDS:
            continue
        pause = sound[(before + 1) * step : after * step]
        middle = (before + 1) * step + len(pause) // 2
        parts += [sound[done:middle], pause[::-1][: round(len(pause) * (LONGER_PAUSES - 1))]]
        done = middle
    return np.concatenate([*parts, sound[done:]])


def _to_band(sound: _Sound, rate: int, band: Band) -> _Sound:
    """Return ``sound`` with the frequencies and the sampling rate of ``band``.

    ``rate`` is the sampling rate of ``sound``, in Hz.
    """
    highest = min(band.hz[1], 0.45 * rate)  # an engine may give less than a wide band
    length = len(sound) + round(_RINGING_SECONDS * rate)
    hz = np.arange(length // 2 + 1) * rate / length
    gains = _butterworth(hz, rate, (band.hz[0], highest))
    filtered = np.fft.irfft(np.fft.rfft(sound, length) * gains, length)[: len(sound)]
    heard: _Sound = soxr.resample(filtered, rate, band.rate, quality="HQ")
    return heard


def _butterworth(hz: _Sound, rate: int, edges_hz: tuple[float, float]) -> _Sound:
    """Return the gain at each frequency of a band-pass filter that delays no frequency.

    It is a digital Butterworth filter of the second order at each of the two edges ``edges_hz``,
    applied forwards and backwards. Its gain at an edge is 0.5, and it falls by 24 dB per octave.
    It is computed here because scipy.signal takes a second to import. ``rate`` is the sampling
    rate in Hz.
    """
    warped = np.tan(np.pi * hz / rate)
    low, high = (np.tan(np.pi * edge / rate) for edge in edges_hz)
    with np.errstate(divide="ignore"):  # no constant passes: its gain is 1 / infinity
        gains: _Sound = 1 / (1 + ((warped**2 - low * high) / (warped * (high - low))) ** 4)
    return gains


def _with_edges(speech: _Sound, form: Form, band: Band) -> _Sound:
    """Return the speech with the silence that ``form`` prescribes before and after it.

    At an edge where another clip follows or precedes, sound that is too faint to be heard beside
    the words counts as silence. More silence is added at the end to fill the last frame of 20 ms.
    """
    before, after = (round(seconds * band.rate) for seconds in EDGE_SECONDS[form.edges])
    if form.edges in (Edges.INNER, Edges.LAST, Edges.GROUP):
        speech, before = _joined(speech, before, band)
    if form.edges in (Edges.INNER, Edges.FIRST, Edges.GROUP):
        reverse, after = _joined(speech[::-1], after, band)
        speech = reverse[::-1]
    missing = -(before + len(speech) + after) % round(FRAME_SECONDS * band.rate)
    return np.pad(speech, (before, after + missing))


def _joined(speech: _Sound, silence: int, band: Band) -> tuple[_Sound, int]:
    """Shorten the faint beginning of ``speech`` for playing it directly after another clip.

    Return the speech, and the number of samples of silence to put before it. The faint beginning,
    such as the hiss of 索 (suo), of which a telephone lets little pass, is cut to FAINT_SECONDS
    (0.04 s). What is left of it counts as silence, so that the number is ``silence`` less its
    samples.
    """
    step = band.rate // 200
    blocks = speech[: len(speech) // step * step].reshape(-1, step)
    threshold = 32768 * 10 ** ((word_level(speech, band.rate) - _FAINT_DB) / 20)
    audible = np.sqrt(np.mean(blocks**2, axis=1)) > threshold
    faint = int(np.argmax(audible)) * step
    cut = max(0, faint - round(FAINT_SECONDS * band.rate))
    return _faded(speech[cut:], band), max(0, silence - (faint - cut))


def _faded(sound: _Sound, band: Band) -> _Sound:
    """Return ``sound`` with its first and its last 5 ms faded, which prevents clicks."""
    length = min(round(_FADE_SECONDS * band.rate), len(sound))
    fade = np.linspace(0.0, 1.0, length)
    faded = sound.copy()
    faded[:length] *= fade
    faded[len(faded) - length :] *= fade[::-1]
    return faded


def _to_level(speech: _Sound, form: Form, band: Band) -> _Sound:
    """Return the speech at the level that ``form`` requires, with limited peaks.

    Limiting the peaks lowers the level. The gain is therefore corrected in rounds. Each round adds
    the decibels that are missing after limiting.
    """
    wanted = prompt_level(form.rendering, joint=form.joint)
    gain_db = wanted - level(speech, band.rate, joint=form.joint)
    look_ahead = round(_LOOK_AHEAD_SECONDS[form.rendering] * band.rate)
    levelled = speech
    for _ in range(_ROUNDS):
        levelled = _limit(speech * 10 ** (gain_db / 20), look_ahead)
        missing = wanted - level(levelled, band.rate, joint=form.joint)
        if abs(missing) < _NEAR_DB:
            break
        gain_db += missing
    return levelled


def _limit(sound: _Sound, look_ahead: int) -> _Sound:
    """Return ``sound`` with its peaks limited: no sample exceeds _CEILING (-3.2 dBFS).

    The gain falls before each peak and rises after it. For each sample it is the least gain that
    any sample within ``look_ahead`` samples needs, averaged over as many samples on both sides. It
    is therefore never too high for a sample.
    """
    loudest = np.abs(sound)
    if loudest.max(initial=0.0) <= _CEILING:
        return sound
    needed = np.minimum(1.0, _CEILING / np.maximum(loudest, 1e-9))
    window = 2 * look_ahead + 1
    held = ndimage.minimum_filter1d(needed, window, mode="nearest")
    limited: _Sound = sound * ndimage.uniform_filter1d(held, window, mode="nearest")
    return limited
