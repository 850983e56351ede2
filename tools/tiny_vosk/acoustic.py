"""The acoustic model in Kaldi's files: am/final.mdl in its binary form, and graph/phones.txt.

Phones are numbered from 1: silence, unknown, then each other phone four times, once for each place
in a word (Kaldi's word_boundary.int). The four numbers of a phone share one output of the network.
"""

import math
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STAY = 0.6
"""Probability that a phone lasts one more frame of 30 ms."""
_PRIOR_POWER = 0.7
"""Exponent of the priors (each phone's share of the training frames). As it is below 1, rare phones
are favoured less than Bayes' rule would."""
_MATRIX, _VECTOR = b"<LinearParams> CM2 ", b"<BiasParams> FV \x04"
"""The octets before the weights and before the bias of a layer."""
_SOURCE = re.compile(rb"Offset\([\w.]+, (-?\d+)\)|input|tdnn\d\.relu")
"""The input of a layer at one frame, with the frame's offset; without one it is 0."""
_PLACES = ("begin", "end", "internal", "singleton")
"""Kaldi's names for the place of a phone in a word."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the network: an affine map of several frames of its input."""

    context: tuple[int, ...]
    """Offsets of these frames from the current one, in frames of 10 ms."""
    weights: NDArray[np.float64]
    """Shape (outputs, frames of the context * inputs)."""
    bias: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Acoustic:
    """The whole acoustic model: layers with a ReLU between each two, one output per phone."""

    phones: list[str]
    """Names of the phones: silence, unknown, then all others."""
    layers: list[Layer]
    prior: NDArray[np.float64]
    """Share of the training frames that each phone has; shape (phones,)."""


def phone_table(phones: list[str]) -> list[tuple[str, str, int]]:
    """Return name, place in a word and network output of each numbered phone, in order from 1."""
    table = [(phones[0], "nonword", 0), (phones[1], "singleton", 1)]
    for output, phone in enumerate(phones[2:], 2):
        table += [(f"{phone}_{place[0].upper()}", place, output) for place in _PLACES]
    return table


