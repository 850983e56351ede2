"""The last 5 s of a caller's audio as figures for each chunk of 32 ms. The condition of the line is
judged from these figures.

For each chunk four spectra are computed, 8 ms apart, each over a Hann window of 32 ms. Levels,
bands, tones and rates of decay are all computed from these spectra, so the samples are not kept.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import CHUNK, RATE, FloatArray
from ivr.hearing.level import FLOOR_DBOV

HOP = 64
"""Number of samples between the starts of two successive spectra: 64, 8 ms."""
HOPS = CHUNK // HOP
"""Number of spectra that are computed for each chunk (32 ms)."""
LENGTH = 157
"""Number of chunks that are kept: 157 of 32 ms, 5.02 s. The thresholds of the rules (rules.py) were
measured on this length."""
BIN_HZ = RATE / CHUNK
"""Width of a frequency bin of the spectra in Hz."""
BINS = CHUNK // 2 + 1
"""Number of frequency bins in a spectrum."""
SUB_BANDS_HZ = (300, 700, 1400, 2400, 3400)
"""Edges in Hz of the four sub-bands in which the decay of sounds is measured."""
LOWEST_HZ = 100
"""Lowest frequency in Hz at which levels are measured. Below it a telephone line carries hum and no
speech."""

_WINDOW = np.hanning(CHUNK + 1)[:CHUNK].astype(np.float32)
# The factor 2 is for the negative frequencies; the sum is the window's power; full scale is 1.
_SCALE = np.float32(2.0 / (CHUNK * float(np.sum(_WINDOW**2)) * 32768.0**2))
_LOWEST_BIN = round(LOWEST_HZ / BIN_HZ)
_AUDIBLE = slice(_LOWEST_BIN, BINS)
_NOTHING = np.float32(10 ** (FLOOR_DBOV / 10))

Flags = NDArray[np.bool_]
"""One truth value for each chunk."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The chunks (32 ms each) that one evaluation of the line covers, oldest first.

    All arrays are views into those of the :class:`History`. Their contents change when the history
    takes another chunk.
    """

    power: FloatArray
    """Mean square of each chunk's audio above 100 Hz, where full scale is 1; shape (chunks,)."""
    spectra: FloatArray
    """Mean power of each chunk in each frequency bin, where full scale is 1; shape (chunks,
    BINS)."""
    bands: FloatArray
    """Power in each of the four sub-bands, one row every 8 ms; shape (chunks * HOPS, 4)."""
    voice: FloatArray
    """Probability of voice (0 to 1) that the voice detector returned for each chunk; shape
    (chunks,). It is 1 where the echo of our own prompt was found."""
    ours: Flags
    """Whether each chunk counts as our own prompt that came back as echo; shape (chunks,)."""
    clipped: FloatArray
    """Share of each chunk's samples that are clipped at the codec's limit, 0 to 1; shape
    (chunks,)."""

    @property
    def levels(self) -> FloatArray:
        """The level in dBov of each chunk's audio above 100 Hz; shape (chunks,)."""
        levels: FloatArray = 10 * np.log10(self.power)
        return levels


class History:
    """Stores the figures (power, spectra, voice and others) of the last :data:`LENGTH` chunks
    (5.02 s) of a caller's audio. For each chunk call :meth:`add`, then :meth:`judge`."""

    def __init__(self) -> None:
        size = 2 * LENGTH
        self._begin = self._end = 0
        self._power = np.full(size, _NOTHING, np.float32)
        self._spectra = np.zeros((size, BINS), np.float32)
        self._bands = np.zeros((size * HOPS, len(SUB_BANDS_HZ) - 1), np.float32)
        self._voice = np.zeros(size, np.float32)
        self._ours = np.zeros(size, np.bool_)
        self._clipped = np.zeros(size, np.float32)
        self._recent = np.zeros(2 * CHUNK - HOP, np.float32)

    def __len__(self) -> int:
        return self._end - self._begin

    def forget(self) -> None:
        """Drop all chunks. This is called when audio is missing, because the audio after the gap is
        unrelated to them."""
        self._begin = self._end
        self._recent[:] = 0.0

    def add(self, chunk: FloatArray, *, silent: bool = False) -> None:
        """Add a chunk of CHUNK (256) samples on the scale of 16 bits, and compute its spectra.

        If ``silent`` is True, no spectra are computed, and the level of the chunk is FLOOR_DBOV
        (-96). :meth:`judge` enters the voice, echo and clipping of the chunk afterwards.
        """
        at = self._next()
        recent = self._recent
        recent[: CHUNK - HOP] = recent[CHUNK:]
        recent[CHUNK - HOP :] = chunk
        self._voice[at] = 0.0
        self._ours[at] = False
        self._clipped[at] = 0.0
        if silent:
            self._power[at] = _NOTHING
            self._spectra[at] = 0.0
            self._bands[at * HOPS : (at + 1) * HOPS] = 0.0
            return
        windows = np.lib.stride_tricks.as_strided(
            recent, (HOPS, CHUNK), (HOP * recent.itemsize, recent.itemsize), writeable=False
        )
        values = np.fft.rfft(windows * _WINDOW)
        powers = (values.real**2 + values.imag**2) * _SCALE
        mean = powers.mean(axis=0)
        self._spectra[at] = mean
        self._power[at] = max(float(mean[_AUDIBLE].sum()), float(_NOTHING))
        self._bands[at * HOPS : (at + 1) * HOPS] = powers @ _BANDS

    def judge(self, voice: float, *, ours: bool, clipped: float = 0.0) -> None:
        """Enter three findings on the chunk that was added last: voice, echo and clipping.

        ``voice`` is the probability of voice (0 to 1). ``ours`` tells whether the chunk is the echo
        of our own prompt. ``clipped`` is the share of its samples at the codec's limit (0 to 1).
        """
        at = self._end - 1
        self._voice[at] = voice
        self._ours[at] = ours
        self._clipped[at] = clipped

    def last(self, chunks: int = LENGTH) -> Stretch:
        """Return the figures of the last ``chunks`` chunks, or of all chunks if there are fewer."""
        begin, end = max(self._begin, self._end - chunks), self._end
        return Stretch(
            self._power[begin:end],
            self._spectra[begin:end],
            self._bands[begin * HOPS : end * HOPS],
            self._voice[begin:end],
            self._ours[begin:end],
            self._clipped[begin:end],
        )

    def _next(self) -> int:
        """Make room for one more chunk, and return its index in the arrays.

        The arrays have room for twice LENGTH chunks; when they are full, the newer half moves to
        the front.
        """
        if self._end == 2 * LENGTH:
            for kept in (self._power, self._spectra, self._voice, self._ours, self._clipped):
                kept[:LENGTH] = kept[LENGTH:]
            self._bands[: LENGTH * HOPS] = self._bands[LENGTH * HOPS :]
            self._begin, self._end = max(0, self._begin - LENGTH), LENGTH
        self._end += 1
        return self._end - 1


def _band_matrix() -> FloatArray:
    """Return the matrix by which a spectrum's bins are summed to the four sub-bands; shape (BINS,
    4)."""
    matrix = np.zeros((BINS, len(SUB_BANDS_HZ) - 1), np.float32)
    for band, (low, high) in enumerate(pairwise(SUB_BANDS_HZ)):
        matrix[round(low / BIN_HZ) : round(high / BIN_HZ), band] = 1.0
    return matrix


_BANDS = _band_matrix()
