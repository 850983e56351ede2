"""Find what a caller means, how certain that is, and which words show it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.understanding.certainty import certainty, probability
from ivr.understanding.classifier import Weights, softmax
from ivr.understanding.features import features
from ivr.understanding.slots import SlotReader
from ivr.understanding.syllables import Syllables, syllables_of

REASONS = 4
"""Maximum number of excerpts of the caller's text that are named as reasons for an intent."""
_TELLING = 0.6
"""Lower limit for a syllable named as a reason for an intent: its share of the score, relative to
that of the strongest syllable. Weaker syllables are not named."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The result of the classifier for one utterance; a label is the index of an intent."""

    best: int
    """Index of the most probable label."""
    second: int
    """Index of the second most probable label."""
    probabilities: Sequence[float]
    """Softmax value of each label."""
    length: int
    """Number of syllables of the utterance."""


class Understander:
    """Finds what callers mean, by weights learned from the phrases of one deployment."""

    def __init__(self, weights: Weights, slots: SlotReader) -> None:
        self._weights, self._slots = weights, slots
        self._intents = [Intent(label) for label in weights.labels]
        self._other = self._intents.index(Intent.OTHER)

    def meaning(self, text: str) -> Meaning:
        """Return the meaning of ``text``, which may be any text.

        This takes a few milliseconds. Only the first MOST_SYLLABLES (300) syllables are read.
        """
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

    def guess(self, heard: Syllables) -> Guess:
        """Return the classifier's result for ``heard``, which must have at least one syllable."""
        present = features(heard.sounds)
        chances = softmax(self._weights.scores(list(present)))
        second, best = np.argsort(chances, kind="stable")[-2:]
        return Guess(int(best), int(second), chances.tolist(), len(heard))

    def _reasons(self, heard: Syllables, label: int) -> list[str]:
        """Return the excerpts of the text that add most to the score of ``label``, best first.

        ``label`` is the index of an intent. There are at most REASONS (4) excerpts.
        """
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
