"""The echo's waveform: finds the part of the prompt of which the echo is a copy, and subtracts it.

First the lag is found by correlation. Then a filter of 32 ms around that lag learns how the line
changes the prompt, and the echo that the filter predicts is subtracted. The filter is a Kalman
filter for each frequency (Enzner and Vary, Signal Processing 86, 2006). It estimates its own error
and the power of everything but the echo, so a caller who speaks at the same time does not spoil it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import CHUNK, FloatArray

Spectrum = NDArray[np.complex64]
"""Spectrum of SPAN (512) samples as a real FFT returns it; shape (CHUNK + 1,)."""

EXPLAINED = 0.17
"""Least share of a sound's power that one delayed copy of the prompt must explain for the sound to
count as echo. Measured over 1,600 windows (clips of 5 or 6 s) of `ivr bench hearing`: a copy
explains less than 0.1 of speech that is independent of the prompt. It explains 0.1 of the sound if
a caller speaks over an echo that is 10 dB quieter. It explains at least 0.175 of an echo, even over
a bad line."""
EXPLAINED_AGAIN = 0.12
"""Replaces EXPLAINED (0.17) if the copy of the prompt has the same lag as the echo had before. This
smaller share of the power is then enough for the sound to count as echo. A copy that fits by chance
has the same lag only once in 400."""
MOSTLY = 0.5
"""Second limit beside EXPLAINED (0.17), for the sound as it arrived, before the echo is subtracted.
The sound also counts as echo if a copy of the prompt explains at least this share of its power.
This limit is needed where the filter predicts wrongly: no copy then explains the residue, although
the sound was echo. If a caller is 3 dB above an echo, a copy explains only a third of the sound.
Measured on the development split of `ivr bench hearing`: with this limit, 2 instead of 4 of 320
echoes are taken for a caller, and 2 instead of 3 of 320 callers over an echo are missed."""
MAX_LAG = 26
"""Longest lag from the prompt to its echo that is considered, in chunks: 26, 830 ms. A speakerphone
on a mobile network has such a lag."""
EARLY = 480
"""Tolerance for the start of a prompt, in samples: 480, 60 ms. The prompt may have begun on the
network up to this long before the noted time."""
BEFORE = 64
"""Number of the filter's taps before the echo's lag: 64, 8 ms. The taps of the other 24 ms are
after the lag."""
AGREE = 8
"""Two searches have found the same echo if their lags differ by at most this many samples."""
FOUND = 0.05
"""Least share of the power of the caller's audio that a copy of the prompt must explain for the
echo to count as found. A copy explains 0.01 of noise."""
SPAN = 2 * CHUNK
"""Number of samples of the prompt that affect the echo in one chunk: 512. It is also the length of
the Fourier transforms."""
STEADY = 0.998
"""Share of the line's response (as power) that is assumed to stay the same from one chunk to the
next."""
SMOOTHED = 0.5
"""Weight of the previous estimate when the power of everything but the echo is estimated anew for a
chunk."""


class Canceller:
    """Predicts the samples of the prompt's echo, in chunks of 32 ms, with an adaptive filter."""

    def __init__(self) -> None:
        self.lag: int | None = None
        """Delay of the echo behind the prompt, in samples at 8 kHz; None until the echo is
        found."""
        self._candidate = -(10**6)
        self._response: Spectrum = np.zeros(CHUNK + 1, np.complex64)
        self._doubt: FloatArray = np.zeros(CHUNK + 1, np.float32)
        self._rest: FloatArray = np.zeros(CHUNK + 1, np.float32)
        self._played: Spectrum = np.zeros(CHUNK + 1, np.complex64)
        self._residual: FloatArray | None = None

    def search(self, sound: FloatArray, played: FloatArray) -> float:
        """Search the played prompts for the part of which the caller's audio is a copy.

        ``sound`` is the caller's audio. ``played`` holds the samples of the prompts, and ends EARLY
        (480) samples later. Return the share of the power of ``sound`` that the best copy explains,
        0 to 1. If two searches in a row find the same lag, and it is not :attr:`lag` already, it
        becomes :attr:`lag`, and the filter begins anew.
        """
        share, gain, lag = best_explained(sound, played)
        found = share >= FOUND and abs(lag - self._candidate) <= AGREE
        self._candidate = lag
        if found and (self.lag is None or abs(lag - self.lag) > AGREE):
            self._begin(lag, gain)
        return share

    def echo_in(self, chunk: FloatArray, played: FloatArray) -> FloatArray:
        """Return the predicted echo in ``chunk``, sample by sample; both have CHUNK (256) samples.

        ``played`` has SPAN (512) samples of the prompts. Its last sample was played ``lag -
        BEFORE`` samples before the end of the chunk. :meth:`adapt` can then learn from the chunk.
        """
        self._played = _spectrum(played)
        echo = _sound(self._played * self._response)[CHUNK:]
        self._residual = chunk - echo
        return echo

    def adapt(self) -> None:
        """Make the filter learn from the chunk that :meth:`echo_in` received last.

        Do nothing if it has learned from that chunk already, or if :meth:`forget` discarded it.
        """
        if self._residual is None:
            return
        error = _spectrum(np.concatenate([np.zeros(CHUNK, np.float32), self._residual]))
        self._residual = None
        self._rest += (1 - SMOOTHED) * (_power(error) - self._rest)
        power = _power(self._played)
        gain = self._doubt / (power * self._doubt + 2 * self._rest + 1.0)
        response = self._response + gain * np.conj(self._played) * error
        taps = _sound(response)
        taps[CHUNK:] = 0.0
        self._response = _spectrum(taps)
        self._doubt *= STEADY * (1 - 0.5 * gain * power)
        self._doubt += (1 - STEADY) * _power(self._response)

    def forget(self) -> None:
        """Discard the chunk that :meth:`echo_in` received last, so that :meth:`adapt` does not
        learn from it. This is for chunks with the caller's voice, which would spoil the filter."""
        self._residual = None

    def _begin(self, lag: int, gain: float) -> None:
        """Start the filter anew: it first predicts the echo as one copy of the prompt, ``lag``
        samples later and scaled by the factor ``gain``. The filter's error is assumed to be as
        large as this copy."""
        self.lag = lag
        taps = np.zeros(SPAN, np.float32)
        taps[BEFORE] = gain
        self._response = _spectrum(taps)
        self._doubt = _power(self._response)
        self._rest = np.zeros(CHUNK + 1, np.float32)
        self._residual = None


