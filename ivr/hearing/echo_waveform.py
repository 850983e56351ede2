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
"""Real FFT of SPAN (512) samples; shape (CHUNK + 1,)."""

EXPLAINED = 0.17
"""A sound counts as echo if one delayed copy of the prompt explains at least this share of the
sound's power. Measured over 1,600 windows (clips of 5 or 6 s) of `ivr bench hearing`: a copy
explains less than 0.1 of speech that is independent of the prompt; 0.1 of the sound if a caller
speaks over an echo that is 10 dB quieter; and at least 0.175 of an echo, even over a bad line."""
EXPLAINED_AGAIN = 0.12
"""Replaces EXPLAINED (0.17) if the copy of the prompt has the same lag as the echo had before: the
sound counts as echo if the copy explains at least this share of its power. The share may be
smaller, because a copy that fits by chance has that lag only once in 400."""
MOSTLY = 0.5
"""A second test beside that of EXPLAINED: a sound counts as echo also if a copy of the prompt
explains at least this share of its power as it arrived, before anything is subtracted. The second
test is needed where the filter predicts wrongly: no copy then explains the residue, although the
sound was echo. If a caller is 3 dB above an echo, a copy explains only a third of the sound.
Measured on the development split of `ivr bench hearing`: with the second test, 2 instead of 4 of
320 echoes are taken for a caller, and 2 instead of 3 of 320 callers over an echo are missed."""
MAX_LAG = 26
"""Longest lag from the prompt to its echo that is considered, in chunks: 26, 830 ms, as of a
speakerphone on a mobile network."""
EARLY = 480
"""A prompt may have begun on the network up to this many samples before the time that was noted for
its start: 480, 60 ms."""
BEFORE = 64
"""Number of taps that the filter has before the lag: 64, 8 ms. The other 24 ms are after the
lag."""
AGREE = 8
"""Two searches have found the same echo if their lags differ by at most this many samples."""
FOUND = 0.05
"""A search has found the echo if a copy of the prompt explains at least this share of the power of
the caller's audio. A copy explains 0.01 of noise."""
SPAN = 2 * CHUNK
"""Number of samples of the prompt that affect one chunk, and length of the Fourier transforms."""
STEADY = 0.998
"""Share of the line's response (as power) that is assumed to stay the same from one chunk to the
next."""
SMOOTHED = 0.5
"""For each chunk the power of everything but the echo is estimated anew; this share of the previous
estimate is kept."""


class Canceller:
    """Predicts the echo of the prompt, chunk by chunk, with an adaptive filter."""

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
        """Search the echo: find the part of the prompts in ``played`` that ``sound``, the caller's
        audio, copies. ``played`` ends EARLY (480) samples later than ``sound``.

        Return the share of the power of ``sound`` that the best copy explains, 0 to 1. If two
        searches in a row find the same lag, it becomes :attr:`lag`.
        """
        share, gain, lag = best_explained(sound, played)
        found = share >= FOUND and abs(lag - self._candidate) <= AGREE
        self._candidate = lag
        if found and (self.lag is None or abs(lag - self.lag) > AGREE):
            self._begin(lag, gain)
        return share

    def echo_in(self, chunk: FloatArray, played: FloatArray) -> FloatArray:
        """Return the predicted echo in ``chunk``; the echo and the chunk have CHUNK (256) samples.

        ``played`` has SPAN (512) samples of the prompts. Its last sample was played ``lag -
        BEFORE`` samples before the end of the chunk.
        """
        self._played = _spectrum(played)
        echo = _sound(self._played * self._response)[CHUNK:]
        self._residual = chunk - echo
        return echo

    def adapt(self) -> None:
        """Update the filter from the chunk that :meth:`echo_in` received last.

        A second call for the same chunk does nothing, nor does a call after :meth:`forget`.
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
        """Discard the chunk that :meth:`echo_in` received last, because it was the caller's voice
        and would spoil the filter."""
        self._residual = None

    def _begin(self, lag: int, gain: float) -> None:
        """Start the filter anew. At first it predicts the echo as one copy of the prompt, ``lag``
        samples later and scaled by ``gain``, and assumes an error as large as this copy."""
        self.lag = lag
        taps = np.zeros(SPAN, np.float32)
        taps[BEFORE] = gain
        self._response = _spectrum(taps)
        self._doubt = _power(self._response)
        self._rest = np.zeros(CHUNK + 1, np.float32)
        self._residual = None


def best_explained(sound: FloatArray, played: FloatArray) -> tuple[float, float, int]:
    """Find the part of ``played`` that, scaled, explains most of the power of ``sound``.

    Return the share of the power that this part explains (0 to 1), its scale, and its lag in
    samples. ``played`` is longer than ``sound`` and ends EARLY (480) samples after it.
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
