"""Simulate the errors of a recogniser for training: syllables replaced, lost or inserted.

A homophone, which keeps the syllable, is not an error here, because understanding compares
syllables, not characters.
"""

from collections.abc import Sequence

import numpy as np

from ivr.understanding.syllables import fold, split

_NEAR, _RANDOM, _LOST = 0.62, 0.10, 0.16
"""Shares of three kinds of errors: the syllable is replaced by a similar one (_NEAR), replaced by
any syllable (_RANDOM), or lost (_LOST). In the remaining errors a syllable is inserted. In the
literature on Mandarin recognisers, two thirds to three quarters of the errors are substitutions,
most of them between similar syllables."""


class Mishearing:
    """Changes syllables at random, as the errors of a recogniser do."""

    def __init__(self, sounds: Sequence[str]) -> None:
        """``sounds`` holds all syllables that may occur in the result."""
        self._all = sorted(set(sounds))
        self._near = {sound: self._neighbours(sound) for sound in self._all}

    def __call__(
        self, sounds: Sequence[str], rate: float, random: np.random.Generator
    ) -> list[str]:
        """Return the syllables ``sounds`` with errors; each is wrong with probability ``rate``."""
        heard: list[str] = []
        for sound, draw in zip(sounds, random.random((len(sounds), 3)), strict=True):
            wrong, kind, which = (float(number) for number in draw)
            if wrong >= rate:
                heard.append(sound)
            elif kind < _NEAR:
                near = self._near.get(sound) or self._all
                heard.append(near[int(which * len(near))])
            elif kind < _NEAR + _RANDOM:
                heard.append(self._any(which))
            elif kind >= _NEAR + _RANDOM + _LOST:
                heard += [sound, self._any(which)]
        return heard

    def _any(self, which: float) -> str:
        return self._all[int(which * len(self._all))]

    def _neighbours(self, sound: str) -> list[str]:
        """Return the syllables that ``sound`` may be misheard as.

        A syllable that is to be chosen more often is in the list several times. The list has two
        halves of about the same size: syllables that are often confused with ``sound`` (equal after
        :func:`fold`), repeated, and syllables that share its initial or its final.
        """
        initial, final = split(sound)
        alike = [one for one in self._all if one != sound and fold(one) == fold(sound)]
        half = [
            one
            for one in self._all
            if one != sound and (split(one)[0] == initial or split(one)[1] == final)
        ]
        return [*(alike * max(1, len(half) // max(len(alike), 1))), *half]
