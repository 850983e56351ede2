"""Find the passages of a studio session: the sound between two silences of half a second or more.

The session is read block by block, so that the memory does not grow with its length. The threshold
between silence and sound follows the noise of the room. Passages are found in a version of the
session at 8 kHz, which the recogniser needs as well.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ivr.hearing.frames import FRAME_SECONDS, RATE, FloatArray
from ivr.hearing.g711 import Samples
from ivr.hearing.level import Levels, frame_levels_dbov
from ivr.translation import tr
from ivr.voice import VoiceError

with warnings.catch_warnings():
    # pydub uses audioop, which Python 3.13 does not have (audioop-lts takes its place), and asks
    # for ffmpeg, which is not needed here: soundfile reads the recordings.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence, detect_nonsilent

SPLIT_SECONDS = 0.5
"""Least length of a silence between two passages, in seconds. A shorter one is a pause within a
line; speakers leave a second or more between two lines."""
_SPLIT = round(1000 * SPLIT_SECONDS)
_SEARCH = _SPLIT // 2
"""Milliseconds before and after a passage in which its faint beginning and end are looked for."""
_CLICK, _BESIDE = 40, 120
"""A sound of less than 40 ms is a click if there are 120 ms of silence on both sides of it. No
syllable is that short."""
_COARSE, _FINE = 10, 5
"""Steps in which silence is looked for, in milliseconds."""
_BLOCK_SECONDS = 30
_LONGEST_SECONDS = 300
"""Upper limit for a passage, so that memory is bounded. Longer sound, such as music, is cut."""
_SHARE = 0.4
"""The threshold lies at this share of the way from the noise to the speech, in decibels. Breaths
are usually below it."""
_LEAST_DISTANCE_DB = 15.0
"""Least distance of speech from noise, in decibels, with which silence can be told from speech."""
_AUDIBLE_DB = 10.0
"""Frames of 20 ms this far above the noise, in decibels, count as speech."""
_LOWEST_NOISE_DBOV = -75.0
"""Noise below this level counts as this level. Edited recordings have stretches of digital zero."""
_QUIETEST = 10
"""Percentile of the levels of all frames that is the level of the noise. At least a tenth of a
session is silence between lines."""
_AROUND_SECONDS = 15.0
"""Seconds before and after a block in which the noise of the room is measured for it, too."""


@dataclass(frozen=True, slots=True)
class SessionLevels:
    """The levels of one recording of a session."""

    speech_dbov: float
    """Median level of the speech, in dBov."""
    noise_dbov: float
    """Median level of the noise of the room, in dBov; at least -75."""
    frames: Levels
    """The level of each 20 ms, in dBov."""

    @property
    def seconds(self) -> float:
        """Length of the recording in seconds."""
        return len(self.frames) * FRAME_SECONDS

    def threshold(self, start: float, end: float) -> float:
        """Return the level in dBov above which the recording has sound; below it there is silence.

        It holds from ``start`` to ``end``, in seconds from the start of the recording, and follows
        the noise of the room around that time.
        """
        first, last = start - _AROUND_SECONDS, end + _AROUND_SECONDS
        near = self.frames[max(0, int(first / FRAME_SECONDS)) : int(last / FRAME_SECONDS)]
        noise = min(_noise(near), self.speech_dbov - _LEAST_DISTANCE_DB)
        return noise + _SHARE * (self.speech_dbov - noise)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of sound between two silences, in seconds from the start of the recording."""

    start: float
    end: float
    samples: Samples
    """The sound at 8 kHz, with up to 0.25 s before and after it."""


@contextmanager
def readable(path: Path) -> Iterator[soundfile.SoundFile]:
    """Open the recording ``path``, and yield it as an open file of soundfile.

    Raise VoiceError if it cannot be read as audio.
    """
    try:
        with soundfile.SoundFile(path) as file:
            yield file
    except (soundfile.LibsndfileError, OSError) as error:
        raise VoiceError(
            tr("{file} cannot be read as audio ({error}): give a WAV or FLAC file").format(
                file=path, error=error
            )
        ) from None


def mono(channels: FloatArray) -> FloatArray:
    """Return the mean of the channels; the shape of ``channels`` is (samples, channels).

    NaN becomes 0, and infinity becomes full scale.
    """
    mean: FloatArray = np.nan_to_num(channels, posinf=1.0, neginf=-1.0).mean(axis=1)
    return mean


def segment(samples: Samples, rate: int) -> AudioSegment:
    """Return mono 16-bit ``samples`` at ``rate`` Hz as an AudioSegment, the type of pydub."""
    octets = samples.astype("<i2").tobytes()
    return AudioSegment(octets, sample_width=2, frame_rate=rate, channels=1)


