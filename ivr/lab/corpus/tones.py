"""Makes tones of networks, keys and faxes, and synthetic music."""

import numpy as np
from numpy.random import Generator
from scipy import signal

from ivr.hearing.frames import RATE
from ivr.lab.corpus.sources import Wave

CADENCES: dict[str, tuple[tuple[float, ...], float, float]] = {
    "ringback_cn": ((450,), 1.0, 4.0),
    "ringback_eu": ((425,), 1.0, 4.0),
    "ringback_us": ((440, 480), 2.0, 4.0),
    "ringback_fast": ((425,), 1.0, 3.0),
    "busy_cn": ((450,), 0.35, 0.35),
    "busy_eu": ((425,), 0.5, 0.5),
    "congestion_cn": ((450,), 0.7, 0.7),
    "busy_us": ((480, 620), 0.5, 0.5),
    "dial": ((450,), 1.0, 0.0),
    "cng": ((1100,), 0.5, 3.0),
    "ced": ((2100,), 3.3, 0.5),
    "howler_us": ((1400, 2060, 2450, 2600), 0.1, 0.1),
    "howler_cn": ((950,), 1.0, 0.0),
}
"""Frequencies in Hz and cadence of each tone, such as ``ringback_cn``: 450 Hz, 1 s on, 4 s off.
Sources: ITU-T E.180 and its supplement 2, and T.30."""
_KEYS = [(low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477, 1633)]
TONE_KINDS = (*CADENCES, "dtmf_held", "dtmf_dialled", "sit")
"""Names of all kinds of tones that :func:`network_tone` makes."""
FAX_KINDS = ("cng", "ced")
"""Names of the kinds of tones that a fax sends."""


def network_tone(random: Generator, kind: str, count: int) -> Wave:
    """Make ``count`` samples of the tone ``kind`` (one of TONE_KINDS), such as ``dtmf_held``. They
    start at a random point of its cadence."""
    if kind == "dtmf_held":
        return chord(_KEYS[random.integers(16)], count)
    if kind == "dtmf_dialled":
        return _dialled(random, count)
    if kind == "sit":
        return _special_information(random, count)
    frequencies, on, off = CADENCES[kind]
    into = random.uniform(0, on + off) if kind != "cng" else random.uniform(0, 3.0) + on
    time = np.arange(count) / RATE + into
    off_by = 1 + random.uniform(-0.01, 0.01)
    sound = chord([hertz * off_by for hertz in frequencies], count)
    return sound * _ramped(time % (on + off) < on)


def chord(frequencies: "list[float] | tuple[float, ...]", count: int) -> Wave:
    """Make ``count`` samples of a chord: the sum of sines of equal amplitude with these
    ``frequencies`` in Hz."""
    time = np.arange(count) / RATE
    return np.asarray(sum(np.sin(2 * np.pi * hertz * time) for hertz in frequencies), np.float64)


def _ramped(on: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Wave:
    """Return a curve of gains, 0 to 1, that fades a tone in and out within 5 ms where ``on``
    changes. Without the fades there would be clicks."""
    return np.asarray(signal.lfilter(np.ones(40) / 40, [1], on.astype(np.float64)), np.float64)


def _dialled(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of a telephone number that is dialled by DTMF keys."""
    sound, at = np.zeros(count), random.integers(0, RATE // 4)
    while at < count:
        length = int(random.integers(RATE // 12, RATE // 4))
        part = chord(_KEYS[random.integers(16)], length)[: count - at]
        sound[at : at + len(part)] = part
        at += length + random.integers(RATE // 16, RATE // 3)
    return sound


def _special_information(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of the special information tone: three rising tones, then a second of
    silence (ITU-T E.180)."""
    parts = [chord((hertz,), round(0.33 * RATE)) for hertz in (950, 1400, 1800)]
    once = np.concatenate([*parts, np.zeros(RATE)])
    return np.roll(np.resize(once, count), random.integers(0, len(once)))


def melody(random: Generator, count: int) -> Wave:
    """Make ``count`` samples of music in a random key and tempo: chords, a tune and in half of the
    cases drums."""
    beat = round(RATE * 60 / random.uniform(70, 140))
    root = random.uniform(90, 180)
    scale = (
        np.array([0, 2, 4, 5, 7, 9, 11])
        if random.random() < 0.6
        else np.array([0, 2, 3, 5, 7, 8, 10])
    )
    sound = np.zeros(count + 4 * beat)
    drums, bright = random.random() < 0.5, random.uniform(0.8, 2.0)
    for bar in range(count // (4 * beat) + 1):
        degree = int(random.choice([0, 3, 4, 5]))
        for third in (0, 2, 4):
            _note(sound, bar * 4 * beat, 4 * beat, _hertz(root, scale, degree + third), 0.4, bright)
        for n in range(8):
            at, high = (
                bar * 4 * beat + n * beat // 2,
                _hertz(4 * root, scale, int(random.integers(0, 8))),
            )
            if random.random() < 0.75 and at < count:
                _note(sound, at, beat * int(random.integers(1, 3)) // 2, high, 0.8, bright)
            if drums and at < count:
                hit = random.normal(0, 1, 600) * np.exp(-np.arange(600) / (60 if n % 2 else 200))
                sound[at : at + 600] += 0.3 * hit[: len(sound) - at]
    return sound[:count]


def _hertz(root: float, scale: "np.ndarray[tuple[int], np.dtype[np.int64]]", degree: int) -> float:
    """Return the frequency in Hz of the note ``degree`` of a scale that begins at ``root`` Hz.
    ``scale`` has seven notes in semitones above the root."""
    return float(root * 2 ** ((scale[degree % 7] + 12 * (degree // 7)) / 12))


def _note(sound: Wave, at: int, length: int, hertz: float, loud: float, bright: float) -> None:
    """Add a decaying note of ``length`` samples to ``sound``, from sample ``at`` on. The note has
    its harmonics below 3.6 kHz."""
    time = np.arange(max(length, 1)) / RATE
    envelope = np.minimum(time / 0.01, 1.0) * np.exp(-time * 2.0)
    for n in range(1, 9):
        if n * hertz < 3600:
            end = min(at + len(time), len(sound))
            wave = np.sin(2 * np.pi * n * hertz * time) * envelope
            sound[at:end] += (loud / n**bright * wave)[: end - at]
