"""Rooms: impulse responses from a mouth to a telephone's microphone.

There are two independent generators. For the development split, a response is made of decaying
noise. For the test split, it is made of the image sources (mirror images of the speaker) in a
rectangular room. Both are then scaled to the wanted reverberation time and to the wanted ratio of
direct to reverberant energy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import signal

from ivr.hearing.frames import RATE
from ivr.lab.corpus.sources import Split, Wave

SPEED_OF_SOUND = 343.0
"""Speed of sound in metres per second at 20 °C."""
_FINE = 4
"""Steps in one sample (8 kHz) to which the arrival of an image source is rounded: 4, steps of 31
µs. An image source is a mirror image of the speaker."""
IMAGES_SECONDS = 0.45
"""Seconds of an impulse response that are computed from image sources (mirror images of the
speaker). After them decaying noise continues the response."""


@dataclass(frozen=True, slots=True)
class Room:
    """An impulse response from a mouth to a microphone in a room, and its properties."""

    response: Wave
    """The impulse response at 8 kHz, with an energy of 1."""
    rt60_s: float
    """Reverberation time: seconds in which sound decays by 60 dB."""
    drr_db: float
    """Ratio of direct to reverberant energy in dB."""


def room(random: Generator, split: Split, rt60_s: float, drr_db: float) -> Room:
    """Make a random room. Its reverberation time is ``rt60_s`` seconds, its ratio of direct to
    reverberant energy ``drr_db`` dB."""
    tail = _noise_tail(random, rt60_s) if split is Split.DEV else _shoebox_tail(random, rt60_s)
    tail[0] = 0.0  # the place of the direct sound
    direct = np.zeros(len(tail))
    direct[0] = np.sqrt(np.sum(tail**2) * 10 ** (drr_db / 10))
    response = direct + tail
    response /= np.sqrt(np.sum(response**2))
    return Room(response, rt60_s, drr_db)


def heard_in(sound: Wave, where: Room) -> Wave:
    """Return ``sound`` as the microphone in the room ``where`` picks it up, with the same
    length."""
    return np.asarray(signal.fftconvolve(sound, where.response)[: len(sound)], np.float64)


def decay_time(response: Wave) -> float:
    """Return the reverberation time (RT60) of an impulse response in seconds. It is fitted to
    Schroeder's integral from -5 to -25 dB; NaN if the response is too short for that."""
    left = np.cumsum(response[::-1] ** 2)[::-1]
    curve = 10 * np.log10(np.maximum(left / left[0], 1e-12))
    first, last = np.argmax(curve <= -5), np.argmax(curve <= -25)
    if last <= first:
        return float("nan")
    times = np.arange(first, last) / RATE
    return float(-60 / np.polyfit(times, curve[first:last], 1)[0])


def _noise_tail(random: Generator, rt60_s: float) -> Wave:
    """Make Gaussian noise that decays by 60 dB in ``rt60_s`` seconds. Its high frequencies decay a
    little faster."""
    count = round(rt60_s * 1.1 * RATE)
    time = np.arange(count) / RATE
    tail = np.zeros(count)
    for low, high, factor in ((100, 800, 1.1), (800, 2000, 1.0), (2000, 3900, 0.85)):
        sos = signal.butter(2, (low, high), "bandpass", fs=RATE, output="sos")
        noise = signal.sosfilt(sos, random.normal(0, 1, count))
        tail += noise * 10 ** (-3 * time / (rt60_s * factor))
    tail[time < random.uniform(0.002, 0.012)] = 0.0
    return tail


def _shoebox_tail(random: Generator, rt60_s: float) -> Wave:
    """Make the reflections in a random rectangular room, without the direct sound. The
    reverberation time is ``rt60_s`` seconds.

    The method is that of image sources (Allen and Berkley, 1979).
    """
    size = random.uniform((2.4, 2.2, 2.3), (6.0, 4.8, 3.1))
    source = random.uniform(0.25 * size, 0.75 * size)
    way = random.normal(0, 1, 3)
    far = random.uniform(0.4, 2.2)
    microphone = np.clip(source + far * way / np.linalg.norm(way), 0.15, size - 0.15)
    volume = float(np.prod(size))
    surface = 2 * float(size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
    absorbed = 1 - np.exp(-0.161 * volume / (surface * rt60_s))  # Eyring's formula
    tail = _images(random, size, source, microphone, float(np.sqrt(1 - absorbed)))
    measured = decay_time(tail)
    time = np.arange(len(tail)) / RATE
    tail *= 10 ** (-3 * time * (1 / rt60_s - 1 / measured))  # to the exact decay
    return _carried_on(random, tail, rt60_s)


def _images(
    random: Generator, size: Wave, source: Wave, microphone: Wave, reflection: float
) -> Wave:
    """Return the impulse response (8 kHz) of all image sources within IMAGES_SECONDS (0.45 s),
    without the direct sound.

    Each image is moved by up to 4 cm, because no wall is perfectly flat. ``size``, ``source`` and
    ``microphone`` are (x, y, z) in metres. Each reflection at a wall multiplies the amplitude by
    ``reflection``.
    """
    reach = IMAGES_SECONDS * SPEED_OF_SOUND
    direct = float(np.linalg.norm(source - microphone))
    fine = np.zeros(round(IMAGES_SECONDS * RATE * _FINE) + 1)
    axes = []
    for length, from_, to in zip(size, source, microphone, strict=True):
        order = np.arange(-int(reach / length) - 2, int(reach / length) + 3)
        mirrored = order % 2 != 0
        place = order * length + np.where(mirrored, length - from_, from_)
        axes.append((place - to, np.abs(order)))
    (x, nx), (y, ny), (z, nz) = axes
    flat = (y[:, None] ** 2 + z[None, :] ** 2).ravel()
    bounces = (ny[:, None] + nz[None, :]).ravel()
    for dx, n in zip(x, nx, strict=True):
        distance = np.sqrt(flat + dx * dx) + random.uniform(-0.04, 0.04, len(flat))
        keep = (bounces + n > 0) & (distance < reach) & (distance > 0.05)
        late = (distance[keep] - direct) / SPEED_OF_SOUND * RATE * _FINE
        strength = reflection ** (bounces[keep] + n) / distance[keep]
        bins = np.clip(np.round(late), 0, len(fine) - 1).astype(np.int64)
        fine += np.bincount(bins, strength, len(fine))
    sos = signal.butter(2, 80, "highpass", fs=RATE * _FINE, output="sos")
    return np.asarray(signal.decimate(signal.sosfilt(sos, fine), _FINE, ftype="fir"), np.float64)


def _carried_on(random: Generator, tail: Wave, rt60_s: float) -> Wave:
    """Bring ``tail`` to a length of 1.1 times ``rt60_s`` seconds: continue it by decaying noise, or
    cut it. Late reflections cannot be distinguished from such noise."""
    count = round(rt60_s * 1.1 * RATE)
    if count <= len(tail):
        return tail[:count]
    last = tail[-RATE // 20 :]
    more = np.arange(count - len(tail)) / RATE
    noise = random.normal(0, float(np.sqrt(np.mean(last**2))), len(more))
    return np.concatenate([tail, noise * 10 ** (-3 * more / rt60_s)])