def write(model: Acoustic, directory: Path) -> None:
    """Write am/final.mdl, graph/phones.txt, graph/phones/word_boundary.int below ``directory``."""
    for folder in ("am", "graph/phones"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    table = phone_table(model.phones)
    (directory / "am/final.mdl").write_bytes(b"\0B" + _transitions(table) + _network(model))
    (directory / "graph/phones.txt").write_text(
        "".join(f"{name} {number}\n" for number, (name, _, _) in enumerate(table, 1)),
        encoding="utf-8",
    )
    (directory / "graph/phones/word_boundary.int").write_text(
        "".join(f"{number} {kind}\n" for number, (_, kind, _) in enumerate(table, 1))
    )


def read_layers(model: bytes) -> list[Layer]:
    """Return the layers in ``model``, the content of am/final.mdl, from the first to the last."""
    contexts = [
        tuple(int(offset or 0) for offset in _SOURCE.findall(line))
        for line in re.findall(rb"\.affine input=(.*)\n", model)
    ]
    found: list[Layer] = []
    at = model.find(_MATRIX)
    while at >= 0:
        at += len(_MATRIX)
        least, extent, rows, columns = struct.unpack_from("<ffii", model, at)
        at += 16
        steps = np.frombuffer(model, "<u2", rows * columns, at).reshape(rows, columns)
        at += steps.nbytes + len(_VECTOR) + 4
        bias = np.frombuffer(model, "<f4", rows, at).astype(np.float64)
        found.append(Layer(contexts[len(found)], steps * (extent / 65535) + least, bias))
        at = model.find(_MATRIX, at)
    return found


def _transitions(table: list[tuple[str, str, int]]) -> bytes:
    """Return Kaldi's transition model: every phone has one state, in which it stays or ends."""
    numbers = range(1, len(table) + 1)
    states = b"".join([
        _int(2),
        _int(0), _int(2), _int(0), _float(STAY), _int(1), _float(1 - STAY),
        _int(-1), _int(0),
    ])  # fmt: skip
    topology = _ints(numbers) + _ints([-1, *[0] * len(table)]) + _int(1) + states
    triples = b"".join(
        _int(number) + _int(0) + _int(output) for number, (_, _, output) in enumerate(table, 1)
    )
    logarithms = [0.0, *[math.log(STAY), math.log(1 - STAY)] * len(table)]
    return b"".join([
        b"<TransitionModel> <Topology> ", topology, b"</Topology> ",
        b"<Triples> ", _int(len(table)), triples, b"</Triples> ",
        b"<LogProbs> ", _vector(np.array(logarithms)), b"</LogProbs> </TransitionModel> ",
    ])  # fmt: skip


def _network(model: Acoustic) -> bytes:
    hidden, outputs = len(model.layers[0].bias), len(model.phones)
    wiring, components = ["input-node name=input dim=40"], []

    def add(name: str, source: str, body: bytes) -> str:
        wiring.append(f"component-node name={name} component={name} input={source}")
        components.append(f"<ComponentName> {name} ".encode() + body)
        return name

    previous = "input"
    for number, layer in enumerate(model.layers[:-1], 1):
        offsets = (f"Offset({previous}, {at})" if at else previous for at in layer.context)
        affine = add(f"tdnn{number}.affine", f"Append({', '.join(offsets)})", _affine(layer))
        previous = add(f"tdnn{number}.relu", affine, _pointwise("RectifiedLinear", hidden))
    affine = add("output.affine", previous, _affine(model.layers[-1]))
    last = add("output.logsoftmax", affine, _pointwise("LogSoftmax", outputs))
    wiring.append(f"output-node name=output input={last} objective=linear")
    lines = "".join(f"{line}\n" for line in wiring)
    left = sum(-layer.context[0] for layer in model.layers)
    right = sum(layer.context[-1] for layer in model.layers)
    return b"".join([
        b"<Nnet3> \n", lines.encode(), b"\n<NumComponents> ", _int(len(components)), *components,
        b"</Nnet3> <LeftContext> ", _int(left), b"<RightContext> ", _int(right),
        b"<Priors> ", _vector(model.prior**_PRIOR_POWER),
    ])  # fmt: skip


def _affine(layer: Layer) -> bytes:
    return b"".join([
        b"<FixedAffineComponent> <LinearParams> ", _matrix(layer.weights),
        b"<BiasParams> ", _vector(layer.bias), b"</FixedAffineComponent> ",
    ])  # fmt: skip


def _pointwise(kind: str, width: int) -> bytes:
    nothing = _vector(np.zeros(0))
    return b"".join([
        f"<{kind}Component> <Dim> ".encode(), _int(width),
        b"<ValueAvg> ", nothing, b"<DerivAvg> ", nothing, b"<Count> ", _float(0.0),
        b"<NumDimsSelfRepaired> ", _float(0.0), b"<NumDimsProcessed> ", _float(0.0),
        f"</{kind}Component> ".encode(),
    ])  # fmt: skip


def _matrix(values: NDArray[np.float64]) -> bytes:
    """Return a matrix with two octets per value, Kaldi's CompressedMatrix of the kind CM2.

    The least value is 0, and the greatest is 65520. Only every sixteenth value between them is
    used, so that the packed file is a fifth smaller. One octet per value (CM3) cost two points of
    the frames that are right, and a third of the telephone numbers.
    """
    least, greatest = float(values.min()), float(values.max())
    step = max(greatest - least, 1e-12) / 4095
    steps = np.rint((values - least) / step).astype("<u2") * np.uint16(16)
    extent = step * 65535 / 16
    return b"CM2 " + struct.pack("<ffii", least, extent, *values.shape) + steps.tobytes()


def _vector(values: NDArray[np.float64]) -> bytes:
    return b"FV " + _int(len(values)) + values.astype("<f4").tobytes()


def _int(value: int) -> bytes:
    return struct.pack("<bi", 4, value)


def _float(value: float) -> bytes:
    return struct.pack("<bf", 4, value)


def _ints(values: Iterable[int]) -> bytes:
    """Return a vector of integers."""
    listed = list(values)
    return struct.pack(f"<bi{len(listed)}i", 4, len(listed), *listed)
