"""Simulate the errors of a recogniser for training: syllables replaced, lost or inserted.

A homophone, which keeps the sound, is not an error here, because understanding never looks at
characters. The shares are those of the errors that change a sound.
"""

from collections.abc import Sequence

import numpy as np

from ivr.understanding.syllables import fold, split

_NEAR, _RANDOM, _LOST = 0.62, 0.10, 0.16
"""Shares of the errors: replaced by a similar sound, replaced by any sound, lost; the rest are
inserted sounds. In the literature on Mandarin recognisers, two thirds to three quarters of the
errors are substitutions, most of them between similar sounds."""


class Mishearing:
    """Changes sounds at random, as a recogniser would."""

    def __init__(self, sounds: Sequence[str]) -> None:
        """``sounds`` holds all syllables that may occur in the result."""
        self._all = sorted(set(sounds))
        self._near = {sound: self._neighbours(sound) for sound in self._all}

    def __call__(
        self, sounds: Sequence[str], rate: float, random: np.random.Generator
    ) -> list[str]:
        """Return ``sounds`` with errors; each sound is wrong with the probability ``rate``."""
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
        """Return the sounds that ``sound`` may be misheard as, some of them several times.

        Sounds that fold to the same and sounds that share only the initial or the final get about
        the same total number of entries.
        """
        initial, final = split(sound)
        alike = [one for one in self._all if one != sound and fold(one) == fold(sound)]
        half = [
            one
            for one in self._all
            if one != sound and (split(one)[0] == initial or split(one)[1] == final)
        ]
        return [*(alike * max(1, len(half) // max(len(alike), 1))), *half]
