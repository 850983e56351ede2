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


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance to learn from.

    ``features`` names its features, ``label`` is the index of its label, and ``weight`` says how
    much its error counts in comparison with other examples.
    """

    features: Sequence[str]
    label: int
    weight: float = 1.0


def fit(
    examples: Sequence[Example],
    labels: Sequence[str],
    known: Sequence[str],
    random: np.random.Generator,
    *,
    epochs: int = 12,
    rate: float = 2.0,
    decay: float = 1e-5,
    batch: int = 256,
) -> Weights:
    """Return the weights of a softmax regression, fitted by Adagrad (Duchi 2011) in sparse batches.

    ``labels`` are the names of the labels, in the order of ``Example.label``. ``known`` names the
    features that get a weight; others are ignored. ``epochs`` is the number of passes over the
    examples, ``rate`` the learning rate, ``batch`` the examples in a batch. ``decay`` is the factor
    of the L2 penalty, applied to the features that occur in a batch. The defaults were chosen by
    cross-validation over the phrases.
    """
    index = {name: row for row, name in enumerate(known)}
    rows = [
        np.array([index[name] for name in one.features if name in index], np.int32)
        for one in examples
    ]
    scale = np.array([1 / np.sqrt(max(len(one.features), 1)) for one in examples], np.float32)
    wanted = np.array([one.label for one in examples])
    weight = np.array([one.weight for one in examples], np.float32)
    matrix = np.zeros((len(index), len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    seen = np.full(len(index), 1e-3, np.float32)
    for _ in range(epochs):
        order = random.permutation(len(examples))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            flat, owner = _flat([rows[n] for n in chosen])
            value = scale[chosen][owner][:, None]
            logits = np.zeros((len(chosen), len(labels)), np.float32)
            _add(logits, owner, matrix[flat] * value)
            error = softmax(logits + bias)
            error[np.arange(len(chosen)), wanted[chosen]] -= 1
            error *= weight[chosen][:, None] / len(chosen)
            touched, gradient = _gathered(flat, error[owner] * value)
            gradient += decay * matrix[touched]
            seen[touched] += np.square(gradient).sum(axis=1)
            matrix[touched] -= rate * gradient / np.sqrt(seen[touched])[:, None]
            bias -= 0.1 * rate * error.sum(axis=0)
    return Weights(tuple(labels), index, matrix, bias)


def _flat(rows: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return all ``rows`` joined into one array, and its owners.

    The owner of an element is the index in ``rows`` of the row that it comes from.
    """
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return np.concatenate(rows), owner


def _add(target: _Floats, owner: NDArray[np.intp], values: _Floats) -> None:
    """Replace rows of ``target`` by sums of rows of ``values``.

    ``owner[n]`` is the row of ``target`` to whose sum row n of ``values`` is added; ``owner`` is
    sorted. A row of ``target`` that ``owner`` does not name stays as it is.
    """
    if len(owner):
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        target[owner[starts]] = np.add.reduceat(values, starts, axis=0)


def _gathered(flat: NDArray[np.int32], values: _Floats) -> tuple[NDArray[np.int32], _Floats]:
    """Sum the rows of ``values`` that have the same index; return the indices and the sums.

    ``flat[n]`` is the index of row n of ``values``. The returned indices are distinct and sorted;
    row n of the sums is for the n-th returned index.
    """
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[starts], np.add.reduceat(values[order], starts, axis=0)
