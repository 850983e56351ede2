"""Match the passages of a session to the lines of its script, in order. Pure.

The model is a left-to-right one, as in speech recognition. The speaker goes through the lines in
order. They mostly read the next line, sometimes the same line again, and sometimes they leave lines
out. A line is read as one passage or as several in a row, when the speaker pauses within it. A
passage that belongs to no line (another sentence, a cough) is stray. The most probable explanation
is found by dynamic programming (Viterbi). The probability of each of its parts comes from the sum
over all explanations (forward-backward).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
"""Natural logarithms of probabilities; -inf is impossible."""

_NEXT, _REPEAT, _SKIP = log(0.90), log(0.06), log(0.04)
"""Where the speaker goes after a line: to the next one, to the same again, or over some lines."""
_NEAR, _FAR = log(0.8), log(0.2)
"""Kinds of skips. A near one leaves out a few lines, each further one half as probable. A far one
leads to any later line, as in a session that has only some of the lines."""
_EACH = log(0.5)
_AT_ONCE = log(0.9)
"""The session begins with the first line and ends with the last one; else lines are skipped."""
_NOTHING = log(0.01)
"""All passages are stray: the session is of another script."""


class Evidence(Protocol):
    """How well the passages of a session fit the lines of a script."""

    @property
    def lines(self) -> int:
        """Number of lines in the script."""

    @property
    def stray(self) -> Scores:
        """For each passage, the score of belonging to no line; shape (passages,)."""

    @property
    def most_joined(self) -> int:
        """Upper limit for the number of passages that one line is read as."""

    def read(self, first: int, count: int) -> Scores:
        """Return the score of each line being read as ``count`` passages from ``first`` on.

        The shape is (lines,). All scores, and those of ``stray``, are relative to the same model of
        any sound.
        """


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a line: the passages ``first`` to ``first + count - 1``."""

    line: int
    """Index of the line in the script."""
    first: int
    """Index of the first passage."""
    count: int
    """Number of passages."""

    @property
    def places(self) -> range:
        """The indices of the passages."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True, slots=True)
class _Reversed:
    """The same session backwards: the last passage and the last line come first."""

    forwards: Evidence

    @property
    def lines(self) -> int:
        return self.forwards.lines

    @property
    def stray(self) -> Scores:
        return self.forwards.stray[::-1]

    @property
    def most_joined(self) -> int:
        return self.forwards.most_joined

    def read(self, first: int, count: int) -> Scores:
        return self.forwards.read(len(self.stray) - first - count, count)[::-1]


class _Moves:
    """The scores of going from one line to another, and of beginning and ending at a line."""

    def __init__(self, lines: int, add: np.ufunc) -> None:
        """``add`` combines the scores of alternatives: np.maximum or np.logaddexp."""
        self._add = add
        self._places = np.arange(lines) * _EACH
        far = _FAR - log(max(lines, 1))
        self._near, self._far = _SKIP + _NEAR, _SKIP + far
        left_out = np.arange(1, lines) * _EACH + _NEAR
        skipped = add(left_out, far) + log(1 - exp(_AT_ONCE))
        self.begin: Scores = np.concatenate([[_AT_ONCE], skipped])[:lines]
        """For each line, the score of being the first one that is read; shape (lines,)."""
        self.end: Scores = np.concatenate([[_NOTHING], self.begin[::-1]])
        """The score of ending after each line; shape (lines + 1,). Index 0: none was read."""
        steps = add(np.arange(lines - 1) * _EACH + self._near, self._far)
        self._back: Scores = np.concatenate([[_REPEAT, _NEXT], steps[1:]])[:lines]

    def onward(self, done: Scores) -> Scores:
        """Return for each line the score of being read next; shape (lines,).

        ``done`` has the scores of the last line read so far, shape (lines + 1,). Index 0 stands for
        none.
        """
        add, read = self._add, done[1:]
        score: Scores = add(read + _REPEAT, done[0] + self.begin)
        score[1:] = add(score[1:], read[:-1] + _NEXT)
        near = add.accumulate(read - self._places) + self._places
        far = add.accumulate(read)
        score[2:] = add(score[2:], add(near[:-2] + self._near + _EACH, far[:-2] + self._far))
        return score

    def previous(self, done: Scores, line: int) -> int:
        """Return the best index in ``done`` from which ``line`` (from 0) is read next."""
        from_lines = done[1 : line + 2] + self._back[line::-1]
        return int(np.argmax(np.concatenate([[done[0] + self.begin[line]], from_lines])))


def match(evidence: Evidence) -> list[Reading]:
    """Return the readings in the most probable explanation of a session, in order.

    A line may have several readings or none. Passages without a reading are stray. Time and memory
    grow with the number of passages times that of lines.
    """
    if not evidence.lines or not len(evidence.stray):
        return []
    done, following, _ = _tables(evidence, np.maximum)
    moves = _Moves(evidence.lines, np.maximum)
    path: list[Reading] = []
    end, at = len(evidence.stray), int(np.argmax(done[-1] + moves.end))
    while at:
        line = at - 1
        if done[end, at] == done[end - 1, at] + evidence.stray[end - 1]:
            end -= 1
            continue
        counts = range(1, min(evidence.most_joined, end) + 1)
        scores = [
            following[end - count, line] + evidence.read(end - count, count)[line]
            for count in counts
        ]
        count = counts[int(np.argmax(scores))]
        end -= count
        path.append(Reading(line, end, count))
        at = moves.previous(done[end], line)
    return path[::-1]


def probabilities(evidence: Evidence, readings: Sequence[Reading]) -> list[float]:
    """Return for each reading the probability that its passages are its line, and no other.

    It is the share of all explanations of the session that have the reading. A list as long as
    ``readings`` with numbers from 0 to 1 is returned.
    """
    if not readings:
        return []
    before, total = _tables(evidence, np.logaddexp)[1:]
    after = _tables(_Reversed(evidence), np.logaddexp)[1]
    passages, last = len(evidence.stray), evidence.lines - 1

    def share(one: Reading) -> float:
        rest = after[passages - one.first - one.count][last - one.line]
        own = evidence.read(one.first, one.count)[one.line]
        return min(1.0, exp(before[one.first][one.line] + own + rest - total))

    return [share(one) for one in readings]


def _tables(evidence: Evidence, add: np.ufunc) -> tuple[Scores, Scores, float]:
    """Return the tables of the dynamic programming, and the score of the whole session.

    The first table has, for each number of passages explained, the score of each line being the
    last one read; shape (passages + 1, lines + 1), index 0 stands for none. The second has the
    score of each line being read next; shape (passages + 1, lines). ``add`` is np.maximum for the
    best explanation, np.logaddexp for the sum of all.
    """
    stray, moves = evidence.stray, _Moves(evidence.lines, add)
    done = np.full((len(stray) + 1, evidence.lines + 1), -np.inf)
    following = np.empty((len(stray) + 1, evidence.lines))
    done[0, 0] = 0.0
    for end in range(len(stray) + 1):
        if end:
            row = done[end - 1] + stray[end - 1]
            for count in range(1, min(evidence.most_joined, end) + 1):
                first = end - count
                row[1:] = add(row[1:], following[first] + evidence.read(first, count))
            done[end] = row
        following[end] = moves.onward(done[end])
    return done, following, float(add.reduce(done[-1] + moves.end))
