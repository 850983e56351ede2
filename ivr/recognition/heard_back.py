"""The words of a prompt recognised back: is what is played what the sheet says?"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from ivr.hearing.g711 import Samples
from ivr.recognition.model import Model
from ivr.recognition.segment import segment

_SHORTEST = 2
"""Syllables of a keyword. One syllable means too many words to be recognised alone."""


@dataclass(frozen=True, slots=True)
class HeardBack:
    """The keywords of one prompt, and which of them were not recognised."""

    keywords: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """The part of the keywords that was recognised, 0 to 1; 1 when the prompt has none."""
        return 1.0 - len(self.missed) / len(self.keywords) if self.keywords else 1.0


def keywords(said: str, vocabulary: Collection[str]) -> list[str]:
    """The words of at least two characters in ``said`` (as the engine is given it)."""
    return [
        word for word in segment(said, vocabulary) if len(word) >= _SHORTEST and word in vocabulary
    ]


def compare(said: str, recognised: str, vocabulary: Collection[str]) -> HeardBack:
    """Which keywords of ``said`` stand in ``recognised`` at least as often; spaces do not matter.

    A word said twice must be recognised twice.
    """
    wanted = keywords(said, vocabulary)
    plain = "".join(recognised.split())
    missed: list[str] = []
    for word, times in Counter(wanted).items():
        missed += [word] * max(0, times - plain.count(word))
    return HeardBack(tuple(wanted), tuple(missed))


def hear_back(model: Model, said: str, samples: Samples, vocabulary: Collection[str]) -> HeardBack:
    """Decode a prompt's ``samples`` (8 kHz) and look for the keywords of ``said``.

    ``vocabulary`` is :func:`ivr.recognition.embedded.vocabulary` unless the words are others.
    """
    return compare(said, model.decode(samples).text, vocabulary)
