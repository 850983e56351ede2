"""Find words by their syllables: exact matches before similar ones, longer words before shorter."""

from collections.abc import Iterator, Mapping, Sequence

from ivr.understanding.syllables import fold, syllables_of

_NEAR_FROM = 2
"""Least number of syllables at which a word is found by similar syllables too; a shorter word is
found only by equal ones."""


class Keywords:
    """Finder of words in utterances, which returns the names of the lists that they are in.

    For example, 财务 (finance) is in the list of words for a department.
    """

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        pairs = [
            (syllables_of(word).sounds, name) for name, listed in words.items() for word in listed
        ]
        self._words = sorted(pairs, key=lambda pair: -len(pair[0]))

    def find(self, sounds: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Yield, for each word found, its list's name, its first syllable and its end (exclusive).

        ``sounds`` are the syllables of an utterance. Words with equal syllables come first, then
        those with similar ones; in both groups the longest word comes first. A word may be yielded
        in both.
        """
        folded = [fold(sound) for sound in sounds]
        for word, name in self._words:
            if (at := _index(sounds, word)) is not None:
                yield name, at, at + len(word)
        for word, name in self._words:
            near = [fold(sound) for sound in word]
            if len(word) >= _NEAR_FROM and (at := _index(folded, near)) is not None:
                yield name, at, at + len(word)

    def first(self, sounds: Sequence[str]) -> str | None:
        """Return the name of the list that :meth:`find` yields first; None if no word is found.

        ``sounds`` are the syllables of an utterance.
        """
        return next((name for name, _, _ in self.find(sounds)), None)


def _index(sounds: Sequence[str], word: Sequence[str]) -> int | None:
    wanted = list(word)
    ends = range(len(sounds) - len(wanted) + 1)
    return next((at for at in ends if list(sounds[at : at + len(wanted)]) == wanted), None)
