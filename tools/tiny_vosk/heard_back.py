"""Check rendered prompts with the recogniser: are the words of the prompt recognised again?"""

import zipfile
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from ivr.hearing.g711 import Samples
from ivr.recognition.embedded import PACKED
from ivr.recognition.model import Model
from tools.tiny_vosk.segment import segment

_SHORTEST = 2
"""Fewest syllables of a keyword. A single syllable has too many homophones to be recognised."""
_MARKS = ("<", "[", "#")
"""First characters of the entries in Vosk's table of words that are not words."""


def vocabulary() -> frozenset[str]:
    """Return the words that the tiny model in the package can recognise."""
    with zipfile.ZipFile(PACKED) as archive:
        lines = archive.read("graph/words.txt").decode().splitlines()
    return frozenset(word for line in lines if not (word := line.split()[0]).startswith(_MARKS))


@dataclass(frozen=True, slots=True)
class HeardBack:
    """The keywords of one prompt, and which of them were not recognised."""

    keywords: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the keywords that were recognised, 0 to 1; 1 when the prompt has none."""
        return 1.0 - len(self.missed) / len(self.keywords) if self.keywords else 1.0


def keywords(said: str, vocabulary: Collection[str]) -> list[str]:
    """Return the words of ``said`` that are in ``vocabulary`` and have at least two characters.

    ``said`` is the text that the speech engine was given.
    """
    return [
        word for word in segment(said, vocabulary) if len(word) >= _SHORTEST and word in vocabulary
    ]


def compare(said: str, recognised: str, vocabulary: Collection[str]) -> HeardBack:
    """Compare the keywords of ``said`` with the words in ``recognised``, whose spaces are ignored.

    A word that is said twice must be recognised twice.
    """
    wanted = keywords(said, vocabulary)
    plain = "".join(recognised.split())
    missed: list[str] = []
    for word, times in Counter(wanted).items():
        missed += [word] * max(0, times - plain.count(word))
    return HeardBack(tuple(wanted), tuple(missed))


def hear_back(model: Model, said: str, samples: Samples, vocabulary: Collection[str]) -> HeardBack:
    """Decode a prompt's ``samples`` (8 kHz) and compare the result with the keywords of ``said``.

    ``vocabulary`` holds the words of the model, see :func:`vocabulary`.
    """
    return compare(said, model.decode(samples).text, vocabulary)