def best_explained(sound: FloatArray, played: FloatArray) -> tuple[float, float, int]:
    """Find the part of ``played`` of which ``sound`` is most nearly a delayed, scaled copy.

    ``sound`` is the caller's audio. ``played`` holds the samples of the prompts; it is longer and
    ends EARLY (480) samples after ``sound``. Return three values: the share of the power of
    ``sound`` that the part explains (0 to 1), the factor by which the copy is scaled, and its delay
    in samples.
    """
    size = 1 << (len(sound) + len(played) - 1).bit_length()
    spectrum = _spectrum(played, size) * np.conj(_spectrum(sound, size))
    products = _sound(spectrum, size)[: len(played) - len(sound) + 1]
    power = np.concatenate([[0.0], np.cumsum(played.astype(np.float64) ** 2)])
    # A part of almost no power could be scaled to explain anything: it counts as a quiet prompt,
    # of 10 by RMS.
    stretch = np.maximum(power[len(sound) :] - power[: len(power) - len(sound)], len(sound) * 100.0)
    explained = products**2 / stretch
    best = int(np.argmax(explained))
    total = float(np.dot(sound, sound))
    lag = len(products) - 1 - best - EARLY
    share = float(explained[best]) / total if total else 0.0
    return share, float(products[best] / stretch[best]), lag


def _spectrum(sound: FloatArray, size: int = SPAN) -> Spectrum:
    return np.fft.rfft(sound, size).astype(np.complex64, copy=False)


def _sound(spectrum: NDArray[np.complexfloating[Any, Any]], size: int = SPAN) -> FloatArray:
    return np.fft.irfft(spectrum, size).astype(np.float32, copy=False)


def _power(spectrum: Spectrum) -> FloatArray:
    return spectrum.real**2 + spectrum.imag**2
