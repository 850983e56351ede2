"""Words that begin alike share the path on which they do.

With a path for every word each end of a word began four thousand others, and decoding cost twice as
much.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tools.tiny_vosk.fst import Graph


@dataclass(frozen=True, slots=True)
class Way:
    """One way to say a word."""

    word: int
    phones: list[int]
    inside: list[int]
    """The state in each phone, as :meth:`Graph.chain` gives them."""


def branch(
    graph: Graph,
    source: int,
    ways: Sequence[tuple[float, Way]],
    depth: int = 0,
    paid: float = 0.0,
) -> None:
    """Lead from ``source``, where ``depth`` phones have been said, to each of ``ways`` at its cost.

    The shared part of a path costs what its likeliest word does, of which ``paid`` is behind.
    """
    alike: dict[int, list[tuple[float, Way]]] = defaultdict(list)
    for cost, way in ways:
        alike[way.phones[depth]].append((cost, way))
    for phone, group in alike.items():
        # The last phone of a word is another than the same inside one: all end here, or none.
        if len(group) == 1 or depth + 1 == len(group[0][1].phones):
            for cost, way in group:
                graph.enter(source, phone, way.word, cost - paid, way.inside[depth])
        else:
            least = min(cost for cost, _ in group)
            shared = graph.within(phone)
            graph.enter(source, phone, 0, least - paid, shared)
            branch(graph, shared, group, depth + 1, least)
