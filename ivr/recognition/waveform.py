"""Audio as sherpa-onnx takes it: single precision between -1 and 1, at the rate of the model.

The library also accepts 16-bit samples, reads them as they are, and then recognises nothing. It
would resample by itself, but with a shorter filter, and it writes four lines to stderr for each
utterance. Audio therefore goes through this module only.
"""

from typing import Any

import numpy as np

from ivr.hearing.frames import RATE, FloatArray

_FULL_SCALE = np.float32(32768.0)
_QUALITY = "HQ"
"""Quality of soxr. Its filter holds back up to 0.11 s of a stream until more audio comes."""
QUIET = 1 / 20
"""Upper limit for the peak of a quiet block of audio, as a share of the loudest peak so far: 26 dB
below it. A wrong decision costs only some decoding, or some silence at the end."""


def as_floats(octets: bytes) -> FloatArray:
    """Return 16-bit little-endian samples as single precision, from -1 to just below 1."""
    return np.frombuffer(octets, "<i2").astype(np.float32) / _FULL_SCALE


class Upsampler:
    """Resampler of the audio of one utterance, from 8 kHz to the sample rate of a model."""

    def __init__(self, rate: int) -> None:
        self._stream: Any = None
        if rate != RATE:
            import soxr  # of the extra sherpa: a worker with a Vosk model must start without it

            self._stream = soxr.ResampleStream(RATE, rate, 1, dtype="float32", quality=_QUALITY)

    def feed(self, samples: FloatArray, *, last: bool = False) -> FloatArray:
        """Return the next audio of the utterance at the rate of the model.

        ``samples`` is the next block at 8 kHz. The resampler holds back up to 0.11 s of the audio;
        with ``last``, which ends the utterance, it returns all of it.
        """
        if self._stream is None:
            return samples
        resampled: FloatArray = self._stream.resample_chunk(samples, last=last)
        return resampled


def at_model_rate(samples: FloatArray, rate: int) -> FloatArray:
    """Return an utterance resampled from 8 kHz to ``rate`` Hz, the sample rate of a model.

    ``samples`` is the whole utterance at 8 kHz.
    """
    if rate == RATE:
        return samples
    import soxr  # see Upsampler

    resampled: FloatArray = soxr.resample(samples, RATE, rate, quality=_QUALITY)
    return resampled


class SilenceMeter:
    """Meter of the silence at the end of an utterance.

    Some models need silence after the last word. With the measure, only what is missing is added.
    """

    def __init__(self) -> None:
        self._loudest = 0.0
        self.seconds = 0.0
        """Length, in seconds, of the quiet audio at the end of all that was fed; whole blocks are
        counted."""

    def feed(self, samples: FloatArray) -> None:
        """Add the next block of the utterance (-1 to 1, 8 kHz), and update ``seconds``."""
        peak = float(np.max(np.abs(samples), initial=0.0))
        self._loudest = max(self._loudest, peak)
        quiet = peak <= self._loudest * QUIET
        self.seconds = self.seconds + len(samples) / RATE if quiet else 0.0
