"""How often a syllable follows others in Mandarin, by the words of a dictionary (jieba's).

The dictionary was counted in newspapers and knows nothing of the prompts. With it the recogniser
prefers words to syllables that make none, as a listener does.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ivr.understanding.syllables import syllables_of

_WORDS = 40000
"""Number of the most frequent words that are taken; they make up 99 % of running text."""
_DOUBT = 2000.0
"""Occurrences of a context at which its counts weigh as much as those of the shorter context."""
_UNSEEN = 1e-5
"""Least chance of a syllable."""


class Dictionary:
    """Chances of the next syllable after the one or two before it.

    Words are taken to follow one another by chance, each as often as the dictionary says.
    """

    def __init__(self, words: Iterable[tuple[Sequence[str], int]]) -> None:
        """``words`` are the syllables of each word and the number of its occurrences."""
        self._first: Counter[str] = Counter()
        self._all: Counter[tuple[str, ...]] = Counter()
        self._ended: Counter[tuple[str, ...]] = Counter()
        self._next: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for syllables, times in words:
            self._first[syllables[0]] += times
            for end in range(1, len(syllables) + 1):
                for start in range(max(end - 2, 0), end):
                    context = tuple(syllables[start:end])
                    self._all[context] += times
                    if end < len(syllables):
                        self._next[context][syllables[end]] += times
                    else:
                        self._ended[context] += times
        self._total = self._first.total()

    def chance(self, before: Sequence[str], syllable: str) -> float:
        """Return the chance (0 to 1) that ``syllable`` follows the syllables ``before``."""
        first = self._first[syllable] / self._total
        chance = first
        for length in (1, 2):
            context = tuple(before[-length:])
            times = self._all[context]
            if len(context) < length or not times:
                break
            inside = self._next[context][syllable] if context in self._next else 0
            here = (inside + self._ended[context] * first) / times
            weight = times / (times + _DOUBT)
            chance = weight * here + (1 - weight) * chance
        return max(chance, _UNSEEN)

    def log_chance(self, before: Sequence[str], syllable: str) -> float:
        """Return the natural logarithm of :meth:`chance`."""
        return math.log(self.chance(before, syllable))


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """Return the chances by jieba's dictionary; the first call takes some seconds."""
    import jieba

    with jieba.get_dict_file() as file:
        lines = (line.split() for line in file.read().decode("utf-8").splitlines())
        counts = [(word, int(times)) for word, times, *_ in lines]
    counts.sort(key=lambda entry: -entry[1])
    sounds = ((syllables_of(word).sounds, times) for word, times in counts[:_WORDS])
    return Dictionary((syllables, times) for syllables, times in sounds if syllables)
