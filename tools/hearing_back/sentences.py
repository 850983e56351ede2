"""The sentences that are heard back: whole prompts, and sentences composed with values."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ivr.etiquette.sheet import Sheet
from ivr.hearing.g711 import Samples
from ivr.words.catalogue import Catalogue
from ivr.words.composition import TITLES, Composer, Vocabulary


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as a caller hears it."""

    prompt: str
    """Id of the prompt."""
    clips: tuple[str, ...]
    """Ids of the clips that speak it, in order."""
    texts: tuple[str, ...]
    """The text of each clip."""

    def samples(self, catalogue: Catalogue) -> Samples:
        """Return the samples of the clips (8 kHz), one after the other."""
        return np.concatenate([catalogue.samples(id) for id in self.clips])


def whole_prompts(sheet: Sheet, catalogue: Catalogue) -> list[Sentence]:
    """Return the prompts of all rows that have no slots.

    Of prompts with the same words only the first is returned, because their sound is the same.
    """
    found = (_sentence(prompt.id, (prompt.id,), catalogue) for prompt in sheet.prompts())
    return _distinct(found)


def composed(
    sheet: Sheet, vocabulary: Vocabulary, catalogue: Catalogue, times: int
) -> list[Sentence]:
    """Return the prompts with slots, each filled with random values ``times`` times.

    The same arguments give the same values. Sentences with the same clips are returned once.
    """
    compose, chooser = Composer(vocabulary, catalogue.__contains__), random.Random(0)
    slotted = [prompt for prompt in sheet.prompts() if "{" in prompt.text]
    sentences = (
        _sentence(prompt.id, compose(prompt, _values(vocabulary, chooser)).clips, catalogue)
        for prompt in slotted
        for _ in range(times)
    )
    return _distinct(sentences)


def _sentence(prompt: str, clips: Sequence[str], catalogue: Catalogue) -> Sentence | None:
    """Return the sentence of these clips; None if one of them is not rendered."""
    if not all(id in catalogue for id in clips):
        return None
    return Sentence(prompt, tuple(clips), tuple(catalogue[id].text for id in clips))


def _distinct(sentences: Iterator[Sentence | None]) -> list[Sentence]:
    by_texts: dict[tuple[str, ...], Sentence] = {}
    for sentence in sentences:
        if sentence:
            by_texts.setdefault(sentence.texts, sentence)
    return list(by_texts.values())


def _values(vocabulary: Vocabulary, chooser: random.Random) -> dict[str, str]:
    """Return a random value for each slot of the sheet."""
    digits = "".join(chooser.choices("0123456789", k=9))
    return {
        "姓": chooser.choice(list(vocabulary.surnames)),
        "先生": chooser.choice(list(TITLES)),
        "部门": chooser.choice(list(vocabulary.departments)),
        "意思": chooser.choice(list(vocabulary.meanings)),
        "N": str(chooser.randint(1, 72)),
        "小时": str(chooser.randint(1, 72)),
        "电话": "1" + chooser.choice("3456789") + digits,
        "单号": digits[:6],
        "工号": digits[:4],
    }
