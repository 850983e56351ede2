"""From a caller's words to what he means, how sure that is, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.understanding.certainty import certainty, probability
from ivr.understanding.classifier import Weights, softmax
from ivr.understanding.features import features
from ivr.understanding.slots import SlotReader
from ivr.understanding.syllables import Syllables, syllables_of
from ivr.understanding.telephone import numbers

REASONS = 4
"""Pieces of the text that are named at most."""
_TELLING = 0.6
"""Of the strongest sound's share in the score, what a sound must have to be named."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the classifier says, before anything is decided."""

    best: int
    second: int
    probabilities: Sequence[float]
    length: int
    """Syllables."""


class Understander:
    """Knows the phrases of a deployment."""

    def __init__(self, weights: Weights, slots: SlotReader) -> None:
        self._weights, self._slots = weights, slots
        self._intents = [Intent(label) for label in weights.labels]
        self._other = self._intents.index(Intent.OTHER)

    def meaning(self, text: str) -> Meaning:
        """What ``text`` means; any text at all. Milliseconds; long ones are read in part."""
        heard = syllables_of(text)
        if not heard.sounds:
            return Meaning(text, Intent.OTHER, Certainty.UNSURE, 0.0)
        guess = self.guess(heard)
        intent, second = self._intents[guess.best], self._intents[guess.second]
        score = probability(guess.probabilities[guess.best], guess.length)
        return Meaning(
            text,
            intent,
            certainty(intent, score, guess.probabilities[self._other]),
            round(score, 3),
            second,
            round(guess.probabilities[guess.second], 3),
            self._slots.read(heard, intent),
            tuple(self._reasons(heard, guess.best)),
        )

    def corrected(self, number: str, text: str) -> str | None:
        """``number``, as it was read back, with what ``text`` corrects of it; None if that is none.

        不对，最后两位是五六 changes the end, a whole number replaces it.
        """
        return numbers(syllables_of(text), number).phone

    def guess(self, heard: Syllables) -> Guess:
        """The two best intents of an utterance with at least one sound."""
        present = features(heard.sounds)
        chances = softmax(self._weights.scores(list(present)))
        second, best = np.argsort(chances, kind="stable")[-2:]
        return Guess(int(best), int(second), chances.tolist(), len(heard))

    def _reasons(self, heard: Syllables, label: int) -> list[str]:
        """The stretches of the text whose sounds spoke for a label above the others."""
        spoke = np.zeros(len(heard), np.float32)
        for name, (start, end) in features(heard.sounds).items():
            row = self._weights.features.get(name)
            if row is not None and start < end:
                weights = self._weights.matrix[row]
                spoke[start:end] += (weights[label] - weights.mean()) / (end - start)
        strong = np.flatnonzero(spoke > max(_TELLING * float(spoke.max()), 0.0))
        runs = np.split(strong, np.flatnonzero(np.diff(strong) > 1) + 1)
        pieces = [
            (float(spoke[run].sum()), int(run[0]), int(run[-1]) + 1) for run in runs if len(run)
        ]
        pieces.sort(key=lambda piece: (-piece[0], piece[1]))
        return [heard.words(start, end) for _, start, end in pieces[:REASONS]]
