"""The strings to train with, encoded once and kept in files of some hundred strings each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from tools.hearing_back.encoder import Encoder, Features
from tools.hearing_back.strings import Words

_PER_FILE = 200
"""Number of strings in a file."""
_SECOND = 0.12
"""Share of the strings that are made of the second speaker's syllables."""


@dataclass(frozen=True, slots=True)
class EncodedString:
    """The features of a string and its syllables."""

    features: Features
    syllables: list[str]


def encoded_strings(
    encoder: Encoder, speakers: Sequence[Words], directory: Path, count: int
) -> list[EncodedString]:
    """Return ``count`` strings, rounded up to whole files.

    The files are made in ``directory`` unless they exist: 200 strings take about 20 CPU seconds.
    The number of a file is the seed of its strings.
    """
    found = []
    for number in track(range(-(-count // _PER_FILE)), "strings"):
        path = directory / f"strings-{number:03}.npz"
        if not path.exists():
            _make(encoder, speakers, number, path)
        found += _read(path)
    return found


def _make(encoder: Encoder, speakers: Sequence[Words], seed: int, path: Path) -> None:
    random = np.random.default_rng([2, seed])
    strings = []
    for _ in range(_PER_FILE):
        second = len(speakers) > 1 and random.random() < _SECOND
        sound, tempo, syllables = speakers[second].string(random)
        strings.append(EncodedString(encoder.features(sound, tempo), syllables))
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(
            file,
            features=np.concatenate([one.features for one in strings]).astype(np.float16),
            lengths=np.array([len(one.features) for one in strings]),
            syllables=np.array([" ".join(one.syllables) for one in strings]),
        )
    draft.rename(path)


def _read(path: Path) -> list[EncodedString]:
    file = np.load(path)
    pieces = np.split(file["features"], np.cumsum(file["lengths"])[:-1])
    return [
        EncodedString(features, syllables.split())
        for features, syllables in zip(pieces, file["syllables"].tolist(), strict=True)
    ]
