"""Toy models for sherpa-onnx that recognise tones: each character is a tone of its own pitch.

A model of 3 to 70 kB compares the bins of the library's own filter bank: the character whose bin is
loudest is recognised, and nothing if all are quiet. Its inputs, outputs and metadata are those that
the library expects of the family, so the whole path of a real model is taken.
"""

from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.recognition.manifest import Family, ModelManifest
from tests.onnx_files import FLOAT, INT32, INT64, model_file, node, tensor, value

CHARACTERS = "我要投诉你们客服再见"
UNKNOWN_TONE = "？"
"""Character for a tone that the models with an entry ``<unk>`` recognise as such."""
TWIN = "件"
"""A character with the tone of 见, recognised only if a hot word prefers it."""
TONE_SECONDS, GAP_SECONDS = 0.12, 0.06
BEFORE_SECONDS, AFTER_SECONDS = 0.3, 0.5
TAIL_SECONDS = 0.8
"""Sound that the streaming models need: they see 45 frames of 10 ms and move by 32."""
FAMILIES: tuple[Family, ...] = ("transducer", "zipformer2_ctc", "zipformer_ctc", "sense_voice")

_LOWEST, _HIGHEST = 400.0, 3200.0
_FLOOR = -2.0
"""Log energy of a bin below which nothing is recognised. A tone has about 5, silence -16."""
_CHUNK, _SEEN, _STEP = 32, 45, 4
_TOKENS = ["<blk>", "<unk>", *CHARACTERS, TWIN]
_TAGS = ["<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>"]


def tones(
    text: str, *, before: float = BEFORE_SECONDS, after: float = AFTER_SECONDS, rate: int = RATE
) -> Samples:
    """Return `text` as tones with silence around it, `before` and `after` in seconds."""
    time = np.arange(round(TONE_SECONDS * rate)) / rate
    gap = np.zeros(round(GAP_SECONDS * rate))
    parts = [np.zeros(round(before * rate))]
    for character in text:
        parts += [3000 * np.sin(2 * np.pi * _pitch(character) * time), gap]
    parts.append(np.zeros(round(after * rate)))
    return np.concatenate(parts).round().astype(np.int16)


def write_toy_model(
    directory: Path,
    family: Family,
    *,
    rate: int = 16000,
    without: str = "",
    hot_words: str = "",
    **entries: Any,
) -> Path:
    """Write a toy model with its manifest into `directory`, and return it.

    The metadata of the model lacks the entry `without`. `hot_words` is the content of that file.
    `entries` replace those of the manifest. Models of 8 kHz have 40 bins, others 80.
    """
    directory.mkdir(parents=True, exist_ok=True)
    bins = 40 if rate == 8000 else 80
    tokens = ["<unk>", "<never>", *_TOKENS[2:], *_TAGS] if family == "sense_voice" else _TOKENS
    models = {
        "transducer": _transducer,
        "zipformer2_ctc": _streaming_ctc,
        "zipformer_ctc": _offline_ctc,
        "sense_voice": _sense_voice,
    }[family](rate, bins, without)
    files = {"tokens": "tokens.txt"}
    for role, octets in models.items():
        files[role] = f"{role}.onnx"
        (directory / files[role]).write_bytes(octets)
    lines = "".join(f"{token} {number}\n" for number, token in enumerate(tokens))
    (directory / "tokens.txt").write_text(lines, encoding="utf-8")
    if hot_words:
        files["hot_words"] = "hot_words.txt"
        (directory / "hot_words.txt").write_text(hot_words, encoding="utf-8")
    streaming = family in ("transducer", "zipformer2_ctc")
    right = {
        "name": f"toy {family}",
        "family": family,
        "rate": rate,
        "feature_dim": bins,
        "tail_seconds": TAIL_SECONDS if streaming else 0.0,
        "files": files,
        "octets": {name: (directory / name).stat().st_size for name in files.values()},
    }
    ModelManifest(**(right | entries)).write(directory)
    return directory


def _pitch(character: str) -> float:
    """Return the frequency in Hz of a character's tone; all are equally far apart in mel."""
    place = (CHARACTERS + UNKNOWN_TONE).index("见" if character == TWIN else character)
    lowest, highest = _mel(_LOWEST), _mel(_HIGHEST)
    mel = lowest + (highest - lowest) * place / len(CHARACTERS)
    return float(700 * (np.exp(mel / 1127) - 1))


def _mel(frequency: float) -> float:
    return 1127 * log(1 + frequency / 700)


def _bin(character: str, bins: int, highest: float) -> int:
    """Return the bin of the filter bank from 20 Hz to `highest` whose centre is at the tone."""
    low = _mel(20)
    step = (_mel(highest) - low) / (bins + 1)
    return round((_mel(_pitch(character)) - low) / step) - 1


