"""The effects of a telephone and of the network on audio at 8 kHz."""

import io
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from scipy import signal

from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples, decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from ivr.hearing.level import active_speech_level, gain
from ivr.lab.corpus.sources import Wave

Frames = list[tuple[float, Samples]]
"""The frames of 20 ms that arrive, each as its time of arrival and its samples. The time is in
seconds from the start of the window. Lost frames are missing."""

_BAND = signal.butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
_NARROW = signal.butter(4, (330, 2900), "bandpass", fs=RATE, output="sos")


def band(sound: Wave, *, narrow: bool = False) -> Wave:
    """Return the audio limited to 300 to 3400 Hz (ITU-T G.712), or to 330 to 2900 Hz if
    ``narrow``."""
    return np.asarray(signal.sosfilt(_NARROW if narrow else _BAND, sound), np.float64)


def at_speech_level(sound: Wave, level: float) -> Wave:
    """Return the audio scaled to an active speech level (ITU-T P.56) of ``level`` dBov."""
    usual = at_level(sound, -26.0)  # P.56 cannot measure below its lowest threshold
    return usual * gain(level - active_speech_level(usual, RATE).level_dbov)


def at_level(sound: Wave, level: float) -> Wave:
    """Return the audio scaled to an RMS level of ``level`` dBov."""
    return sound * (32768 * gain(level) / float(np.std(sound)))


def idle_noise(random: Generator, count: int, level: float | None = None) -> Wave:
    """Make ``count`` samples of white noise at ``level`` dBov. If ``level`` is None, it is random
    between -74 and -66 dBov, the range measured on idle channels."""
    chosen = random.uniform(-74, -66) if level is None else level
    return random.normal(0, 32768 * gain(chosen), count)


def codec(sound: Wave, *, alaw: bool, gsm: bool = False) -> Samples:
    """Return the audio after coding and decoding by G.711 (a-law or μ-law). With ``gsm`` the audio
    is coded and decoded by GSM full rate first."""
    linear = np.clip(np.round(sound), -32768, 32767).astype(np.int16)
    if gsm:
        linear = _gsm(linear)
    return decode_alaw(encode_alaw(linear)) if alaw else decode_ulaw(encode_ulaw(linear))


def _gsm(linear: Samples) -> Samples:
    """Return the samples after coding and decoding by GSM 06.10 (full rate), as in mobile calls."""
    import soundfile  # here, because few windows need it

    file = io.BytesIO()
    soundfile.write(file, linear, RATE, format="WAV", subtype="GSM610")
    file.seek(0)
    heard, _ = soundfile.read(file, dtype="int16")
    return np.resize(np.asarray(heard, np.int16), len(linear))


def automatic_gain(sound: Wave, strength: float = 0.5) -> Wave:
    """Return the audio after automatic gain control, which draws the level towards the active
    speech level.

    ``strength`` is the share of the difference that is removed: 0 none, 1 all of it.
    """
    power = signal.lfilter([1 - 0.9995], [1, -0.9995], sound**2)  # over 0.25 s
    usual = 10 ** (active_speech_level(sound, RATE).level_dbov / 10) * 32768.0**2
    factor = (np.maximum(power, usual * 1e-3) / usual) ** (-strength / 2)
    return np.asarray(sound * np.clip(factor, 0.3, 4.0), np.float64)


def noise_suppression(sound: Wave, depth_db: float = 8.0) -> Wave:
    """Return the audio after noise suppression. It lowers the audio between words by up to
    ``depth_db`` dB."""
    level = active_speech_level(sound, RATE).level_dbov
    power = signal.lfilter([1 - 0.996], [1, -0.996], sound**2)  # over 30 ms
    threshold = 10 ** ((level - 18) / 10) * 32768.0**2
    opening = np.clip(power / threshold, gain(-depth_db), 1.0)
    return np.asarray(sound * signal.lfilter([0.01], [1, -0.99], opening), np.float64)


def clipped(sound: Wave, level: float) -> Wave:
    """Return the audio clipped at ``level`` dBov, as by a microphone that is held too near."""
    top = 32768 * gain(level)
    return np.clip(sound, -top, top)


def packets(
    samples: Samples,
    random: Generator,
    *,
    loss: float = 0.0,
    pause: tuple[float, float] | None = None,
) -> Frames:
    """Return the whole frames (20 ms) of ``samples`` that arrive, each with its time of arrival.

    ``loss`` is the share of lost packets. They are lost in bursts; 70 % of the bursts are one
    packet long. ``pause`` is a time without packets: its begin and end in seconds from the start of
    ``samples``. It is None if there is no such time.
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
