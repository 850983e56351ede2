"""What a telephone line does to sound: its band, level, noise, codec, lost packets."""

from collections.abc import Sequence

import numpy as np
from scipy.signal import butter, sosfilt

from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples, decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from ivr.hearing.level import active_speech_level
from ivr.lab.lines.speech import Sound

BAND_HZ = (300.0, 3400.0)
_BAND = butter(4, BAND_HZ, "band", fs=RATE, output="sos")

Frames = Sequence[tuple[float, Samples]]
"""Seconds at which each 20 ms arrive, and their samples."""


def in_band(sound: Sound) -> Sound:
    """What a telephone lets through: 300 to 3400 Hz."""
    filtered: Sound = sosfilt(_BAND, sound)
    return filtered


def at_speech_level(sound: Sound, dbov: float) -> Sound:
    """With this active speech level (P.56)."""
    gain: Sound = sound * 10 ** ((dbov - active_speech_level(sound, RATE).level_dbov) / 20)
    return gain


def at_level(sound: Sound, dbov: float) -> Sound:
    """With this RMS level where it sounds at all."""
    power = float(np.mean(sound[sound != 0.0] ** 2)) if np.any(sound) else 1.0
    result: Sound = sound * (32768.0 * 10 ** (dbov / 20) / np.sqrt(power))
    return result


def codec(sound: Sound, name: str) -> Samples:
    """There and back through G.711."""
    samples = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    if name == "ulaw":
        return decode_ulaw(encode_ulaw(samples))
    return decode_alaw(encode_alaw(samples))


def packets(
    samples: Samples, rng: np.random.Generator, loss: float = 0.0, pauses: int = 0
) -> Frames:
    """Cut into packets; ``loss`` of them (0 to 1) and ``pauses`` of 0.1 to 0.4 s never arrive."""
    count = len(samples) // FRAME
    kept = rng.random(count) >= loss
    for _ in range(pauses):
        begin = rng.integers(max(count - 20, 1))
        kept[begin : begin + rng.integers(5, 20)] = False
    return [
        ((n + 1) * FRAME_SECONDS, samples[n * FRAME : (n + 1) * FRAME])
        for n in np.flatnonzero(kept)
    ]


def suppressed(sound: Sound, depth_db: float = 20.0) -> Sound:
    """A telephone's noise suppressor: what is 28 dB under the loudest is lowered."""
    frames = sound[: len(sound) // 80 * 80].reshape(-1, 80)
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-3)
    wanted = np.where(levels > np.percentile(levels, 97) - 28, 0.0, -depth_db)
    gains, gain = np.zeros(len(wanted)), 0.0
    for n, goal in enumerate(wanted):
        gain += (goal - gain) * (0.7 if goal > gain else 0.15)
        gains[n] = gain
    tail = sound[len(frames) * 80 :]
    return np.concatenate([(frames * 10 ** (gains / 20)[:, None]).ravel(), tail])
