"""What else is heard on telephones: noises, music, breathing, tones."""

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, sosfilt

from ivr.hearing.frames import RATE
from ivr.lab.lines.speech import Sound, talk

Maker = Callable[[np.random.Generator, int], Sound]
"""Makes so many samples at any level."""


def band(sound: Sound, low: float, high: float, order: int = 2) -> Sound:
    """Between two frequencies in Hz."""
    filtered: Sound = sosfilt(butter(order, (low, high), "band", fs=RATE, output="sos"), sound)
    return filtered


def coloured(rng: np.random.Generator, count: int, slope: float) -> Sound:
    """Noise whose power falls with frequency to the power of ``slope``."""
    spectrum = np.fft.rfft(rng.normal(size=count))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** (slope / 2)
    sound: Sound = np.fft.irfft(spectrum, count)
    return sound


def swelling(rng: np.random.Generator, sound: Sound, decibels: float) -> Sound:
    """Louder and softer at random, ten times a second."""
    steps = rng.uniform(-decibels, decibels, len(sound) // 800 + 2)
    gains: Sound = np.interp(np.arange(len(sound)), 800 * np.arange(len(steps)), steps)
    swollen: Sound = sound * 10 ** (gains / 20)
    return swollen


def hum(rng: np.random.Generator, count: int) -> Sound:
    """Mains with its harmonics."""
    time, base = np.arange(count) / RATE, rng.choice((50.0, 60.0, 100.0))
    waves = [np.sin(2 * np.pi * base * k * time + k) / k for k in range(1, 20)]
    return np.asarray(np.sum(waves, axis=0))


def babble(rng: np.random.Generator, count: int, split: str, talkers: int) -> Sound:
    """So many people at once, all equally loud."""
    voices = [talk(rng, split, count / RATE) for _ in range(talkers)]
    whole = [np.roll(voice / np.std(voice), rng.integers(count)) for voice in voices]
    return np.asarray(np.sum(whole, axis=0))


def music(rng: np.random.Generator, count: int) -> Sound:
    """Notes of a scale with a bass and, sometimes, a drum."""
    sound, at = np.zeros(count + RATE), 0
    scale = 220 * 2 ** (np.array((0, 2, 4, 5, 7, 9, 11, 12, 14, 16)) / 12)
    length, fade, overtones = rng.uniform(0.12, 0.5), rng.uniform(1, 6), rng.uniform(0.5, 2)
    drum = rng.random() < 0.3
    while at < count:
        span = round(length * rng.choice((1, 1, 2)) * RATE)
        time = np.arange(min(2 * span, count + RATE - at)) / RATE
        for pitch in (rng.choice(scale), rng.choice(scale), rng.choice(scale[:5]) / 2):
            for k in range(1, 7):
                wave = np.sin(2 * np.pi * pitch * k * time) * np.exp(-fade * time) / k**overtones
                sound[at : at + len(time)] += wave
        if drum:
            hit = rng.normal(size=800) * np.exp(-np.arange(800) / 120)
            sound[at : at + 800] += 1.5 * hit[: len(sound) - at]
        at += span
    return sound[:count]


def breathing(rng: np.random.Generator, count: int) -> Sound:
    """In and out, every three to five seconds."""
    time, period = np.arange(count) / RATE, rng.uniform(3, 5)
    envelope = np.maximum(np.sin(2 * np.pi * time / period + rng.uniform(0, 6)), 0.03) ** 2
    breath: Sound = band(rng.normal(size=count), 300, 1800, 1) * envelope
    return breath


def crackle(rng: np.random.Generator, count: int) -> Sound:
    """Clicks over a little noise."""
    clicks = rng.normal(size=count) * (rng.random(count) < 0.01) * 20
    return clicks + rng.normal(size=count) * 0.3


NOISES: dict[str, Maker] = {
    "white": lambda rng, n: rng.normal(size=n),
    "pink": lambda rng, n: coloured(rng, n, 1),
    "brown": lambda rng, n: coloured(rng, n, 2),
    "car": lambda rng, n: swelling(rng, band(rng.normal(size=n), 40, 400), 3),
    "hum": hum,
    "street": lambda rng, n: swelling(rng, coloured(rng, n, 1), 8),
    "fan": lambda rng, n: band(rng.normal(size=n), 150, 900) + 0.3 * hum(rng, n),
    "wind": lambda rng, n: swelling(rng, coloured(rng, n, 2), 10),
    "modem": lambda rng, n: np.sign(band(rng.normal(size=n), 1000, 2600)),
    "crackle": crackle,
}
"""Noises without voices."""


def _sines(count: int, hertz: tuple[float, ...]) -> Sound:
    time = np.arange(count) / RATE
    return np.asarray(np.sum([np.sin(2 * np.pi * f * time) for f in hertz], axis=0))


def _keyed(sound: Sound, on: float, off: float, begin: float) -> Sound:
    keyed: Sound = sound * ((np.arange(len(sound)) / RATE + begin) % (on + off) < on)
    return keyed


def _keys(rng: np.random.Generator, count: int) -> Sound:
    parts: list[Sound] = []
    while sum(map(len, parts)) < count:
        pair = rng.choice((697.0, 770.0, 852.0, 941.0)), rng.choice((1209.0, 1336.0, 1477.0))
        parts += [_sines(round(rng.uniform(0.07, 0.3) * RATE), pair), np.zeros(round(0.1 * RATE))]
    return np.concatenate(parts)[:count]


TONES: dict[str, Maker] = {
    "dtmf": _keys,
    "cng": lambda rng, n: _keyed(_sines(n, (1100.0,)), 0.5, 3.0, rng.uniform(0, 3.5)),
    "ced": lambda rng, n: _sines(n, (2100.0,)),
    "ring-back": lambda rng, n: _keyed(_sines(n, (450.0,)), 1.0, 4.0, rng.uniform(0, 5)),
    "busy": lambda rng, n: _keyed(_sines(n, (450.0,)), 0.35, 0.35, rng.uniform(0, 0.7)),
    "dial": lambda rng, n: _sines(n, (450.0,)),
    "howler": lambda rng, n: _keyed(_sines(n, (1400.0, 2060.0, 2450.0, 2600.0)), 0.1, 0.1, 0.0),
}
"""Signals of the network and of machines, as China sends them (GB/T 15539 for the 450 Hz ones)."""
