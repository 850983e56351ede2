"""``python -m tools.tiny_vosk.ctc_model OUT``: the tiny model for sherpa-onnx, into directory OUT.

It is an offline model of the family zipformer_ctc, for 8 kHz. Its network is that of
ivr/recognition/tiny-cn.zip but for the last layer, in whose place a head gives syllables. The head,
and a map from the library's filter bank to the network's cepstra, are in tiny-ctc.npz, which
``ctc`` writes. A syllable is one character, so words come out as homophones; a rare one is <unk>.
The tests decode with the model; people are better served by a fetched one.
"""

import argparse
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.recognition.embedded import PACKED
from ivr.recognition.manifest import ModelManifest
from tools.onnx_files import FLOAT, INT64, model_file, node, tensor, value
from tools.tiny_vosk.acoustic import Layer, read_layers
from tools.tiny_vosk.configuration import BANDS, SUBSAMPLED_AT, SUBSAMPLING, WEIGHTS_LICENCE
from tools.tiny_vosk.sounds import SIGNS, SYLLABLE_NAMES

HEAD = Path(__file__).parent / "tiny-ctc.npz"
"""The trained values that tiny-cn.zip does not have."""
STRIDE_FRAMES = 4
"""Frames of 10 ms from one output to the next, as sherpa-onnx assumes of this family."""
_BLANK, _UNKNOWN = "<blk>", "<unk>"
Head = Mapping[str, NDArray[np.float32]]
"""The arrays of :data:`HEAD` by name.

``to_cepstra`` (bands, cepstra) and ``to_cepstra_bias`` make cepstra of the filter bank. The first
layer of the head is ``context`` (units, outputs of the network, frames of 40 ms) and
``context_bias``. Its second layer is ``output`` (units, blank and syllables) and ``output_bias``.
"""


def main() -> None:
    """Write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    write_ctc_model(parser.parse_args().out)


def packed_layers() -> tuple[list[Layer], str]:
    """Return the layers of the network in tiny-cn.zip, and the SHA-256 of their file."""
    with zipfile.ZipFile(PACKED) as packed:
        weights = packed.read("am/final.mdl")
    return read_layers(weights), hashlib.sha256(weights).hexdigest()


def kernel(layer: Layer, step: int) -> tuple[NDArray[np.float32], int, int]:
    """Return a layer as a convolution.

    The result is its kernel, shape (outputs, inputs, places), and how many places are before and
    after the current one. ``step`` is the distance between two places in frames of 10 ms. A place
    that is not in the context of the layer has the weight 0.
    """
    offsets = [offset // step for offset in layer.context]
    first, last = offsets[0], offsets[-1]
    outputs = len(layer.bias)
    weights = layer.weights.reshape(outputs, len(offsets), -1)
    filled = np.zeros((outputs, weights.shape[2], last - first + 1), np.float32)
    for place, offset in enumerate(offsets):
        filled[:, :, offset - first] = weights[:, place]
    return filled, -first, last


def write_ctc_model(directory: Path, head_file: Path = HEAD) -> Path:
    """Write the model with its manifest into ``directory``, and return it.

    Raise ValueError if ``head_file`` was trained on another network than the packed one.
    """
    layers, sha256 = packed_layers()
    with np.load(head_file) as file:
        if str(file["network_sha256"]) != sha256:
            raise ValueError(
                f"{head_file.name} was trained on another network: run tools.tiny_vosk.ctc"
            )
        head = {name: file[name].astype(np.float32) for name in file.files if name[-6:] != "sha256"}
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "model.onnx").write_bytes(_network(layers[:-1], head))
    tokens = [_BLANK, *(SIGNS.get(name, _UNKNOWN) for name in SYLLABLE_NAMES)]
    (directory / "tokens.txt").write_text(
        "".join(f"{token} {number}\n" for number, token in enumerate(tokens)), encoding="utf-8"
    )
    ModelManifest(
        HEAD.stem,
        "zipformer_ctc",
        rate=8000,
        feature_dim=BANDS,
        files={"model": "model.onnx", "tokens": "tokens.txt"},
        licence=WEIGHTS_LICENCE,
    ).write(directory)
    return directory


def _network(layers: list[Layer], head: Head) -> bytes:
    """Return the ONNX file: filter bank in, logarithms of the probabilities of syllables out."""
    nodes = [
        node("MatMul", ["x", "to_cepstra"], "mapped"),
        node("Add", ["mapped", "to_cepstra_bias"], "cepstra"),
        node("Transpose", ["cepstra"], "frames", perm=[0, 2, 1]),
    ]
    constants = [tensor(name, FLOAT, array) for name, array in head.items()]
    source, step = "frames", 1
    for number, layer in enumerate(layers):
        stride = SUBSAMPLING if number == SUBSAMPLED_AT else 1
        weights, before, after = kernel(layer, step)
        constants += [
            tensor(f"weights {number}", FLOAT, weights),
            tensor(f"bias {number}", FLOAT, layer.bias),
            tensor(f"around {number}", INT64, [0, 0, before, 0, 0, after]),
        ]
        nodes += [
            node("Pad", [source, f"around {number}"], f"padded {number}", mode="edge"),
            node(
                "Conv",
                [f"padded {number}", f"weights {number}", f"bias {number}"],
                f"sums {number}",
                strides=[stride],
            ),
            node("Relu", [f"sums {number}"], f"layer {number}"),
        ]
        source, step = f"layer {number}", step * stride
    frames = head["context"].shape[2] // 2
    constants += [
        tensor("zero", INT64, 0),
        tensor("one", INT64, 1),
        tensor("subsampling", INT64, SUBSAMPLING),
        tensor("stride", INT64, STRIDE_FRAMES),
        tensor("stride less one", INT64, STRIDE_FRAMES - 1),
        tensor("around heard", INT64, [0, 0, frames, 0, 0, frames]),
    ]
    return model_file(
        [*nodes, *_head(source)],
        constants,
        [value("x", FLOAT, ["N", "T", BANDS]), value("x_lens", INT64, ["N"])],
        [
            value("log_probs", FLOAT, ["N", "S", len(SYLLABLE_NAMES) + 1]),
            value("log_probs_len", INT64, ["N"]),
        ],
        {},
    )


def _head(source: str) -> list[bytes]:
    """Return the nodes from ``source``, the last layer of the network, to the outputs.

    The network has an output for every third frame; of these, the one at or before every fourth
    frame is taken.
    """
    return [
        node("Shape", ["x"], "shape"),
        node("Gather", ["shape", "one"], "count", axis=0),
        node("Add", ["count", "stride less one"], "rounded"),
        node("Div", ["rounded", "stride"], "outputs"),
        node("Range", ["zero", "outputs", "one"], "numbers"),
        node("Mul", ["numbers", "stride"], "starts"),
        node("Div", ["starts", "subsampling"], "chosen"),
        node("Gather", [source, "chosen"], "heard", axis=2),
        node("Pad", ["heard", "around heard"], "padded", mode="edge"),
        node("Conv", ["padded", "context", "context_bias"], "sums"),
        node("Relu", ["sums"], "units"),
        node("Transpose", ["units"], "turned", perm=[0, 2, 1]),
        node("MatMul", ["turned", "output"], "products"),
        node("Add", ["products", "output_bias"], "scores"),
        node("LogSoftmax", ["scores"], "log_probs", axis=-1),
        node("Add", ["x_lens", "stride less one"], "more"),
        node("Div", ["more", "stride"], "log_probs_len"),
    ]


if __name__ == "__main__":
    main()
