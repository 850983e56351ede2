"""Paths through the graph for words that begin with the same phones, which share these phones.

With a separate path for each word, four thousand arcs left the end of each word, and decoding cost
twice as much.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tools.tiny_vosk.fst import Graph


@dataclass(frozen=True, slots=True)
class Way:
    """One pronunciation of a word."""

    word: int
    """Number of the word in words.txt of the model."""
    phones: list[int]
    inside: list[int]
    """State of each phone, as :meth:`Graph.chain` returns them."""


def branch(
    graph: Graph,
    source: int,
    ways: Sequence[tuple[float, Way]],
    depth: int = 0,
    paid: float = 0.0,
) -> None:
    """Add arcs from the state ``source`` to each of ``ways`` (pronunciations), each with its cost.

    ``source`` is the state after the first ``depth`` phones, which all ``ways`` share. The shared
    part of a path has the cost of its cheapest word; ``paid`` is the share of that cost which the
    arcs before ``source`` have already.
    """
    alike: dict[int, list[tuple[float, Way]]] = defaultdict(list)
    for cost, way in ways:
        alike[way.phones[depth]].append((cost, way))
    for phone, group in alike.items():
        # The last phone of a word has another number than the same phone inside a word, so either
        # all words of a group end here or none does.
        if len(group) == 1 or depth + 1 == len(group[0][1].phones):
            for cost, way in group:
                graph.enter(source, phone, way.word, cost - paid, way.inside[depth])
        else:
            least = min(cost for cost, _ in group)
            shared = graph.within(phone)
            graph.enter(source, phone, 0, least - paid, shared)
            branch(graph, shared, group, depth + 1, least)
