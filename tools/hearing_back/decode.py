"""From the network's probabilities to syllables: CTC prefix beam search."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tools.hearing_back.dictionary import Dictionary
from tools.hearing_back.inventory import Inventory

Probabilities = NDArray[np.float32]
"""Natural logarithms of the probability of each class in each frame, shape (frames, classes);
class 0 is the blank."""
_BEAM, _CANDIDATES = 24, 10
"""Number of strings that are kept after a frame, and of classes that are tried in a frame."""
_NEVER = -1e30
_BONUS = 0.8
"""Logarithm that each syllable gains per unit of the dictionary's weight. Without it the dictionary
would prefer to hear fewer syllables."""


def _either(one: float, other: float) -> float:
    """Return the logarithm of the sum of two probabilities that are given as logarithms."""
    high, low = (one, other) if one > other else (other, one)
    return high + math.log1p(math.exp(low - high)) if low > _NEVER else high


@dataclass(slots=True)
class _Path:
    """A string of classes that the frames so far may mean."""

    blank: float = _NEVER
    """Log probability of the string if the last frame is a blank."""
    sounded: float = _NEVER
    """Log probability of the string if the last frame is its last sound."""
    prior: float = 0.0
    """Weight that the dictionary adds for the string."""

    @property
    def heard(self) -> float:
        return _either(self.blank, self.sounded)

    @property
    def total(self) -> float:
        return self.heard + self.prior


_Paths = dict[tuple[int, ...], _Path]


@dataclass(slots=True)
class BeamSearch:
    """The search for the most probable string of syllables.

    Only syllables of the inventory are found.
    """

    inventory: Inventory
    dictionary: Dictionary | None = None
    """None: the sounds alone decide."""
    weight: float = 0.0
    """Weight of the dictionary against the sounds, from 0 up."""
    _priors: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict)

    def decode(self, scores: Probabilities) -> list[str]:
        """Return the most probable syllables."""
        paths: _Paths = {(): _Path(blank=0.0)}
        for frame in scores:
            paths = self._step(paths, frame)
        best, _ = max(paths.items(), key=lambda entry: entry[1].total)
        return list(self.inventory.last(best, len(best)))

    def _step(self, paths: _Paths, frame: NDArray[np.float32]) -> _Paths:
        """Return the best strings after one more frame."""
        grown: _Paths = {}
        chance = frame.tolist()
        likely = [int(number) for number in np.argsort(-frame[1:])[:_CANDIDATES] + 1]
        for prefix, path in paths.items():
            last, heard = prefix[-1] if prefix else 0, path.heard
            same = grown.setdefault(prefix, _Path(prior=path.prior))
            same.blank = _either(same.blank, heard + chance[0])
            if prefix:
                same.sounded = _either(same.sounded, path.sounded + chance[last])
            for number in self.inventory.followers[last].intersection(likely):
                # A repeated sound is a new one only after a blank.
                before = path.blank if number == last else heard
                longer = (*prefix, number)
                if longer not in grown:
                    grown[longer] = _Path(prior=path.prior + self._prior(longer))
                new = grown[longer]
                new.sounded = _either(new.sounded, before + chance[number])
        best = sorted(grown.items(), key=lambda entry: -entry[1].total)[:_BEAM]
        return dict(best)

    def _prior(self, classes: tuple[int, ...]) -> float:
        """Return what the dictionary adds when the last of ``classes`` is appended."""
        if self.dictionary is None or not self.inventory.ends_syllable(classes[-1]):
            return 0.0
        *before, syllable = self.inventory.last(classes, 3)
        key = tuple(before), syllable
        if key not in self._priors:
            # Relative to the average syllable, so that a string is not the less likely the longer.
            average = -math.log(len(self.inventory.syllables))
            gain = self.dictionary.log_chance(before, syllable) - average
            self._priors[key] = self.weight * (gain + _BONUS)
        return self._priors[key]