def _head(source: str, bins: int, highest: float, tokens: Sequence[str]) -> tuple[Any, Any]:
    """Return nodes that make `scores` (N, T, V) from the frames `source`, and their constants."""
    weights = np.zeros((bins, len(tokens)))
    bias = np.full(len(tokens), -99.0)
    bias[0] = _FLOOR
    for number, token in enumerate(tokens):
        character = UNKNOWN_TONE if token == "<unk>" and number > 0 else token
        if character in CHARACTERS + UNKNOWN_TONE + TWIN:
            weights[_bin(character, bins, highest), number] = 1.0
            bias[number] = -1.0 if character == TWIN else 0.0
    nodes = [
        node("MatMul", [source, "weights"], "products"),
        node("Add", ["products", "bias"], "scores"),
    ]
    constants = [
        tensor("weights", FLOAT, weights.ravel().tolist(), weights.shape),
        tensor("bias", FLOAT, bias.tolist()),
    ]
    return nodes, constants


def _slice(source: str, output: str, end: int, axis: int, step: int) -> tuple[Any, Any]:
    names = [f"{output} {part}" for part in ("start", "end", "axis", "step")]
    constants = [
        tensor(name, INT64, [each]) for name, each in zip(names, (0, end, axis, step), strict=True)
    ]
    return node("Slice", [source, *names], output), constants


def _offline_ctc(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    cut, cut_constants = _slice("x", "frames", 1 << 40, 1, _STEP)
    nodes, constants = _head("frames", bins, rate / 2 - 400, _TOKENS)
    nodes = [
        cut,
        *nodes,
        node("LogSoftmax", ["scores"], "log_probs", axis=-1),
        node("Add", ["x_lens", "three"], "more"),
        node("Div", ["more", "four"], "log_probs_len"),
    ]
    constants += [*cut_constants, tensor("three", INT64, [3]), tensor("four", INT64, [4])]
    model = model_file(
        nodes,
        constants,
        [value("x", FLOAT, ["N", "T", bins]), value("x_lens", INT64, ["N"])],
        [
            value("log_probs", FLOAT, ["N", "S", len(_TOKENS)]),
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


def _streaming_ctc(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    cut, cut_constants = _slice("x", "frames", _CHUNK, 1, _STEP)
    nodes, constants = _head("frames", bins, rate / 2 - 400, _TOKENS)
    nodes = [cut, *nodes, node("LogSoftmax", ["scores"], "log_probs", axis=-1)]
    states = [(name, FLOAT, shape) for name, shape in _ZIPFORMER2_STATES.items()]
    states.append(("processed", INT64, ["N"]))
    nodes += [node("Identity", [name], f"new {name}") for name, _, _ in states]
    model = model_file(
        nodes,
        [*constants, *cut_constants],
        [value("x", FLOAT, ["N", _SEEN, bins]), *(value(*state) for state in states)],
        [
            value("log_probs", FLOAT, ["N", _CHUNK // _STEP, len(_TOKENS)]),
            *(value(f"new {name}", kind, shape) for name, kind, shape in states),
        ],
        _lacking(_ZIPFORMER2, without),
    )
    return {"model": model}


def _transducer(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    """Return a transducer whose decoder forbids the character that it has just given.

    Its encoder has no memory, and a tone lasts several frames. Nothing is recognised unless a
    character is at least 3 above the others.
    """
    size = len(_TOKENS)
    cut, cut_constants = _slice("x", "frames", _CHUNK, 1, _STEP)
    nodes, constants = _head("frames", bins, rate / 2 - 400, _TOKENS)
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
    twin, ordinary = _TOKENS.index(TWIN), _TOKENS.index("见")
    forbidden[twin, ordinary] = forbidden[ordinary, twin] = -50.0
    return model_file(
        [
            node("Gather", ["y", "last"], "newest", axis=1),
            node("Gather", ["forbidden", "newest"], "decoder_out", axis=0),
        ],
        [
            tensor("last", INT64, [1], ()),
            tensor("forbidden", FLOAT, forbidden.ravel().tolist(), (size, size)),
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


def _sense_voice(rate: int, bins: int, without: str) -> Mapping[str, bytes]:
    """Return a model that gives four tags first, as SenseVoice does, and then the characters.

    A frame of its input is seven frames of the filter bank; only the first is used.
    """
    tokens = ["<unk>", "<never>", *_TOKENS[2:], *_TAGS]
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
        tensor("zero", FLOAT, [0.0], ()),
        tensor("tags", FLOAT, tags.ravel().tolist(), tags.shape),
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
