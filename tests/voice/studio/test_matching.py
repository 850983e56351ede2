"""The dynamic programming finds the best explanation, and its probabilities are right."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.voice.studio.matching import Reading, Scores, match, probabilities

FITS, DIFFERS, STRAY = 20.0, -20.0, -3.0


@dataclass
class Table:
    """Evidence given as a table: the score of each line for each count of passages."""

    scores: dict[tuple[int, int], Scores]
    stray: Scores
    lines: int
    most_joined: int = 2

    def read(self, first: int, count: int) -> Scores:
        """Return the scores of the table; what is not in it is impossible."""
        return self.scores.get((first, count), np.full(self.lines, -np.inf))


def session(*said: int | None, lines: int) -> Table:
    """Return the evidence of passages that sound like the lines ``said``, and like no other."""
    scores = {
        (place, 1): np.array([FITS if line == index else DIFFERS for index in range(lines)])
        for place, line in enumerate(said)
    }
    return Table(scores, np.full(len(said), STRAY), lines)


def lines_of(readings: list[Reading]) -> list[int]:
    return [one.line for one in readings]


def test_a_perfect_session_is_read_in_order() -> None:
    perfect = session(*range(30), lines=30)
    readings = match(perfect)
    assert lines_of(readings) == list(range(30))
    assert [one.first for one in readings] == list(range(30))
    assert min(probabilities(perfect, readings)) > 0.999


def test_missing_repeated_and_stray_passages_are_found() -> None:
    readings = match(session(0, 1, 1, 3, None, 4, 6, lines=7))
    assert [(one.line, one.first) for one in readings] == [
        (0, 0), (1, 1), (1, 2), (3, 3), (4, 5), (6, 6),
    ]  # fmt: skip


def test_a_session_may_begin_and_end_anywhere() -> None:
    assert lines_of(match(session(40, 41, 42, lines=100))) == [40, 41, 42]


def test_a_session_may_have_a_few_lines_of_the_script() -> None:
    assert lines_of(match(session(3, 250, 251, 700, lines=800))) == [3, 250, 251, 700]


def test_a_line_read_with_a_pause_is_one_reading() -> None:
    table = session(0, None, None, 2, lines=3)
    table.scores[1, 2] = np.array([DIFFERS, FITS, DIFFERS])
    assert [(one.line, one.first, one.count) for one in match(table)] == [
        (0, 0, 1), (1, 1, 2), (2, 3, 1),
    ]  # fmt: skip


def test_passages_that_fit_nothing_are_all_stray() -> None:
    assert match(session(None, None, None, lines=5)) == []


def test_without_lines_or_passages_there_are_no_readings() -> None:
    assert match(session(lines=3)) == []
    assert match(session(None, lines=0)) == []
    assert probabilities(session(None, lines=1), []) == []


def test_it_is_unsure_which_of_two_equal_lines_is_missing() -> None:
    """Of the lines 1 and 2, which sound alike, only one was read."""
    table = session(0, 1, 3, lines=4)
    table.scores[1, 1][2] = FITS
    readings = match(table)
    assert len(readings) == 3
    first, doubtful, _ = probabilities(table, readings)
    assert (first, doubtful) == pytest.approx((1.0, 0.5), abs=0.05)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    lines, passages = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    score = st.floats(-6, 6)
    scores = {
        (first, count): np.array(draw(st.lists(score, min_size=lines, max_size=lines)))
        for count in (1, 2)
        for first in range(passages - count + 1)
        if draw(st.integers(0, 5))
    }
    stray = np.array(draw(st.lists(st.floats(-4, 0), min_size=passages, max_size=passages)))
    return Table(scores, stray, lines)


Explanation = tuple[tuple[int, int, int], ...]
"""Line, first passage and number of passages of each reading; the other passages are stray."""


def explanations(table: Table) -> Iterator[tuple[Explanation, float]]:
    """Yield every explanation of a session with its score, without dynamic programming."""
    for groups in _groupings(len(table.stray), 0):
        for choice in itertools.product(range(table.lines), repeat=len(groups)):
            if list(choice) == sorted(choice):
                read = tuple((line, *group) for line, group in zip(choice, groups, strict=True))
                yield read, _score(table, read)


def _groupings(passages: int, first: int) -> Iterator[list[tuple[int, int]]]:
    if first >= passages:
        yield []
        return
    yield from _groupings(passages, first + 1)
    for count in range(1, min(2, passages - first) + 1):
        for rest in _groupings(passages, first + count):
            yield [(first, count), *rest]


def _score(table: Table, read: Explanation) -> float:
    used = {place for _, first, count in read for place in range(first, first + count)}
    score = sum(float(one) for place, one in enumerate(table.stray) if place not in used)
    if not read:
        return score + log(0.01)
    lines = [line for line, _, _ in read]
    edges = _at_an_edge(lines[0], table.lines) + _at_an_edge(
        table.lines - 1 - lines[-1], table.lines
    )
    moves = sum(_move(after - before, table.lines) for before, after in itertools.pairwise(lines))
    return (
        score
        + edges
        + moves
        + sum(float(table.read(first, count)[line]) for line, first, count in read)
    )


def _move(distance: int, lines: int) -> float:
    """The score of going on by ``distance`` lines, as the module's docstring describes it."""
    if distance < 2:
        return log((0.06, 0.90)[distance])
    return log(0.04) + log(0.8 * 0.5 ** (distance - 1) + 0.2 / lines)


def _at_an_edge(skipped: int, lines: int) -> float:
    """The score of leaving out the first or the last ``skipped`` lines of the script."""
    return log(0.9) if skipped == 0 else log(0.1) + log(0.8 * 0.5**skipped + 0.2 / lines)


@given(tables())
def test_the_readings_are_those_of_the_best_of_all_explanations(table: Table) -> None:
    """Nearly: the best one is found with the better kind of each skip instead of their sum."""
    every = dict(explanations(table))
    found = tuple((one.line, one.first, one.count) for one in match(table))
    skips = table.lines + 1
    assert every[found] >= max(every.values()) - skips * log(2)


@given(tables())
def test_a_probability_is_the_share_of_the_explanations_with_the_reading(table: Table) -> None:
    every = dict(explanations(table))
    total = sum(exp(score) for score in every.values())
    readings = match(table)
    for one, probability in zip(readings, probabilities(table, readings), strict=True):
        mark = (one.line, one.first, one.count)
        share = sum(exp(score) for read, score in every.items() if mark in read) / total
        assert probability == pytest.approx(share, rel=1e-6)


@given(tables())
def test_readings_are_in_order_and_share_no_passage(table: Table) -> None:
    readings = match(table)
    for earlier, later in itertools.pairwise(readings):
        assert earlier.line <= later.line
        assert earlier.first + earlier.count <= later.first
