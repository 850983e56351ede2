"""How well the recogniser hears recordings that it was not trained with."""

from collections.abc import Iterator

import numpy as np

from tools.hearing_back.decode import BeamSearch
from tools.hearing_back.dictionary import dictionary
from tools.hearing_back.recogniser import Recogniser
from tools.hearing_back.recordings import RATE
from tools.hearing_back.score import interval, wrong_syllables
from tools.hearing_back.strings import Words
from tools.tiny_vosk.channel import telephone

WEIGHT = 0.6
"""Weight of the dictionary that is used unless another is asked for."""
_WORDS, _STRINGS, _LENGTH = 300, 150, 4
"""Largest number of single words, number of strings, and number of words in each string."""
_TEMPO = 1.5
"""Factor by which the recordings are judged faster than they were spoken. It brings their 0.48
seconds for a syllable near those of sentences."""


def judge(recogniser: Recogniser, words: Words, weight: float = WEIGHT) -> Iterator[str]:
    """Yield lines to print: wrong syllables in single words and in strings of words.

    Both are heard by their sounds alone, and with the dictionary.
    """
    random, count = np.random.default_rng(0), len(words.recordings)
    kinds = {
        "words": random.permutation(count)[:_WORDS, None].tolist(),
        "strings of words": random.integers(count, size=(_STRINGS, _LENGTH)).tolist(),
    }
    ways = {
        "by sounds alone": BeamSearch(recogniser.inventory),
        "with the dictionary": BeamSearch(recogniser.inventory, dictionary(), weight),
    }
    for kind, chosen in kinds.items():
        said = [words.syllables(places) for places in chosen]
        counts = list(map(len, said))
        scores = [
            recogniser.probabilities(telephone(words.apart(places), RATE, before=0.1), _TEMPO)
            for places in chosen
        ]
        for how, search in ways.items():
            heard = map(search.decode, scores)
            wrong = [wrong_syllables(one, each) for one, each in zip(said, heard, strict=True)]
            low, high = interval(wrong, counts)
            yield (
                f"{len(wrong)} {kind}, {how}: {sum(wrong) / sum(counts):.1%} of {sum(counts)} "
                f"syllables wrong ({low:.1%} to {high:.1%}), "
                f"{wrong.count(0) / len(wrong):.1%} all right"
            )
