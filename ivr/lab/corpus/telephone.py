"""What a telephone and a network do to a sound on its way to us."""

import io
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from scipy import signal

from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples, decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from ivr.hearing.level import active_speech_level
from ivr.lab.corpus.sources import Wave

Frames = list[tuple[float, Samples]]
"""When each frame of 20 ms arrived, in seconds, and what it held. A lost one is missing."""

_BAND = signal.butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
_NARROW = signal.butter(4, (330, 2900), "bandpass", fs=RATE, output="sos")


def gain(decibels: float) -> float:
    """The factor of amplitude."""
    return float(10 ** (decibels / 20))


def band(sound: Wave, *, narrow: bool = False) -> Wave:
    """The telephone's band, 300 to 3400 Hz (ITU-T G.712); or a worse one."""
    return np.asarray(signal.sosfilt(_NARROW if narrow else _BAND, sound), np.float64)


def at_speech_level(sound: Wave, level: float) -> Wave:
    """The same with an active speech level (P.56) of ``level`` dBov."""
    usual = at_level(sound, -26.0)  # a measure has a floor, and a generator may be below it
    return usual * gain(level - active_speech_level(usual, RATE).level_dbov)


def at_level(sound: Wave, level: float) -> Wave:
    """The same with an RMS level of ``level`` dBov."""
    return sound * (32768 * gain(level) / float(np.std(sound)))


def idle_noise(random: Generator, count: int, level: float | None = None) -> Wave:
    """The noise of an idle channel: -74 to -66 dBov unless told (facts, section 2)."""
    chosen = random.uniform(-74, -66) if level is None else level
    return random.normal(0, 32768 * gain(chosen), count)


def codec(sound: Wave, *, alaw: bool, gsm: bool = False) -> Samples:
    """Through G.711, on its way perhaps through a GSM full-rate leg."""
    linear = np.clip(np.round(sound), -32768, 32767).astype(np.int16)
    if gsm:
        linear = _gsm(linear)
    return decode_alaw(encode_alaw(linear)) if alaw else decode_ulaw(encode_ulaw(linear))


def _gsm(linear: Samples) -> Samples:
    """GSM 06.10 and back: the timbre of a mobile call."""
    import soundfile  # here, because few windows need it

    file = io.BytesIO()
    soundfile.write(file, linear, RATE, format="WAV", subtype="GSM610")
    file.seek(0)
    heard, _ = soundfile.read(file, dtype="int16")
    return np.resize(np.asarray(heard, np.int16), len(linear))


def automatic_gain(sound: Wave, strength: float = 0.5) -> Wave:
    """A handset that evens out loud and soft: ``strength`` of the difference is taken away."""
    power = signal.lfilter([1 - 0.9995], [1, -0.9995], sound**2)  # a memory of 0.25 s
    usual = 10 ** (active_speech_level(sound, RATE).level_dbov / 10) * 32768.0**2
    factor = (np.maximum(power, usual * 1e-3) / usual) ** (-strength / 2)
    return np.asarray(sound * np.clip(factor, 0.3, 4.0), np.float64)


def noise_suppression(sound: Wave, depth_db: float = 8.0) -> Wave:
    """A handset that turns itself down between the words, by ``depth_db``."""
    level = active_speech_level(sound, RATE).level_dbov
    power = signal.lfilter([1 - 0.996], [1, -0.996], sound**2)  # a memory of 30 ms
    threshold = 10 ** ((level - 18) / 10) * 32768.0**2
    opening = np.clip(power / threshold, gain(-depth_db), 1.0)
    return np.asarray(sound * signal.lfilter([0.01], [1, -0.99], opening), np.float64)


def clipped(sound: Wave, level: float) -> Wave:
    """Cut at ``level`` dBov: a microphone held too near."""
    top = 32768 * gain(level)
    return np.clip(sound, -top, top)


def packets(
    samples: Samples,
    random: Generator,
    *,
    loss: float = 0.0,
    pause: tuple[float, float] | None = None,
) -> Frames:
    """As the tap delivers it: whole frames, those lost and those in the pause left out.

    ``loss`` is a share, in bursts of mostly one packet; ``pause`` begins and ends at these seconds.
    """
    return list(_arriving(samples, random, loss, pause or (0.0, 0.0)))


def _arriving(
    samples: Samples, random: Generator, loss: float, pause: tuple[float, float]
) -> Iterator[tuple[float, Samples]]:
    lost = False
    for n in range(len(samples) // FRAME):
        lost = bool(random.random() < (0.3 if lost else loss * 0.7))
        at = (n + 1) * FRAME_SECONDS
        if not lost and not pause[0] <= at < pause[1]:
            yield at, samples[n * FRAME : (n + 1) * FRAME]
