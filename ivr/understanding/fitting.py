"""Fit the weights of the classifier to examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.understanding.classifier import Weights, softmax


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
    from scipy import sparse  # imported here, because a service that has weights learns nothing

    index = {name: row for row, name in enumerate(known)}
    present = sparse.csr_array(_present(examples, index), shape=(len(examples), len(index)))
    wanted = np.array([one.label for one in examples])
    weight = np.array([one.weight for one in examples], np.float32)
    matrix = np.zeros((len(index), len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    seen = np.full(len(index), 1e-3, np.float32)
    for _ in range(epochs):
        order = random.permutation(len(examples))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            some = present[chosen]
            # Only the columns of the features in this batch, so that the cost does not grow with
            # the number of all features.
            touched, columns = np.unique(some.indices, return_inverse=True)
            some = sparse.csr_array(
                (some.data, columns, some.indptr), shape=(len(chosen), len(touched))
            )
            held = matrix[touched]
            error = softmax(some @ held + bias)
            error[np.arange(len(chosen)), wanted[chosen]] -= 1
            error *= weight[chosen][:, None] / len(chosen)
            gradient = some.T @ error + decay * held
            seen[touched] += np.square(gradient).sum(axis=1)
            # In place: large temporary arrays would cost as much as the arithmetic.
            gradient *= rate
            gradient /= np.sqrt(seen[touched])[:, None]
            held -= gradient
            matrix[touched] = held
            bias -= 0.1 * rate * error.sum(axis=0)
    return Weights(tuple(labels), index, matrix, bias)


def _present(
    examples: Sequence[Example], index: Mapping[str, int]
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Return the sparse matrix (examples, features) that is multiplied by the weights.

    It is in the form of compressed rows: the values, the column of each value, and the first value
    of each row. The value of a feature that an example has is 1 divided by the square root of the
    number of the example's features. ``index`` gives the column of a feature by its name.
    """
    rows = [[index[name] for name in one.features if name in index] for one in examples]
    starts = np.cumsum([0, *map(len, rows)])
    values = np.array([len(one.features) for one in examples]).clip(1) ** -0.5
    return (
        np.repeat(values.astype(np.float32), np.diff(starts)),
        np.fromiter((column for row in rows for column in row), np.int32, starts[-1]),
        starts,
    )
