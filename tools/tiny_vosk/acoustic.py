"""The acoustic model in Kaldi's files: am/final.mdl as text, and graph/phones.txt.

Phones are numbered from 1: silence, unknown, then each other phone four times, once for each place
in a word (Kaldi's word_boundary.int). The four numbers of a phone share one output of the network.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STAY = 0.6
"""Probability that a phone lasts one more frame of 30 ms."""
_PRIOR_POWER = 0.7
"""Exponent of the priors (each phone's share of the training frames). As it is below 1, rare phones
are favoured less than Bayes' rule would."""
_STEPS = 20
"""Quantisation steps in one standard deviation of a layer's weights.

The rounding error is then 37 dB below the weights.
"""
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
    (directory / "am/final.mdl").write_text(_transitions(table) + _network(model))
    (directory / "graph/phones.txt").write_text(
        "".join(f"{name} {number}\n" for number, (name, _, _) in enumerate(table, 1)),
        encoding="utf-8",
    )
    (directory / "graph/phones/word_boundary.int").write_text(
        "".join(f"{number} {kind}\n" for number, (_, kind, _) in enumerate(table, 1))
    )


def _transitions(table: list[tuple[str, str, int]]) -> str:
    numbers = range(1, len(table) + 1)
    once = f"{math.log(STAY):.6g} {math.log(1 - STAY):.6g}"
    triples = "\n".join(f"{number} 0 {table[number - 1][2]}" for number in numbers)
    return (
        "<TransitionModel>\n<Topology>\n<TopologyEntry>\n"
        f"<ForPhones>\n{' '.join(map(str, numbers))}\n</ForPhones>\n"
        f"<State> 0 <PdfClass> 0 <Transition> 0 {STAY} <Transition> 1 {1 - STAY} </State>\n"
        "<State> 1 </State>\n</TopologyEntry>\n</Topology>\n"
        f"<Triples> {len(table)}\n{triples}\n</Triples>\n"
        f"<LogProbs>\n [ 0 {' '.join(once for _ in numbers)} ]\n</LogProbs>\n</TransitionModel>\n"
    )


def _network(model: Acoustic) -> str:
    hidden, outputs = len(model.layers[0].bias), len(model.phones)
    wiring, components = ["input-node name=input dim=40"], []

    def add(name: str, source: str, body: str) -> str:
        wiring.append(f"component-node name={name} component={name} input={source}")
        components.append(f"<ComponentName> {name} {body}")
        return name

    previous = "input"
    layers = _in_steps(model.layers)
    for number, layer in enumerate(layers[:-1], 1):
        offsets = (f"Offset({previous}, {at})" if at else previous for at in layer.context)
        affine = add(f"tdnn{number}.affine", f"Append({', '.join(offsets)})", _affine(layer))
        previous = add(f"tdnn{number}.relu", affine, _pointwise("RectifiedLinear", hidden))
    affine = add("output.affine", previous, _affine(layers[-1]))
    last = add("output.logsoftmax", affine, _pointwise("LogSoftmax", outputs))
    wiring.append(f"output-node name=output input={last} objective=linear")
    lines = "\n".join(wiring)
    left = sum(-layer.context[0] for layer in model.layers)
    right = sum(layer.context[-1] for layer in model.layers)
    return (
        f"<Nnet3> \n{lines}\n\n<NumComponents> {len(components)} \n" + "\n".join(components) + "\n"
        f"</Nnet3> <LeftContext> {left} <RightContext> {right} "
        f"<Priors> {_vector(model.prior**_PRIOR_POWER)}"
    )


def _in_steps(layers: list[Layer]) -> list[Layer]:
    """Return layers that compute the same with integer weights; in the zip they take half the size.

    The first layer keeps its weights, because its inputs differ much in size, and so does the last.
    A ReLU lets a positive factor pass, so each layer is divided by its step size, and the weights
    of the next layer are multiplied by it.
    """
    first, *inner, last = layers
    stepped, size = [first], 1.0
    for layer in inner:
        weights = layer.weights * size
        size = float(weights.std()) / _STEPS
        stepped.append(Layer(layer.context, np.rint(weights / size), layer.bias / size))
    return [*stepped, Layer(last.context, last.weights * size, last.bias)]


def _affine(layer: Layer) -> str:
    rows = "\n".join("  " + " ".join(f"{value:.3g}" for value in row) for row in layer.weights)
    return (
        f"<FixedAffineComponent> <LinearParams> [\n{rows} ]\n"
        f"<BiasParams> {_vector(layer.bias)}</FixedAffineComponent>"
    )


def _pointwise(kind: str, width: int) -> str:
    return (
        f"<{kind}Component> <Dim> {width} <ValueAvg>  [ ]\n<DerivAvg>  [ ]\n"
        f"<Count> 0 <NumDimsSelfRepaired> 0 <NumDimsProcessed> 0 </{kind}Component>"
    )


def _vector(values: NDArray[np.float64]) -> str:
    return f" [ {' '.join(f'{value:.5g}' for value in values)} ]\n"
