"""Speech of which is known when each phone begins, and files that hold many pieces of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.tiny_vosk.sounds import NUMBER, PHONES, Timed


@dataclass(frozen=True, slots=True)
class Speech:
    """A piece of speech and its phones."""

    samples: NDArray[np.int16]
    rate: int
    """Samples per second."""
    phones: Timed

    @property
    def seconds(self) -> float:
        """Duration of the speech in seconds."""
        return len(self.samples) / self.rate

    def resized(self, factor: float) -> "Speech":
        """Return the speech played ``factor`` times as fast, as by a smaller or larger person.

        Pitch and formants change with the speed.
        """
        rate = round(self.rate * factor)
        moved = [(start * self.rate / rate, phone) for start, phone in self.phones]
        return Speech(self.samples, rate, moved)


def person_size(
    smallest: float, largest: float, sizes: int | None, chooser: random.Random
) -> float:
    """Return the factor by which to play speech so that it is a random person's (``resized``).

    It lies between ``smallest`` and ``largest``. With ``sizes`` it is one of that many, evenly
    spaced; without any (0) it is the speaker's own, 1.0.
    """
    if sizes is None:
        return chooser.uniform(smallest, largest)
    if sizes == 0:
        return 1.0
    return smallest + (largest - smallest) * chooser.randrange(sizes) / max(sizes - 1, 1)


def keep(pieces: Sequence[Speech], path: Path) -> None:
    """Write ``pieces``, which all have one rate, to a file that appears only when it is whole."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(
            file,
            rate=pieces[0].rate,
            samples=np.concatenate([one.samples for one in pieces]),
            lengths=np.array([len(one.samples) for one in pieces]),
            counts=np.array([len(one.phones) for one in pieces]),
            starts=np.array([start for one in pieces for start, _ in one.phones], np.float32),
            phones=np.array([NUMBER[phone] for one in pieces for _, phone in one.phones], np.uint8),
        )
    draft.rename(path)


def kept(path: Path) -> list[Speech]:
    """Return the pieces that :func:`keep` has written."""
    file = np.load(path)
    rate = int(file["rate"])
    sounds = np.split(file["samples"], np.cumsum(file["lengths"])[:-1])
    cuts = np.cumsum(file["counts"])[:-1]
    starts, phones = np.split(file["starts"], cuts), np.split(file["phones"], cuts)
    return [
        Speech(
            samples,
            rate,
            [(start, PHONES[phone]) for start, phone in zip(begin.tolist(), said, strict=True)],
        )
        for samples, begin, said in zip(sounds, starts, phones, strict=True)
    ]
