"""The echo's waveform: where in the prompt it comes from, and the sound without it.

First the lag is found by correlation. Then a filter of 32 ms around that lag learns how the line
changes the prompt, and what it predicts is subtracted. The filter is a Kalman filter for each
frequency (Enzner and Vary, Signal Processing 86, 2006): it knows how sure it is of itself and how
loud everything but the echo is, so a caller who speaks meanwhile does not lead it astray.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import CHUNK, FloatArray

Spectrum = NDArray[np.complex64]

EXPLAINED = 0.17
"""Share of a sound's power that one delayed copy of the prompt must explain to make it echo.
Independent speech stays below 0.1; a caller over an echo 10 dB below him leaves it 0.1. Echoes
through a worn line come down to 0.175 (measured over 1,600 windows of `ivr bench hearing`)."""
EXPLAINED_AGAIN = 0.12
"""The same where the copy is as late as the echo was before: by chance, one in 400 is."""
MOSTLY = 0.5
"""The same before anything is subtracted: a filter that misses a sound leaves what no copy
explains, though the sound was echo as it arrived. A caller 3 dB above an echo leaves it a third.
With both, 2 instead of 4 of 320 echoes are taken for a caller, and 2 instead of 3 of 320 callers
over one are missed (measured: `ivr bench hearing`, development split)."""
MAX_LAG = 26
"""Longest lag considered, in chunks: 830 ms, a far speakerphone on a mobile network."""
EARLY = 480
"""How many samples earlier than we think the prompt may have begun on the wire: 60 ms."""
BEFORE = 64
"""Taps of the filter before the lag: 8 ms; the other 24 ms are for what comes after."""
AGREE = 8
"""Two searches that find lags no further apart, in samples, have found the echo."""
FOUND = 0.05
"""Share of the power that this echo must explain; of noise, chance explains 0.01."""
SPAN = 2 * CHUNK
"""Samples of the prompt that bear on one chunk, and the length of the transforms."""
STEADY = 0.998
"""How much of the line is the same one chunk later (power); the rest is forgotten."""
SMOOTHED = 0.5
"""How much of the estimate of everything but the echo is kept from chunk to chunk."""


class Canceller:
    """Predicts the echo of the prompt, chunk by chunk."""

    def __init__(self) -> None:
        self.lag: int | None = None
        """Samples from the playing of a sound to its echo; None until it is found."""
        self._candidate = -(10**6)
        self._response: Spectrum = np.zeros(CHUNK + 1, np.complex64)
        self._doubt: FloatArray = np.zeros(CHUNK + 1, np.float32)
        self._rest: FloatArray = np.zeros(CHUNK + 1, np.float32)
        self._played: Spectrum = np.zeros(CHUNK + 1, np.complex64)
        self._residual: FloatArray | None = None

    def search(self, sound: FloatArray, played: FloatArray) -> float:
        """Look for ``sound`` in ``played``, which ends EARLY samples later.

        Returns the share of its power that is explained. A lag found twice is the lag.
        """
        share, gain, lag = best_explained(sound, played)
        found = share >= FOUND and abs(lag - self._candidate) <= AGREE
        self._candidate = lag
        if found and (self.lag is None or abs(lag - self.lag) > AGREE):
            self._begin(lag, gain)
        return share

    def echo_in(self, chunk: FloatArray, played: FloatArray) -> FloatArray:
        """The echo in a chunk, of the SPAN samples of prompt up to ``lag - BEFORE`` ago."""
        self._played = _spectrum(played)
        echo = _sound(self._played * self._response)[CHUNK:]
        self._residual = chunk - echo
        return echo

    def adapt(self) -> None:
        """Learn from the last chunk, once."""
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
        """The last chunk was the caller's: nothing is to be learned from it."""
        self._residual = None

    def _begin(self, lag: int, gain: float) -> None:
        """Start from one copy of the prompt, and doubt it altogether."""
        self.lag = lag
        taps = np.zeros(SPAN, np.float32)
        taps[BEFORE] = gain
        self._response = _spectrum(taps)
        self._doubt = _power(self._response)
        self._rest = np.zeros(CHUNK + 1, np.float32)
        self._residual = None


def best_explained(sound: FloatArray, played: FloatArray) -> tuple[float, float, int]:
    """The scaled stretch of ``played`` that explains most of ``sound``.

    Returns the share of the power explained, 0 to 1, the scale, and the lag in samples, where
    ``played`` ends EARLY samples after ``sound`` does.
    """
    size = 1 << (len(sound) + len(played) - 1).bit_length()
    spectrum = _spectrum(played, size) * np.conj(_spectrum(sound, size))
    products = _sound(spectrum, size)[: len(played) - len(sound) + 1]
    power = np.concatenate([[0.0], np.cumsum(played.astype(np.float64) ** 2)])
    # A stretch of hardly anything would explain anything: it counts as a quiet prompt.
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
