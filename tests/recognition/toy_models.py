"""The ONNX files of the toy models, one function for each family of sherpa-onnx.

Their inputs, outputs and metadata are those that the library expects of the family. The character
whose bin of the filter bank is loudest is recognised, and nothing if all bins are quiet.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.recognition.toy_tones import CHARACTERS, TWIN, UNKNOWN_TONE, bin_of
from tools.onnx_files import FLOAT, INT32, INT64, model_file, node, tensor, value

MOST_FRAMES = 8000
"""Frames of 10 ms beyond which the toy zipformer_ctc fails, as a real model may: 80 s."""
CTC_TOKENS = ["<blk>", "<unk>", *CHARACTERS, TWIN]
_TAGS = ["<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>"]
SENSE_VOICE_TOKENS = ["<unk>", "<never>", *CHARACTERS, TWIN, *_TAGS]

_FLOOR = -2.0
"""Log energy of a bin below which nothing is recognised. A tone has about 5, silence -16."""
_CHUNK, _SEEN, _STEP = 32, 45, 4


def _head(source: str, bins: int, highest: float, tokens: Sequence[str]) -> tuple[Any, Any]:
    """Return nodes that make `scores` (N, T, V) from the frames `source`, and their constants."""
    weights = np.zeros((bins, len(tokens)))
    bias = np.full(len(tokens), -99.0)
    bias[0] = _FLOOR
    for number, token in enumerate(tokens):
        character = UNKNOWN_TONE if token == "<unk>" and number > 0 else token
        if character in CHARACTERS + UNKNOWN_TONE + TWIN:
            weights[bin_of(character, bins, highest), number] = 1.0
            bias[number] = -1.0 if character == TWIN else 0.0
    nodes = [
        node("MatMul", [source, "weights"], "products"),
        node("Add", ["products", "bias"], "scores"),
    ]
    constants = [
        tensor("weights", FLOAT, weights),
        tensor("bias", FLOAT, bias),
    ]
    return nodes, constants


def _slice(source: str, output: str, end: int, axis: int, step: int) -> tuple[Any, Any]:
    names = [f"{output} {part}" for part in ("start", "end", "axis", "step")]
    constants = [
        tensor(name, INT64, [each]) for name, each in zip(names, (0, end, axis, step), strict=True)
    ]
    return node("Slice", [source, *names], output), constants


def offline_ctc(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    cut, cut_constants = _slice("x", "frames", 1 << 40, 1, _STEP)
    nodes, constants = _head("frames", bins, rate / 2 - 400, CTC_TOKENS)
    nodes = [
        cut,
        *nodes,
        node("LogSoftmax", ["scores"], "log_probs", axis=-1),
        node("Gather", ["threes", "x_lens"], "three", axis=0),
        node("Add", ["x_lens", "three"], "more"),
        node("Div", ["more", "four"], "log_probs_len"),
    ]
    threes = tensor("threes", INT64, [3] * MOST_FRAMES)
    constants += [*cut_constants, threes, tensor("four", INT64, [4])]
    model = model_file(
        nodes,
        constants,
        [value("x", FLOAT, ["N", "T", bins]), value("x_lens", INT64, ["N"])],
        [
            value("log_probs", FLOAT, ["N", "S", len(CTC_TOKENS)]),
            value("log_probs_len", INT64, ["N"]),
        ],
        {},
    )
    return {"model": model}


_ZIPFORMER2 = {
    "encoder_dims": "4",
    "query_head_dims": "2",
    "value_head_dims": "2",
    "num_heads": "1",
    "num_encoder_layers": "1",
    "cnn_module_kernels": "3",
    "left_context_len": "4",
    "T": str(_SEEN),
    "decode_chunk_len": str(_CHUNK),
}
_ZIPFORMER2_STATES: Mapping[str, Sequence[int | str]] = {
    "key": [4, "N", 2],
    "attention": [1, "N", 4, 3],
    "value1": [4, "N", 2],
    "value2": [4, "N", 2],
    "convolution1": ["N", 4, 1],
    "convolution2": ["N", 4, 1],
    "embedding": ["N", 128, 3, 19],
}


def streaming_ctc(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    cut, cut_constants = _slice("x", "frames", _CHUNK, 1, _STEP)
    nodes, constants = _head("frames", bins, rate / 2 - 400, CTC_TOKENS)
    nodes = [cut, *nodes, node("LogSoftmax", ["scores"], "log_probs", axis=-1)]
    states = [(name, FLOAT, shape) for name, shape in _ZIPFORMER2_STATES.items()]
    states.append(("processed", INT64, ["N"]))
    nodes += [node("Identity", [name], f"new {name}") for name, _, _ in states]
    model = model_file(
        nodes,
        [*constants, *cut_constants],
        [value("x", FLOAT, ["N", _SEEN, bins]), *(value(*state) for state in states)],
        [
            value("log_probs", FLOAT, ["N", _CHUNK // _STEP, len(CTC_TOKENS)]),
            *(value(f"new {name}", kind, shape) for name, kind, shape in states),
        ],
        _lacking(_ZIPFORMER2, without),
    )
    return {"model": model}


def transducer(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    """Return a transducer whose decoder forbids the character that it has just given.

    Its encoder has no memory, and a tone lasts several frames. Nothing is recognised unless a
    character is at least 3 above the others.
    """
    size = len(CTC_TOKENS)
    cut, cut_constants = _slice("x", "frames", _CHUNK, 1, _STEP)
    nodes, constants = _head("frames", bins, rate / 2 - 400, CTC_TOKENS)
    blank = [1.0] + [0.0] * (size - 1)
    nodes = [
        cut,
        *nodes,
        node("ReduceMax", ["scores"], "loudest", axes=[-1], keepdims=1),
        node("Sub", ["loudest", "three"], "least"),
        node("Mul", ["least", "blank"], "least blank"),
        node("Add", ["least blank", "others"], "masked"),
        node("Max", ["scores", "masked"], "encoder_out"),
        node("Identity", ["h"], "new h"),
        node("Identity", ["c"], "new c"),
    ]
    constants += [
        *cut_constants,
        tensor("three", FLOAT, [3.0]),
        tensor("blank", FLOAT, blank),
        tensor("others", FLOAT, [0.0] + [-999.0] * (size - 1)),
    ]
    states = [value("h", FLOAT, [1, "N", 4]), value("c", FLOAT, [1, "N", 4])]
    encoder = model_file(
        nodes,
        constants,
        [value("x", FLOAT, ["N", _SEEN, bins]), *states],
        [
            value("encoder_out", FLOAT, ["N", _CHUNK // _STEP, size]),
            value("new h", FLOAT, [1, "N", 4]),
            value("new c", FLOAT, [1, "N", 4]),
        ],
        _lacking(
            {
                "model_type": "lstm",
                "num_encoder_layers": "1",
                "T": str(_SEEN),
                "decode_chunk_len": str(_CHUNK),
                "rnn_hidden_size": "4",
                "d_model": "4",
            },
            without,
        ),
    )
    return {"encoder": encoder, "decoder": _decoder(size), "joiner": _joiner(size)}


def _decoder(size: int) -> bytes:
    forbidden = -50.0 * np.eye(size)
    forbidden[0, 0] = 0.0
    twin, ordinary = CTC_TOKENS.index(TWIN), CTC_TOKENS.index("见")
    forbidden[twin, ordinary] = forbidden[ordinary, twin] = -50.0
    return model_file(
        [
            node("Gather", ["y", "last"], "newest", axis=1),
            node("Gather", ["forbidden", "newest"], "decoder_out", axis=0),
        ],
        [
            tensor("last", INT64, 1),
            tensor("forbidden", FLOAT, forbidden),
        ],
        [value("y", INT64, ["N", 2])],
        [value("decoder_out", FLOAT, ["N", size])],
        {"vocab_size": str(size), "context_size": "2"},
    )


def _joiner(size: int) -> bytes:
    sides = [value(name, FLOAT, ["N", size]) for name in ("encoder_out", "decoder_out")]
    return model_file(
        [node("Add", ["encoder_out", "decoder_out"], "logit")],
        [],
        sides,
        [value("logit", FLOAT, ["N", size])],
        {"joiner_dim": str(size)},
    )


def sense_voice(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    """Return a model that gives four tags first, as SenseVoice does, and then the characters.

    A frame of its input is seven frames of the filter bank; only the first is used.
    """
    tokens = SENSE_VOICE_TOKENS
    cut, cut_constants = _slice("x", "frames", bins, 2, 1)
    nodes, constants = _head("frames", bins, rate / 2, tokens)
    first, first_constants = _slice("scores", "first", 1, 1, 1)
    tags = np.zeros((1, len(_TAGS), len(tokens)))
    for number, tag in enumerate(_TAGS):
        tags[0, number, tokens.index(tag)] = 99.0
    nodes = [
        cut,
        *nodes,
        first,
        node("Mul", ["first", "zero"], "nothing"),
        node("Add", ["nothing", "tags"], "tagged"),
        node("Concat", ["tagged", "scores"], "logits", axis=1),
    ]
    constants += [
        *cut_constants,
        *first_constants,
        tensor("zero", FLOAT, 0.0),
        tensor("tags", FLOAT, tags),
    ]
    metadata = {
        "comment": "toy",
        "vocab_size": str(len(tokens)),
        "blank_id": "0",
        "lfr_window_size": "7",
        "lfr_window_shift": "6",
        "normalize_samples": "1",
        "with_itn": "14",
        "without_itn": "15",
        **{
            f"lang_{name}": str(n) for n, name in enumerate(("auto", "zh", "en", "yue", "ja", "ko"))
        },
        "neg_mean": ",".join(["0"] * 7 * bins),
        "inv_stddev": ",".join(["1"] * 7 * bins),
    }
    model = model_file(
        nodes,
        constants,
        [
            value("x", FLOAT, ["N", "T", 7 * bins]),
            *(value(name, INT32, ["N"]) for name in ("x_length", "language", "text_norm")),
        ],
        [value("logits", FLOAT, ["N", "S", len(tokens)])],
        _lacking(metadata, without),
    )
    return {"model": model}


def _lacking(metadata: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: content for key, content in metadata.items() if key != name}
