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
"""Logarithms of the probabilities of the step after a line: to the next line, to the same line
again, or over some lines."""
_NEAR, _FAR = log(0.8), log(0.2)
"""Kinds of skips. A near one leaves out a few lines, each further one half as probable. A far one
leads to any later line, as in a session that has only some of the lines."""
_EACH = log(0.5)
_AT_ONCE = log(0.9)
"""Logarithm of the probability that a session begins with the first line of the script, and of the
probability that it ends with the last one. Otherwise lines are skipped."""
_NOTHING = log(0.01)
"""Logarithm of the probability that no passage belongs to a line: the session is of another
script."""


class Evidence(Protocol):
    """Scores for how well the passages of a session fit the lines of a script.

    A passage is a stretch of sound between two silences. A score is a natural logarithm of a
    likelihood ratio: how much more probable something is than under a model of any sound.
    """

    @property
    def lines(self) -> int:
        """Number of lines in the script."""

    @property
    def stray(self) -> Scores:
        """One score for each passage: that it belongs to no line. The shape is (passages,)."""

    @property
    def most_joined(self) -> int:
        """Upper limit for the number of passages that can be one reading of a line."""

    def read(self, first: int, count: int) -> Scores:
        """Return one score for each line: that it was read as the given passages.

        They are ``count`` passages from the index ``first`` on. The shape of the result is
        (lines,). The score is minus infinity if that is impossible.
        """


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a line of the script: the passages in which the speaker says it."""

    line: int
    """Index of the line in the script."""
    first: int
    """Index of the first passage."""
    count: int
    """Number of passages."""

    @property
    def places(self) -> range:
        """The indices of the passages: from ``first`` to ``first + count - 1``."""
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
    """The scores of the order of reading: the first line, the last one, and each next one."""

    def __init__(self, lines: int, add: np.ufunc) -> None:
        """Compute the scores for a script of ``lines`` lines.

        ``add`` combines the scores of alternatives: np.maximum takes the best one, np.logaddexp the
        sum of all.
        """
        self._add = add
        self._places = np.arange(lines) * _EACH
        far = _FAR - log(max(lines, 1))
        self._near, self._far = _SKIP + _NEAR, _SKIP + far
        left_out = np.arange(1, lines) * _EACH + _NEAR
        skipped = add(left_out, far) + log(1 - exp(_AT_ONCE))
        self.begin: Scores = np.concatenate([[_AT_ONCE], skipped])[:lines]
        """One score for each line: that it is the first one that is read; shape (lines,)."""
        self.end: Scores = np.concatenate([[_NOTHING], self.begin[::-1]])
        """``end[i]`` is the score that line i - 1 is the last one that is read, and ``end[0]`` that
        none is; shape (lines + 1,)."""
        steps = add(np.arange(lines - 1) * _EACH + self._near, self._far)
        self._back: Scores = np.concatenate([[_REPEAT, _NEXT], steps[1:]])[:lines]

    def onward(self, done: Scores) -> Scores:
        """Return one score for each line: that it is read next. The shape is (lines,).

        ``done[i]`` is the score that line i - 1 is the last one read so far, and ``done[0]`` that
        no line has been read.
        """
        add, read = self._add, done[1:]
        score: Scores = add(read + _REPEAT, done[0] + self.begin)
        score[1:] = add(score[1:], read[:-1] + _NEXT)
        near = add.accumulate(read - self._places) + self._places
        far = add.accumulate(read)
        score[2:] = add(score[2:], add(near[:-2] + self._near + _EACH, far[:-2] + self._far))
        return score

    def previous(self, done: Scores, line: int) -> int:
        """Return the most probable state before ``line`` is read, as an index of ``done``.

        ``line`` is an index from 0. ``done[i]`` is the score that line i - 1 is the last one read
        so far, and ``done[0]`` that no line has been read.
        """
        from_lines = done[1 : line + 2] + self._back[line::-1]
        return int(np.argmax(np.concatenate([[done[0] + self.begin[line]], from_lines])))


def match(evidence: Evidence) -> list[Reading]:
    """Return the lines that were most probably read in a session, each with its passages.

    The readings are in the order of time. A line may have several readings or none. A passage that
    is in no reading belongs to no line. Time and memory grow with the number of passages times that
    of lines.
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
    """Return for each of ``readings`` the probability, from 0 to 1, that it is right.

    A reading says that certain passages of the recording are a certain line of the script. There
    are many ways to assign all passages to lines; each has a weight. The probability is the weight
    of the ways that contain the reading, divided by the weight of all ways.
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
    """Return the two tables of the dynamic programming, and the score of the whole session.

    In both tables, row n is about the first n passages. The first table has the score that a line
    is the last one read in them; its shape is (passages + 1, lines + 1), and index 0 stands for no
    line. The second has the score that a line is read next; its shape is (passages + 1, lines).
    ``add`` is np.maximum for the best explanation of the session, np.logaddexp for the sum of all.
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
