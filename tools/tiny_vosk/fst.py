"""Decoding graphs, written in OpenFst's binary format without OpenFst."""

import math
import struct
from dataclasses import dataclass, field
from pathlib import Path

from tools.tiny_vosk.acoustic import STAY

_MAGIC, _VERSION, _EXPANDED_MUTABLE = 2125659606, 2, 0x3
_STAY_COST, _LEAVE_COST = -math.log(STAY), -math.log(1 - STAY)
"""Costs of staying in a phone for one more frame, and of leaving it: negative logarithms of their
probabilities."""


@dataclass(slots=True)
class Graph:
    """A weighted finite-state transducer: from transitions of phones (input) to words (output)."""

    arcs: list[list[tuple[int, int, float, int]]] = field(default_factory=list)
    """Arcs that leave each state: (input label, output label, cost, next state)."""
    final: dict[int, float] = field(default_factory=dict)
    """States in which a sentence may end, and the cost of ending there."""

    def state(self) -> int:
        """Add a state and return its number."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def step(self, source: int, cost: float, target: int) -> None:
        """Add an arc from ``source`` to ``target`` that consumes no frame and puts out no word."""
        self.arcs[source].append((0, 0, cost, target))

    def chain(self, phones: list[int], target: int) -> list[int]:
        """Add a path through ``phones`` to the state ``target``; return the state of each phone.

        No arc leads to the first of these states yet: :meth:`enter` adds one.
        """
        inside = [self.within(phone) for phone in phones]
        for before, phone, state in zip(inside, phones[1:], inside[1:], strict=False):
            self.enter(before, phone, 0, 0.0, state)
        self.step(inside[-1], 0.0, target)
        return inside

    def within(self, phone: int) -> int:
        """Add a state with a loop in which ``phone`` lasts, and return the number of the state."""
        state = self.state()
        self.arcs[state].append((2 * phone - 1, 0, _STAY_COST, state))
        return state

    def enter(self, source: int, phone: int, word: int, cost: float, inside: int) -> None:
        """Add an arc from ``source`` to a state :meth:`within` ``phone``, which puts out ``word``.

        Kaldi numbers the transitions of phone p: 2p-1 to stay in it, 2p to leave it. The arc has
        the label for leaving; the loop on the state that it reaches has the label for staying.
        """
        self.arcs[source].append((2 * phone, word, cost + _LEAVE_COST, inside))

    def write(self, path: Path, start: int) -> None:
        """Write the graph as OpenFst's ``vector`` of ``standard`` arcs, little-endian.

        ``start`` is the number of the state in which a sentence begins.
        """
        arcs = sum(map(len, self.arcs))
        octets = bytearray(struct.pack("<i", _MAGIC))
        for name in (b"vector", b"standard"):
            octets += struct.pack("<i", len(name)) + name
        octets += struct.pack(
            "<iiQqqq", _VERSION, 0, _EXPANDED_MUTABLE, start, len(self.arcs), arcs
        )
        for state, leaving in enumerate(self.arcs):
            octets += struct.pack("<fq", self.final.get(state, math.inf), len(leaving))
            for arc in leaving:
                octets += struct.pack("<iifi", *arc)
        path.write_bytes(octets)
