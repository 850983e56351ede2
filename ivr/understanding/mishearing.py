"""Simulate the errors of a recogniser for training: syllables replaced, lost or inserted.

A homophone, which keeps the syllable, is not an error here, because understanding compares
syllables, not characters.
"""

from collections.abc import Sequence

import numpy as np

from ivr.understanding.syllables import fold, split

_NEAR, _RANDOM, _LOST = 0.62, 0.10, 0.16
"""Shares of the kinds of errors. In 62 % of the errors (_NEAR) a similar syllable replaces the
right one, in 10 % (_RANDOM) any syllable replaces it, and in 16 % (_LOST) the syllable is lost. In
the remaining 12 % a syllable is inserted. So 62 + 10 = 72 % are substitutions. The literature on
Mandarin recognisers gives two thirds to three quarters, most of them between similar syllables."""


class Mishearing:
    """Changes syllables at random, as the errors of a recogniser do."""

    def __init__(self, sounds: Sequence[str]) -> None:
        """Prepare the errors; ``sounds`` holds all syllables that may replace a misheard one."""
        self._all = sorted(set(sounds))
        self._near = {sound: self._neighbours(sound) for sound in self._all}

    def __call__(
        self, sounds: Sequence[str], rate: float, random: np.random.Generator
    ) -> list[str]:
        """Return the syllables ``sounds`` with simulated errors.

        ``rate`` is the probability, 0 to 1, that a syllable is wrong.
        """
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

        The list has two halves of about the same size. One half holds the syllables that are often
        confused with ``sound`` (equal to it after :func:`fold`). They are repeated to fill the
        half, so each is chosen more often. The other half holds the syllables that have the same
        initial or the same final as ``sound``.
        """
        initial, final = split(sound)
        alike = [one for one in self._all if one != sound and fold(one) == fold(sound)]
        half = [
            one
            for one in self._all
            if one != sound and (split(one)[0] == initial or split(one)[1] == final)
        ]
        return [*(alike * max(1, len(half) // max(len(alike), 1))), *half]
