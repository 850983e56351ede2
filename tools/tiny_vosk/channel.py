"""The effects of a telephone line on speech: band, level, noise, a-law.

Sounds are float64 on the scale of 16-bit samples, at 8 kHz.
"""

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import signal

from ivr.hearing.g711 import decode_alaw, encode_alaw

RATE = 8000
NOISES = ("white", "pink", "hum")

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


def through_alaw(sound: Sound) -> Sound:
    """Return ``sound`` after it was coded as a-law and decoded once."""
    whole = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return decode_alaw(encode_alaw(whole)).astype(np.float64)


def noise_of(kind: str, count: int, random: np.random.Generator) -> Sound:
    """Return ``count`` samples at 8 kHz of ``kind``, one of NOISES, with an RMS of 1.

    These are white noise, pink noise and mains hum (50 Hz).
    """
    noise = random.standard_normal(count)
    if kind == "pink":
        spectrum = np.fft.rfft(noise)
        noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)
    elif kind == "hum":
        turn = 2 * np.pi * 50 * np.arange(count) / RATE
        noise = 0.1 * noise + np.sin(turn + 1) + 0.5 * np.sin(3 * turn)
    level: float = np.sqrt(np.mean(noise**2))
    return noise / level


_BAND = signal.butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
