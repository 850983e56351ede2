"""Rooms, simulated in two ways so that one can check what was learned from the other."""

import numpy as np

from ivr.hearing.frames import RATE
from ivr.lab.lines.speech import Sound

SPEED_OF_SOUND = 343.0


def stochastic_room(rng: np.random.Generator, rt60: float, drr_db: float) -> Sound:
    """An impulse response: the direct sound, then noise that dies away (Moorer).

    ``rt60`` is the time in s for 60 dB, ``drr_db`` the direct-to-reverberant ratio in dB.
    """
    count = round(1.2 * rt60 * RATE)
    late = rng.normal(size=count) * 10 ** (-3.0 * np.arange(count) / RATE / rt60)
    late[: round(rng.uniform(0.002, 0.006) * RATE)] = 0.0
    return _with_ratio(late, drr_db)


def image_room(rng: np.random.Generator, rt60: float, drr_db: float) -> Sound:
    """An impulse response by image sources in a shoebox (Allen & Berkley 1979).

    The walls' absorption follows from ``rt60`` by Sabine; the tail is then scaled to ``drr_db``,
    which stands for the directivity of the microphone.
    """
    size = rng.uniform((3.0, 2.5, 2.3), (7.0, 5.0, 3.2))
    volume = float(np.prod(size))
    surface = 2 * float(size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
    reflection = np.sqrt(1 - min(0.161 * volume / (surface * rt60), 0.95))
    source, ear = rng.uniform(0.2, 0.8, 3) * size, rng.uniform(0.2, 0.8, 3) * size
    count = round(1.1 * rt60 * RATE)
    reach = [int(np.ceil(rt60 * SPEED_OF_SOUND / (2 * edge))) for edge in size]
    axes = [_images(source[i], ear[i], size[i], reach[i]) for i in range(3)]
    squares = [axis**2 for axis, _ in axes]
    distance = np.sqrt(
        squares[0][:, None, None] + squares[1][None, :, None] + squares[2][None, None, :]
    )
    bounces = axes[0][1][:, None, None] + axes[1][1][None, :, None] + axes[2][1][None, None, :]
    place = (distance - distance.min()) / SPEED_OF_SOUND * RATE
    near = place < count
    late = np.zeros(count)
    # Alternating signs at random keep the many images from adding up to a rumble.
    gains = reflection ** bounces[near] / np.maximum(distance[near], 0.3)
    gains *= rng.choice((-1.0, 1.0), len(gains))
    np.add.at(late, place[near].astype(int), gains)
    late[0] = 0.0
    return _with_ratio(late, drr_db)


def _images(source: float, ear: float, edge: float, reach: int) -> tuple[Sound, Sound]:
    """Along one axis: how far each image lies from the ear, and how often it was reflected."""
    n = np.arange(-reach, reach + 1)
    places = np.concatenate([2 * n * edge + source, 2 * n * edge - source]) - ear
    bounces = np.concatenate([np.abs(2 * n), np.abs(2 * n - 1)]).astype(np.float64)
    return places, bounces


def _with_ratio(late: Sound, drr_db: float) -> Sound:
    response: Sound = late * np.sqrt(10 ** (-drr_db / 10) / np.sum(late**2))
    response[0] = 1.0
    return response