def session_levels(path: Path) -> SessionLevels:
    """Return the levels of the speech and of the noise in the recording ``path``.

    Raise VoiceError if it cannot be read, or if speech does not stand out from the noise.
    """
    blocks = [frame_levels_dbov(block) for block in _blocks(path, _BLOCK_SECONDS)]
    noises = [_noise(block) for block in blocks if len(block)]
    loud = np.concatenate([block[block > _noise(block) + _AUDIBLE_DB] for block in blocks])
    noise = float(np.median(noises)) if noises else _LOWEST_NOISE_DBOV
    speech = float(np.median(loud)) if len(loud) else noise
    if speech - noise < _LEAST_DISTANCE_DB:
        raise VoiceError(
            tr(
                "{file}: no speech stands out from the noise ({noise:.0f} dBov): record in a "
                "quieter room, or nearer to the microphone"
            ).format(file=path, noise=noise)
        )
    return SessionLevels(speech, noise, np.concatenate(blocks))


def _noise(frames: Levels) -> float:
    if not len(frames):
        return _LOWEST_NOISE_DBOV
    return max(float(np.percentile(frames, _QUIETEST)), _LOWEST_NOISE_DBOV)


def passages(path: Path, levels: SessionLevels) -> Iterator[list[Passage]]:
    """Yield the passages of the recording ``path`` in the order of time, in lists.

    Each list has the passages of about half a minute, so that the memory does not grow with the
    length of the recording. ``levels`` are those of the recording. Clicks are left out. Raise
    VoiceError if the recording cannot be read.
    """
    held: Samples = np.zeros(0, np.int16)
    offset = 0  # of the first sample of `held`
    for block, last in _with_last(_blocks(path, _BLOCK_SECONDS)):
        held = np.concatenate([held, block])
        start = offset / RATE
        threshold = levels.threshold(start, start + len(held) / RATE)
        ranges, done = _whole(held, threshold, last or len(held) > _LONGEST_SECONDS * RATE)
        yield [
            Passage(
                start + begin / 1000,
                start + end / 1000,
                held[max(0, _samples(begin - _SEARCH)) : _samples(end + _SEARCH)],
            )
            for begin, end in ranges
        ]
        held, offset = held[done:], offset + done


def _whole(held: Samples, threshold: float, last: bool) -> tuple[list[tuple[int, int]], int]:
    """Return the complete passages in ``held``, and how many samples of it need no further search.

    A passage is given by its start and end in milliseconds. ``threshold`` is the level in dBov
    below which there is silence. If ``last`` is true, nothing follows ``held``; otherwise the
    passage at its end may go on in the next block and is not complete.
    """
    sound = segment(held, RATE)
    found = detect_nonsilent(sound, _SPLIT, threshold, _COARSE)
    whole = [one for one in found if last or one[1] < len(sound) - _SPLIT]
    unfinished = found[len(whole) :]
    done = (unfinished[0][0] if unfinished else len(sound)) - _SPLIT
    exact = (_exact(sound, start, end, threshold) for start, end in whole)
    return [one for one in exact if one is not None], max(0, _samples(done))


def _exact(sound: AudioSegment, start: int, end: int, threshold: float) -> tuple[int, int] | None:
    """Return the exact start and end of a passage in milliseconds; None if it is only a click.

    ``start`` and ``end`` are the times that were found first. They leave out a faint beginning and
    a faint end, because the level was measured over half a second there. ``threshold`` is the level
    in dBov below which there is silence.
    """
    first = max(0, start - _SEARCH)
    found = detect_nonsilent(sound[first : end + _SEARCH], _BESIDE, threshold, _FINE)
    while found and found[0][1] - found[0][0] < _CLICK:
        found.pop(0)
    while found and found[-1][1] - found[-1][0] < _CLICK:
        found.pop()
    if not found:
        return None
    begin, finish = first + found[0][0], first + found[-1][1]
    # Silence was now measured over 120 ms, so up to as much of a faint edge may be left out.
    before, after = sound[max(0, begin - _BESIDE) : begin], sound[finish : finish + _BESIDE]
    begin -= max(0, len(before) - detect_leading_silence(before, threshold))
    finish += max(0, len(after) - detect_leading_silence(after.reverse(), threshold))
    return begin, finish


def _samples(milliseconds: int) -> int:
    return milliseconds * RATE // 1000


def _with_last(blocks: Iterator[Samples]) -> Iterator[tuple[Samples, bool]]:
    """Yield each of ``blocks`` as a pair: the block, and True if it is the last one, else False."""
    held = next(blocks, None)
    for block in blocks:
        if held is not None:
            yield held, False
        held = block
    if held is not None:
        yield held, True


def _blocks(path: Path, seconds: int) -> Iterator[Samples]:
    """Yield a recording as mono 16-bit samples at 8 kHz, in blocks of ``seconds`` seconds.

    Raise VoiceError if it cannot be read.
    """
    with readable(path) as file:
        rate = file.samplerate
        converter = soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ")
        for block in file.blocks(seconds * rate, dtype="float32", always_2d=True):
            yield _sixteen_bits(converter.resample_chunk(mono(block)))
        yield _sixteen_bits(converter.resample_chunk(np.zeros(0, np.float32), last=True))


def _sixteen_bits(sound: FloatArray) -> Samples:
    samples: Samples = np.clip(np.rint(sound * 32768.0), -32768, 32767).astype(np.int16)
    return samples
