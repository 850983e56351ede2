"""How a recogniser mishears: syllables replaced by near ones, lost, or made up.

Only for training. What stays within a sound (a homophone) is no error here, as nothing looks at
characters; the shares are those of the errors that change a sound.
"""

from collections.abc import Sequence

import numpy as np

from ivr.understanding.syllables import fold, split

_NEAR, _RANDOM, _LOST = 0.62, 0.10, 0.16
"""Shares of the errors; the rest is made up. Literature on Mandarin recognisers puts two thirds
to three quarters of the errors on substitutions, most of them between near sounds."""


class Mishearing:
    """Errors over the sounds of a language, drawn from a generator."""

    def __init__(self, sounds: Sequence[str]) -> None:
        """``sounds``: every syllable there is."""
        self._all = sorted(set(sounds))
        self._near = {sound: self._neighbours(sound) for sound in self._all}

    def __call__(
        self, sounds: Sequence[str], rate: float, random: np.random.Generator
    ) -> list[str]:
        """``sounds`` with a share of ``rate`` of them wrong."""
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
        """Twice those that fold alike, once those with the same initial or final."""
        initial, final = split(sound)
        alike = [one for one in self._all if one != sound and fold(one) == fold(sound)]
        half = [
            one
            for one in self._all
            if one != sound and (split(one)[0] == initial or split(one)[1] == final)
        ]
        return [*(alike * max(1, len(half) // max(len(alike), 1))), *half]
