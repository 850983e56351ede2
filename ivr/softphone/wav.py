"""WAV files: read at any rate and width as samples at 8 kHz, written at 8 kHz."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.translation import tr


class WavError(ValueError):
    """A sound file cannot be used; the message names the file and the reason."""


def read_wav(path: Path) -> Samples:
    """Return the sound of the WAV file ``path`` as mono 16-bit samples at 8 kHz.

    Raise WavError when the file is missing or is not a PCM WAV file, or when it has another rate
    and the resampler is not installed.
    """
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            octets = file.readframes(file.getnframes())
    except FileNotFoundError:
        raise WavError(tr("there is no file {path}: correct its path").format(path=path)) from None
    except (OSError, EOFError, wave.Error) as error:
        raise WavError(
            tr("{path} is not a WAV file that can be read ({error}): save it as PCM WAV").format(
                path=path, error=error
            )
        ) from None
    octets = octets[: len(octets) // (width * channels) * width * channels]
    sound: NDArray[np.float64] = _linear(octets, width).reshape(-1, channels).mean(axis=1)
    if rate != RATE:
        sound = _resampled(path, sound, rate)
    samples: Samples = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return samples


def write_wav(path: Path, sides: Sequence[tuple[float, Samples]]) -> None:
    """Write the WAV file ``path`` at 8 kHz and 16 bits, with one channel for each of ``sides``.

    Each side is a pair: the time of its first sample in seconds, and its samples at 8 kHz. All
    times are of one clock; a side that begins later is filled up with silence.
    """
    origin = min([start for start, samples in sides if len(samples)], default=0.0)
    placed = [(round((start - origin) * RATE), samples) for start, samples in sides]
    length = max([at + len(samples) for at, samples in placed if len(samples)], default=0)
    both = np.zeros((length, len(sides)), "<i2")
    for side, (at, samples) in enumerate(placed):
        if len(samples):
            both[at : at + len(samples), side] = samples
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(sides))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(both.tobytes())


def _linear(octets: bytes, width: int) -> NDArray[np.float64]:
    """Return PCM octets as samples on the scale of 16 bits.

    ``width`` is the number of octets in a sample: 1 (unsigned), or 2, 3 or 4 (signed).
    """
    if width == 1:
        return (np.frombuffer(octets, np.uint8).astype(np.float64) - 128.0) * 256.0
    if width == 3:
        padded = np.zeros((len(octets) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(octets, np.uint8).reshape(-1, 3)
        octets, width = padded.tobytes(), 4
    scale = 1.0 if width == 2 else 65536.0
    return np.frombuffer(octets, f"<i{width}").astype(np.float64) / scale


def _resampled(path: Path, sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Return ``sound`` resampled from ``rate`` Hz to 8 kHz; frequencies above 4 kHz are removed.

    Raise WavError if the resampler is not installed; its message names ``path``, the sound's file.
    """
    try:
        import soxr  # here, because only the tools extra has it, and few files need it
    except ModuleNotFoundError:
        raise WavError(
            tr(
                "{path} has {rate} samples per second: give a file with {wanted}, or run "
                "`pip install 'ivr[tools]'`, which resamples it"
            ).format(path=path, rate=rate, wanted=RATE)
        ) from None
    resampled: NDArray[np.float64] = soxr.resample(sound, rate, RATE, quality="HQ")
    return resampled
