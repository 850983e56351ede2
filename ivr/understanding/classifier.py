"""A multinomial linear classifier (softmax regression) over sparse features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The learned parameters of the classifier. A label is an intent, a feature some syllables."""

    labels: tuple[str, ...]
    features: Mapping[str, int]
    """The index of each feature's row in ``matrix``, by the name of the feature."""
    matrix: _Floats
    """Weights, shape (features, labels)."""
    bias: _Floats
    """Bias of each label, shape (labels,)."""

    def scores(self, present: Sequence[str]) -> _Floats:
        """Return the score of each label for one utterance, shape (labels,).

        The scores are log-odds up to a common constant. ``present`` names the features of the
        utterance. The sum of their weights is divided by the square root of the number of features.
        Features without weights count in that number too, so unknown words make all labels less
        certain.
        """
        rows = [row for name in present if (row := self.features.get(name)) is not None]
        total = self.matrix[rows].sum(axis=0) / np.sqrt(max(len(present), 1))
        return np.asarray(total + self.bias, np.float32)


def softmax(scores: NDArray[np.floating]) -> _Floats:
    """Return ``scores`` (log-odds) as probabilities, which sum to 1 along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), np.float32)
