"""The effects of a room and a telephone line on speech: reverberation, band, level, noise, a-law.

Sounds are float64 on the scale of 16-bit samples, at 8 kHz.
"""

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import signal

from ivr.hearing.g711 import decode_alaw, encode_alaw
from ivr.lab.corpus import noises, rooms
from ivr.lab.corpus.sources import Split

RATE = 8000
NOISES = ("white", "pink", "hum", "mains", "car", "street", "fan", "brown")
_SNRS_DB = (None, None, None, 35, 30, 25, 20, 20, 15, 15, 10, 10, 5, 0)
"""Signal-to-noise ratios in dB, of which one is chosen for each utterance; None means no noise."""
_COLOURED, _COLOUR_DB = 0.6, 5.0
"""Share of the utterances whose spectrum is bent, as microphones do, and the standard deviation of
the gains between which it is bent, in dB."""
_IN_ROOMS, _RT60_S, _DRR_DB = 0.35, (0.15, 0.7), (-2.0, 14.0)
"""Share of the utterances in a room, and the ranges of its reverberation time and of its ratio of
direct to reverberant energy."""
_BANDED, _CODED = 0.75, 0.85
"""Shares of the utterances with the band of a telephone, and coded as a-law."""
_DBOV = (-42.0, -8.0)

Sound = NDArray[np.float64]


def telephone(
    samples: NDArray[np.int16],
    rate: int,
    *,
    dbov: float = -20.0,
    band: bool = True,
    law: bool = True,
    before: float = 0.0,
    after: float = 0.0,
    noise: Sound | None = None,
    snr_db: float = 0.0,
) -> Sound:
    """Return speech as it leaves a telephone line, at 8 kHz.

    ``samples`` have ``rate`` samples a second. ``dbov`` is the level of the voiced parts in dBov,
    ``band`` limits the speech to 300 to 3400 Hz, ``law`` codes it as a-law once. ``before`` and
    ``after`` are seconds of padding. ``noise`` has the RMS 1 and at least the length of the result;
    it is added ``snr_db`` below the speech. None means no noise.
    """
    sound = soxr.resample(samples.astype(np.float64), rate, RATE, quality="HQ")
    if band:
        sound = signal.sosfilt(_BAND, sound)
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    power = np.mean(frames**2, axis=1)
    voiced = np.sqrt(power[power > power.max() * 1e-3].mean())
    level = 32768 * 10 ** (dbov / 20)
    sound = np.pad(sound * level / voiced, (round(before * RATE), round(after * RATE)))
    if noise is not None:
        sound = sound + noise[: len(sound)] * level * 10 ** (-snr_db / 20)
    return through_alaw(sound) if law else np.clip(np.rint(sound), -32768, 32767)


def on_a_line(
    samples: NDArray[np.int16], rate: int, before: float, after: float, random: np.random.Generator
) -> Sound:
    """Return speech as it arrives from a random room over a random line, at 8 kHz.

    ``before`` and ``after`` are seconds of padding.
    """
    sound = soxr.resample(samples.astype(np.float64), rate, RATE, quality="HQ")
    if random.random() < _COLOURED:
        sound = _coloured(sound, random)
    if random.random() < _IN_ROOMS:
        where = rooms.room(random, Split.DEV, random.uniform(*_RT60_S), random.uniform(*_DRR_DB))
        sound = rooms.heard_in(sound, where)
    loudest = max(float(np.abs(sound).max(initial=0.0)), 1.0)
    snr = random.choice(np.array(_SNRS_DB, object))
    count = len(sound) + round((before + after) * RATE) + RATE
    return telephone(
        np.rint(sound * (20000 / loudest)).astype(np.int16),
        RATE,
        dbov=random.uniform(*_DBOV),
        band=random.random() < _BANDED,
        law=random.random() < _CODED,
        before=before,
        after=after,
        noise=None if snr is None else noise_of(str(random.choice(NOISES)), count, random),
        snr_db=snr or 0.0,
    )


def _coloured(sound: Sound, random: np.random.Generator) -> Sound:
    """Return ``sound`` with random gains at six frequencies and lines (in dB) between them."""
    spectrum = np.fft.rfft(sound)
    places = np.linspace(0, len(spectrum) - 1, 6)
    gains = np.interp(np.arange(len(spectrum)), places, random.normal(0, _COLOUR_DB, 6))
    return np.asarray(np.fft.irfft(spectrum * 10 ** (gains / 20), len(sound)), np.float64)


def through_alaw(sound: Sound) -> Sound:
    """Return ``sound`` after it was coded as a-law and decoded once."""
    whole = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return decode_alaw(encode_alaw(whole)).astype(np.float64)


def noise_of(kind: str, count: int, random: np.random.Generator) -> Sound:
    """Return ``count`` samples at 8 kHz of ``kind``, one of NOISES, with an RMS of 1."""
    makers = {
        "white": noises.white,
        "pink": noises.pink,
        "brown": noises.brown,
        "hum": _hum,
        "mains": noises.hum,
        "car": noises.car,
        "street": noises.street,
        "fan": noises.fan,
    }
    noise = makers[kind](random, count)
    level: float = np.sqrt(np.mean(noise**2))
    return np.asarray(noise / level, np.float64)


def _hum(random: np.random.Generator, count: int) -> Sound:
    """Return mains hum as a bad cable lets it in: 50 and 150 Hz, with a little white noise."""
    turn = 2 * np.pi * 50 * np.arange(count) / RATE
    return 0.1 * random.standard_normal(count) + np.sin(turn + 1) + 0.5 * np.sin(3 * turn)


_BAND = signal.butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
