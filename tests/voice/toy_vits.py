"""Toy voices for sherpa-onnx: models of 2 kB that hum, with their lexicon and `voice.json`.

A model takes the inputs that the library gives to every model of its kind. Each token lasts 0.1 s.
The pitch depends on the tokens and on the speaker. Noise is added as much as the library asks for.
"""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from tools.onnx_files import FLOAT, INT64, model_file, node, tensor, value

Kind = Literal["vits", "melo", "kokoro"]
"""The kinds differ in the inputs of the model, and in how the library reads words. Models of
MeloTTS are of the family VITS, but each of their sounds has a tone."""

RATE = 8000
TOKEN_SECONDS = 0.1
SPEAKERS = 3
LEXICON = {
    "您": "n i",
    "好": "h a",
    "请": "q i",
    "稍": "s a",
    "等": "d e",
    "扣": "k o",
    "恩": "e n",
    "静": "= =",
    "短": "' '",
}
"""Two tokens for each character. 静 is silent, 短 takes no time."""
LETTERS = {"q": "k o", "hello": "h o"}
"""Entries for a voice that reads Latin letters."""
_QUIET, _BRIEF = {"_", "=", "，", "。", ",", ".", " "}, {"'"}
_TOKENS = ("_", "=", "'", *"nihaqsdeko")
_MARKS: Mapping[Kind, tuple[str, ...]] = {
    "vits": ("，", "。"),
    "melo": ("，", "。"),
    "kokoro": (",", ".", " "),
}
_METADATA = {
    "model_type": "toy",
    "comment": "toy",
    "language": "Chinese",
    "sample_rate": str(RATE),
    "n_speakers": str(SPEAKERS),
    "add_blank": "0",
    "punctuation": "， 。",
}
_STYLES, _STYLE_SIZE = 60, 4
_EXTRA: Mapping[Kind, Mapping[str, str]] = {
    "vits": {},
    "melo": {"comment": "melo", "version": "2", "jieba": "1", "language": "Chinese + English"},
    "kokoro": {"version": "2", "has_espeak": "1", "style_dim": f"{_STYLES},1,{_STYLE_SIZE}"},
}


def write_toy_voice(
    directory: Path,
    kind: Kind = "vits",
    *,
    without: str = "",
    peak: float = 0.5,
    lexicon: Mapping[str, str] = LEXICON,
    **entries: object,
) -> Path:
    """Write a voice into `directory` and return it.

    The metadata of the model lacks the entry `without`. `peak` is that of its samples; full scale
    is 1. `entries` replace those of `voice.json`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tokens = _TOKENS + _MARKS[kind]
    metadata = _METADATA | dict(_EXTRA[kind])
    metadata.pop(without, None)
    (directory / "model.onnx").write_bytes(_model(kind, tokens, peak, metadata))
    _write_lines(directory / "tokens.txt", (f"{each} {id}" for id, each in enumerate(tokens)))
    tones = " 0 0" if kind == "melo" else ""
    _write_lines(directory / "lexicon.txt", (f"{word} {lexicon[word]}{tones}" for word in lexicon))
    files = {"model": "model.onnx", "lexicon": "lexicon.txt", "tokens": "tokens.txt"}
    if kind == "kokoro":
        styles = [
            float(speaker) for speaker in range(SPEAKERS) for _ in range(_STYLES * _STYLE_SIZE)
        ]
        (directory / "voices.bin").write_bytes(struct.pack(f"<{len(styles)}f", *styles))
        files["voices"] = "voices.bin"
    description = {
        "name": "toy",
        "engine": "sherpa",
        "family": "kokoro" if kind == "kokoro" else "vits",
        "files": files,
        "licence": "MIT",
        "commercial": True,
        "sha256": "0123456789abcdef" * 4,
    }
    (directory / "voice.json").write_text(json.dumps(description | entries), encoding="utf-8")
    return directory


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _model(kind: Kind, tokens: Sequence[str], peak: float, metadata: Mapping[str, str]) -> bytes:
    """Return the ONNX file of a model that makes samples y (1, 1, N) from the tokens x (1, T)."""
    seconds = [0.0 if token in _BRIEF else TOKEN_SECONDS for token in tokens]
    loudness = [0.0 if token in _QUIET else peak for token in tokens]
    constants = [
        tensor("seconds", FLOAT, seconds),
        tensor("loudness", FLOAT, loudness),
        tensor("rate", FLOAT, [float(RATE)]),
        tensor("radians", FLOAT, [6.2832 * 200 / RATE]),
        tensor("tenth", FLOAT, [0.1]),
        tensor("zero", FLOAT, 0.0),
        tensor("one", FLOAT, 1.0),
        tensor("first", INT64, [0]),
        tensor("shape", INT64, [1, 1, -1]),
    ]
    inputs, nodes = _inputs(kind)
    nodes += [
        node("Gather", ["seconds", "x"], "lasts"),
        node("ReduceSum", ["lasts"], "sum", keepdims=0),
        node("Mul", ["sum", "length_scale"], "scaled"),
        node("Mul", ["scaled", "rate"], "wanted"),
        node("Round", ["wanted"], "count"),
        node("Squeeze", ["count", "first"], "limit"),
        node("Range", ["zero", "limit", "one"], "time"),
        node("Cast", ["x"], "numbers", to=FLOAT),
        node("ReduceMean", ["numbers"], "mean", keepdims=0),
        node("Add", ["mean", "speaker"], "higher"),
        node("Mul", ["higher", "tenth"], "shift"),
        node("Add", ["shift", "one"], "factor"),
        node("Mul", ["factor", "radians"], "pitch"),
        node("Mul", ["time", "pitch"], "phase"),
        node("Sin", ["phase"], "sine"),
        node("Gather", ["loudness", "x"], "louder"),
        node("ReduceMax", ["louder"], "loudest", keepdims=0),
        node("Mul", ["sine", "loudest"], "tone"),
        node("RandomNormalLike", ["tone"], "random"),
        node("Mul", ["random", "noises"], "noise"),
        node("Add", ["tone", "noise"], "sound"),
        node("Reshape", ["sound", "shape"], "y"),
    ]
    return model_file(nodes, constants, inputs, [value("y", FLOAT, [1, 1, "N"])], metadata)


def _inputs(kind: Kind) -> tuple[list[bytes], list[bytes]]:
    """Return the inputs in the order of the library, and the nodes that read them.

    The nodes make `length_scale`, `speaker` and `noises` from the inputs.
    """
    tokens = value("x", INT64, [1, "T"])
    if kind == "kokoro":
        inputs = [tokens, value("style", FLOAT, [1, _STYLE_SIZE]), value("speed", FLOAT, [1])]
        return inputs, [
            node("Div", ["one", "speed"], "length_scale"),
            node("ReduceMean", ["style"], "speaker", keepdims=0),
            node("Identity", ["zero"], "noises"),
        ]
    length, speaker = value("x_length", INT64, [1]), value("sid", INT64, [1])
    scales = [value(name, FLOAT, [1]) for name in ("noise_scale", "length_scale", "noise_scale_w")]
    if kind == "melo":
        inputs = [tokens, length, value("tones", INT64, [1, "T"]), speaker, *scales]
    else:
        inputs = [tokens, length, *scales, speaker]
    return inputs, [
        node("Cast", ["sid"], "speaker", to=FLOAT),
        node("Add", ["noise_scale", "noise_scale_w"], "noises"),
    ]
