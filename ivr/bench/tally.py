"""Statistics of right and wrong answers: shares, Wilson's interval, confusion, edit distance."""

from collections import Counter
from collections.abc import Sequence
from math import nan, sqrt

import numpy as np

Z95 = 1.959964
"""Quantile of the normal distribution that belongs to a two-sided interval of 95 %."""


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return Wilson's 95 % confidence interval of a share: ``right`` cases of ``total``.

    The interval has its lower and its upper end, from 0 to 1. It is (0, 1) if ``total`` is 0.
    """
    if total == 0:
        return 0.0, 1.0
    share, z2 = right / total, Z95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def share(flags: Sequence[bool]) -> float:
    """Return the share of True among ``flags``, 0 to 1; NaN if there are no flags."""
    return sum(flags) / len(flags) if flags else nan


def confusion(pairs: Sequence[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Count how often each answer was given for each label; ``pairs`` are (label, answer).

    ``result[label][answer]`` is the number of such pairs.
    """
    table: dict[str, Counter[str]] = {}
    for label, answer in pairs:
        table.setdefault(label, Counter())[answer] += 1
    return table


def edit_distance(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """Return the least number of edits that turn the text ``wanted`` into the text ``heard``.

    An edit replaces, removes or adds one character. Both may also be lists of other items, such as
    syllables.
    """
    row = np.arange(len(heard) + 1)
    for sign in wanted:
        above = row + 1
        above[1:] = np.minimum(above[1:], row[:-1] + np.array([sign != other for other in heard]))
        # Adding a sign at a place costs one more than the place before it.
        places = np.arange(len(heard) + 1)
        row = np.minimum.accumulate(above - places) + places
    return int(row[-1])
