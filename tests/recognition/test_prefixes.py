"""Words that begin alike share states of the graph; the words, phones and cost of paths stay."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tools.tiny_vosk.acoustic import STAY
from tools.tiny_vosk.fst import Graph
from tools.tiny_vosk.prefixes import Way, branch

_LAST = 100
"""Kaldi's phones depend on their position: the last one of a word has this much more."""
_Path = tuple[tuple[int, ...], tuple[int, ...], float]
_WORDS = st.lists(
    st.tuples(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 50)), min_size=1
)


def _built(words: list[tuple[list[int], int]]) -> tuple[Graph, int, int, list[list[int]]]:
    """Return the graph, its start, its end, and the numbered phones of each word."""
    graph = Graph()
    start, end = graph.state(), graph.state()
    spelt = [[*phones[:-1], phones[-1] + _LAST] for phones, _ in words]
    ways = [Way(number, phones, graph.chain(phones, end)) for number, phones in enumerate(spelt, 1)]
    branch(graph, start, [(float(cost), way) for (_, cost), way in zip(words, ways, strict=True)])
    return graph, start, end, spelt


def _paths(graph: Graph, state: int, end: int) -> list[_Path]:
    """Return phones, words and cost of each path to the end that repeats no phone."""
    if state == end:
        return [((), (), 0.0)]
    return [
        (
            ((label // 2,) if label else ()) + phones,
            ((word,) if word else ()) + said,
            cost + rest,
        )
        for label, word, cost, target in graph.arcs[state]
        if target != state
        for phones, said, rest in _paths(graph, target, end)
    ]


@given(_WORDS)
def test_every_word_keeps_its_phones_and_its_cost(words: list[tuple[list[int], int]]) -> None:
    graph, start, end, spelt = _built(words)
    a_phone = -math.log(1 - STAY)
    found = Counter(
        (phones, said, round(cost - a_phone * len(phones), 3))
        for phones, said, cost in _paths(graph, start, end)
    )
    assert found == Counter(
        (tuple(phones), (number,), cost)
        for number, (phones, (_, cost)) in enumerate(zip(spelt, words, strict=True), 1)
    )


@given(_WORDS)
def test_a_common_beginning_is_one_path(words: list[tuple[list[int], int]]) -> None:
    graph, _, _, _ = _built(words)
    for leaving in graph.arcs:
        inside = [label for label, _, _, _ in leaving if 0 < label // 2 < _LAST]
        assert len(inside) == len(set(inside))
