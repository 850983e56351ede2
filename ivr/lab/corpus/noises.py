"""Noises of rooms, streets and lines. Each function returns ``count`` samples at 8 kHz, at no fixed
level."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from scipy import signal

from ivr.hearing.frames import RATE
from ivr.lab.corpus.sources import Wave


def coloured(random: Generator, count: int, slope: float) -> Wave:
    """Make ``count`` samples of noise with a power density of 1 / f to the power of ``slope`` (f is
    the frequency): white noise has the slope 0, pink noise 1, brown noise 2."""
    spectrum = np.fft.rfft(random.normal(0, 1, count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
    return np.fft.irfft(spectrum * frequency ** (-slope / 2), count)


def between(random: Generator, count: int, low: float, high: float, slope: float = 0.0) -> Wave:
    """Make ``count`` samples of noise between ``low`` and ``high`` Hz, with a power density of 1 /
    f to the power of ``slope`` (f is the frequency)."""
    sos = signal.butter(2, (low, high), "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sos, coloured(random, count, slope)), np.float64)


def white(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of white noise: the same power in each hertz."""
    return coloured(random, count, 0.0)


def pink(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of pink noise: the same power in each octave."""
    return coloured(random, count, 1.0)


def brown(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of brown noise: its power density falls by 6 dB per octave."""
    return coloured(random, count, 2.0)


def car(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of the noise inside a car: tyres, and an engine of varying speed."""
    turns = random.uniform(25, 45) * (1 + 0.05 * _wander(random, count, 0.3))
    phase = 2 * np.pi * np.cumsum(turns) / RATE
    engine = np.asarray(sum(np.sin(n * phase + n) / n for n in range(2, 14)), np.float64)
    tyres = coloured(random, count, 1.6)
    return tyres / np.std(tyres) + 0.4 * engine / np.std(engine)


def hum(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of mains hum: harmonics of 50 or 60 Hz, without the fundamental, and
    faint white noise."""
    mains = float(random.choice([50.0, 60.0]))
    phase = 2 * np.pi * mains * np.arange(count) / RATE
    harmonics = range(2, round(1500 / mains))
    sound = np.zeros(count)
    for n in harmonics:
        sound += random.uniform(0.2, 1.0) / n * np.sin(n * phase + random.uniform(0, 6))
    return sound + 0.05 * random.normal(0, 1, count)


def street(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of street noise: one to three cars that pass, over distant traffic."""
    time = np.arange(count) / RATE
    sound = coloured(random, count, 1.2)
    sound /= np.std(sound)
    for _ in range(random.integers(1, 4)):
        near = random.uniform(0, count / RATE)
        swell = 1 / (1 + ((time - near) / random.uniform(0.5, 1.2)) ** 2)
        passing = between(random, count, 150, 1800, 0.8)
        sound += random.uniform(1, 2) * swell * passing / np.std(passing)
    return sound


def fan(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of fan noise: rushing air whose strength varies in the rhythm of the
    blades."""
    blades = random.uniform(40, 120)
    swing = 1 + 0.3 * np.sin(2 * np.pi * blades * np.arange(count) / RATE)
    return coloured(random, count, 0.7) * swing


def wind(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of wind on a microphone: noise of low frequency in gusts."""
    gusts = np.exp(0.8 * _wander(random, count, 1.5))
    return coloured(random, count, 1.8) * gusts


def modem(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of a modem on a bad line: symbols on a carrier of 1800 Hz, and
    crackle."""
    symbols = random.integers(0, 4, count // 4 + 1).repeat(4)[:count]
    carrier = np.cos(2 * np.pi * 1800 * np.arange(count) / RATE + symbols * np.pi / 2)
    return between(random, count, 600, 3000) * 0.3 + carrier + crackle(random, count) * 0.2


def crackle(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of crackle: 100 to 400 clicks a second, most of them quiet."""
    clicks = random.random(count) < random.uniform(100, 400) / RATE
    sound = np.where(clicks, random.standard_t(3, count), 0.0)
    return np.asarray(signal.lfilter([1.0], [1, -0.7], sound), np.float64)


def _wander(random: Generator, count: int, hertz: float) -> Wave:
    """Make ``count`` samples of a random curve that changes about ``hertz`` times a second. Its
    variance is near 1."""
    knots = max(4, round(count / RATE * hertz * 2) + 2)
    curve = np.interp(
        np.linspace(0, knots - 1, count), np.arange(knots), random.normal(0, 1, knots)
    )
    return np.asarray(curve, np.float64)


STATIONARY: dict[str, Callable[[Generator, int], Wave]] = {
    "white": white,
    "pink": pink,
    "brown": brown,
    "car": car,
    "hum": hum,
    "street": street,
    "fan": fan,
    "wind": wind,
    "modem": modem,
    "crackle": crackle,
}
"""The functions that make noises without voices, by the name of the noise."""


def clicks(random: Generator, count: int) -> Wave:
    """Make ``count`` samples with two to eight clicks, as of a handset that is laid down."""
    sound = np.zeros(count)
    for _ in range(random.integers(2, 9)):
        at, length = random.integers(0, count - 400), random.integers(8, 120)
        sound[at : at + length] += random.normal(0, 1, length) * np.exp(-np.arange(length) / 25)
    return sound


def breathing(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of breathing near the microphone, 12 to 24 times a minute."""
    time = np.arange(count) / RATE + random.uniform(0, 5)
    breaths = random.uniform(0.2, 0.4)
    within = (time * breaths) % 1.0
    into = np.where(within < 0.4, np.sin(np.pi * within / 0.4), 0.0)
    out = np.where((within > 0.5) & (within < 0.95), np.sin(np.pi * (within - 0.5) / 0.45), 0.0)
    air_in = between(random, count, 500, 2600)
    air_out = between(random, count, 250, 1500)
    return 0.7 * into**2 * air_in / np.std(air_in) + out**2 * air_out / np.std(air_out)
