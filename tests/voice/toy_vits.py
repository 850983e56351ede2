"""Toy voices for sherpa-onnx: models of 2 kB that hum, with their lexicon and `voice.json`.

A model is written as protobuf by hand, after onnx.proto, so that no test needs the package onnx.
It takes the inputs that the library gives to every model of its kind. Each token lasts 0.1 s. The
pitch depends on the tokens and on the speaker. Noise is added as much as the library asks for.
"""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

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


_FLOAT, _INT64 = 1, 7  # TensorProto.DataType


def _model(kind: Kind, tokens: Sequence[str], peak: float, metadata: Mapping[str, str]) -> bytes:
    """Return the ONNX file of a model that makes samples y (1, 1, N) from the tokens x (1, T)."""
    seconds = [0.0 if token in _BRIEF else TOKEN_SECONDS for token in tokens]
    loudness = [0.0 if token in _QUIET else peak for token in tokens]
    constants = [
        _tensor("seconds", _FLOAT, seconds),
        _tensor("loudness", _FLOAT, loudness),
        _tensor("rate", _FLOAT, [float(RATE)]),
        _tensor("radians", _FLOAT, [6.2832 * 200 / RATE]),
        _tensor("tenth", _FLOAT, [0.1]),
        _tensor("zero", _FLOAT, [0.0], scalar=True),
        _tensor("one", _FLOAT, [1.0], scalar=True),
        _tensor("first", _INT64, [0]),
        _tensor("shape", _INT64, [1, 1, -1]),
    ]
    inputs, nodes = _inputs(kind)
    nodes += [
        _node("Gather", ["seconds", "x"], "lasts"),
        _node("ReduceSum", ["lasts"], "sum", keepdims=0),
        _node("Mul", ["sum", "length_scale"], "scaled"),
        _node("Mul", ["scaled", "rate"], "wanted"),
        _node("Round", ["wanted"], "count"),
        _node("Squeeze", ["count", "first"], "limit"),
        _node("Range", ["zero", "limit", "one"], "time"),
        _node("Cast", ["x"], "numbers", to=_FLOAT),
        _node("ReduceMean", ["numbers"], "mean", keepdims=0),
        _node("Add", ["mean", "speaker"], "higher"),
        _node("Mul", ["higher", "tenth"], "shift"),
        _node("Add", ["shift", "one"], "factor"),
        _node("Mul", ["factor", "radians"], "pitch"),
        _node("Mul", ["time", "pitch"], "phase"),
        _node("Sin", ["phase"], "sine"),
        _node("Gather", ["loudness", "x"], "louder"),
        _node("ReduceMax", ["louder"], "loudest", keepdims=0),
        _node("Mul", ["sine", "loudest"], "tone"),
        _node("RandomNormalLike", ["tone"], "random"),
        _node("Mul", ["random", "noises"], "noise"),
        _node("Add", ["tone", "noise"], "sound"),
        _node("Reshape", ["sound", "shape"], "y"),
    ]
    graph = b"".join(
        [
            *(_octets(1, node) for node in nodes),
            _octets(2, b"toy"),
            *(_octets(5, constant) for constant in constants),
            *(_octets(11, each) for each in inputs),
            _octets(12, _value("y", _FLOAT, [1, 1, "N"])),
        ]
    )
    properties = (
        _octets(14, _octets(1, key.encode()) + _octets(2, value.encode()))
        for key, value in metadata.items()
    )
    opset = _octets(1, b"") + _integer(2, 13)
    return b"".join([_integer(1, 8), _octets(7, graph), _octets(8, opset), *properties])


def _inputs(kind: Kind) -> tuple[list[bytes], list[bytes]]:
    """Return the inputs in the order of the library, and the nodes that read them.

    The nodes make `length_scale`, `speaker` and `noises` from the inputs.
    """
    tokens = _value("x", _INT64, [1, "T"])
    if kind == "kokoro":
        inputs = [tokens, _value("style", _FLOAT, [1, _STYLE_SIZE]), _value("speed", _FLOAT, [1])]
        return inputs, [
            _node("Div", ["one", "speed"], "length_scale"),
            _node("ReduceMean", ["style"], "speaker", keepdims=0),
            _node("Identity", ["zero"], "noises"),
        ]
    length, speaker = _value("x_length", _INT64, [1]), _value("sid", _INT64, [1])
    scales = [
        _value(name, _FLOAT, [1]) for name in ("noise_scale", "length_scale", "noise_scale_w")
    ]
    if kind == "melo":
        inputs = [tokens, length, _value("tones", _INT64, [1, "T"]), speaker, *scales]
    else:
        inputs = [tokens, length, *scales, speaker]
    return inputs, [
        _node("Cast", ["sid"], "speaker", to=_FLOAT),
        _node("Add", ["noise_scale", "noise_scale_w"], "noises"),
    ]


def _node(operation: str, inputs: Sequence[str], output: str, **integers: int) -> bytes:
    attributes = (
        _octets(1, name.encode()) + _integer(3, value) + _integer(20, 2)
        for name, value in integers.items()
    )
    return b"".join(
        [
            *(_octets(1, name.encode()) for name in inputs),
            _octets(2, output.encode()),
            _octets(3, f"make {output}".encode()),
            _octets(4, operation.encode()),
            *(_octets(5, attribute) for attribute in attributes),
        ]
    )


def _tensor(name: str, kind: int, values: Sequence[float], *, scalar: bool = False) -> bytes:
    code = "f" if kind == _FLOAT else "q"
    shape = b"" if scalar else _integer(1, len(values))
    raw = struct.pack(f"<{len(values)}{code}", *values)
    return shape + _integer(2, kind) + _octets(8, name.encode()) + _octets(9, raw)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    dimensions = b"".join(
        _octets(1, _integer(1, size) if isinstance(size, int) else _octets(2, size.encode()))
        for size in shape
    )
    tensor_type = _integer(1, kind) + _octets(2, dimensions)
    return _octets(1, name.encode()) + _octets(2, _octets(1, tensor_type))


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _octets(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Return a protobuf varint: seven bits for each octet, the lowest first."""
    number &= (1 << 64) - 1
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)
