"""The kind of voice in an archive is recognised by its files."""

from pathlib import Path

import pytest

from ivr.fetching.unpack import UnpackError
from ivr.voice.voice_family import recognise_family
from tests.fetching.client import POINTER

VITS = "model.onnx lexicon.txt tokens.txt"
KOKORO = "model.onnx voices.bin tokens.txt lexicon-us-en.txt lexicon-gb-en.txt lexicon-zh.txt"
MATCHA = "model-steps-3.onnx vocos-22khz-univ.onnx lexicon.txt tokens.txt"


def directory(path: Path, names: str, **contents: bytes) -> Path:
    """Fill ``path`` with files of these names; ``contents`` are of names without their ending."""
    for name in names.split():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(contents.get(name.partition(".")[0], b"content"))
    return path


@pytest.mark.parametrize(
    ("names", "family", "files"),
    [
        (VITS, "vits", {"model": "model.onnx", "lexicon": "lexicon.txt"}),
        (VITS + " model.int8.onnx", "vits", {"model": "model.onnx", "lexicon": "lexicon.txt"}),
        (
            "model.int8.onnx lexicon.txt tokens.txt",
            "vits",
            {"model": "model.int8.onnx", "lexicon": "lexicon.txt"},
        ),
        (
            "theresa.onnx lexicon.txt tokens.txt",
            "vits",
            {"model": "theresa.onnx", "lexicon": "lexicon.txt"},
        ),
        (
            KOKORO,
            "kokoro",
            {
                "model": "model.onnx",
                "voices": "voices.bin",
                "lexicon": "lexicon-us-en.txt,lexicon-zh.txt",
            },
        ),
        (
            MATCHA,
            "matcha",
            {
                "acoustic": "model-steps-3.onnx",
                "vocoder": "vocos-22khz-univ.onnx",
                "lexicon": "lexicon.txt",
            },
        ),
    ],
)
def test_a_family_is_recognised(
    tmp_path: Path, names: str, family: str, files: dict[str, str]
) -> None:
    found = recognise_family(directory(tmp_path, names))
    assert found == (family, {**files, "tokens": "tokens.txt"})


def test_a_pointer_of_git_lfs_is_no_model(tmp_path: Path) -> None:
    directory(tmp_path, VITS, model=POINTER)
    with pytest.raises(UnpackError, match="no model"):
        recognise_family(tmp_path)
    (tmp_path / "model.int8.onnx").write_bytes(b"content")
    assert recognise_family(tmp_path)[1]["model"] == "model.int8.onnx"


@pytest.mark.parametrize(
    ("names", "contents", "told"),
    [
        ("README.md", {}, "no model"),
        (VITS, {"lexicon": b""}, "lexicon.txt in it is missing or empty"),
        (VITS, {"tokens": POINTER}, "tokens.txt in it is missing or empty"),
        ("model.onnx tokens.txt", {}, "lexicon.txt in it is missing or empty"),
        ("amy.onnx tokens.txt espeak-ng-data/phontab", {}, "needs espeak's phonemes"),
        ("model-steps-3.onnx lexicon.txt tokens.txt", {}, "has no vocoder: pack one"),
        ("model.onnx voices.bin tokens.txt", {}, "lexicon-zh.txt in it is missing or empty"),
    ],
)
def test_what_is_no_voice_is_told_apart(
    tmp_path: Path, names: str, contents: dict[str, bytes], told: str
) -> None:
    with pytest.raises(UnpackError, match=told):
        recognise_family(directory(tmp_path, names, **contents))
