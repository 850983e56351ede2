"""The manifest of a model: written, read back, guessed from file names, and refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ivr.recognition.files import ModelError
from ivr.recognition.manifest import MANIFEST_FILE, ModelManifest, read_manifest

CTC = {"model": "model.int8.onnx", "tokens": "tokens.txt"}
TRANSDUCER = ("encoder.int8.onnx", "decoder.onnx", "joiner.int8.onnx", "tokens.txt")


def put(directory: Path, *names: str) -> Path:
    """Write small files under these names."""
    for name in names:
        (directory / name).write_bytes(b"octets")
    return directory


def describe(directory: Path, **entries: Any) -> Path:
    """Write a CTC model with a manifest in which ``entries`` replace what is right."""
    put(directory, *CTC.values())
    right = {"name": "small", "family": "zipformer_ctc", "files": CTC}
    (directory / MANIFEST_FILE).write_text(json.dumps(right | entries), encoding="utf-8")
    return directory


def refusal(directory: Path) -> str:
    """Return the sentence with which the model is refused."""
    with pytest.raises(ModelError) as caught:
        read_manifest(directory)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(directory) in sentence
    return sentence


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    put(tmp_path, *CTC.values())
    manifest = ModelManifest(
        name="small",
        family="sense_voice",
        rate=8000,
        feature_dim=40,
        tail_seconds=0.3,
        files=CTC,
        octets={"tokens.txt": 6},
        licence="Apache-2.0",
        published="3.7 % of the characters wrong in AISHELL-1",
        source="https://example.org/small.tar.bz2",
    )
    manifest.write(tmp_path)
    assert read_manifest(tmp_path) == manifest
    assert manifest.paths(tmp_path)["tokens"] == tmp_path / "tokens.txt"


def test_most_entries_have_defaults(tmp_path: Path) -> None:
    manifest = read_manifest(describe(tmp_path))
    assert (manifest.rate, manifest.feature_dim, manifest.tail_seconds) == (16000, 80, 0.0)
    assert not manifest.streaming


def test_a_vosk_model_needs_no_manifest(tiny: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(tiny, bare, ignore=shutil.ignore_patterns(MANIFEST_FILE))
    manifest = read_manifest(bare)
    assert (manifest.family, manifest.name) == ("vosk", "bare")
    assert manifest.streaming


def test_a_transducer_needs_no_manifest(tmp_path: Path) -> None:
    manifest = read_manifest(put(tmp_path, *TRANSDUCER, "encoder.onnx"))
    assert manifest.family == "transducer"
    assert manifest.files["encoder"] == "encoder.int8.onnx"
    assert manifest.tail_seconds == 1.0


@pytest.mark.parametrize("missing", TRANSDUCER[1:])
def test_a_transducer_without_a_part_is_refused(tmp_path: Path, missing: str) -> None:
    put(tmp_path, *(name for name in TRANSDUCER if name != missing))
    assert f"lacks {missing.partition('.')[0]}" in refusal(tmp_path)


def test_two_encoders_of_a_kind_are_refused(tmp_path: Path) -> None:
    put(tmp_path, *TRANSDUCER, "encoder-b.int8.onnx")
    assert "encoder-b.int8.onnx, encoder.int8.onnx" in refusal(tmp_path)


def test_a_model_of_a_family_that_no_file_tells_is_refused(tmp_path: Path) -> None:
    sentence = refusal(put(tmp_path, *CTC.values()))
    assert "zipformer2_ctc, zipformer_ctc, sense_voice" in sentence
    assert MANIFEST_FILE in sentence


def test_a_directory_without_a_model_is_refused(tmp_path: Path) -> None:
    assert "there is no model in" in refusal(put(tmp_path, "README.md"))
    assert "there is no model in" in refusal(tmp_path / "nowhere")


def test_a_vosk_model_with_a_manifest_is_checked_as_well(tmp_path: Path) -> None:
    assert "lacks am/final.mdl" in refusal(describe(tmp_path, family="vosk", files={}))


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"family": "whisper"}, "family: Input should be 'vosk'"),
        ({"rate": 44100}, "rate: "),
        ({"feature_dim": 0}, "feature_dim: "),
        ({"tail_seconds": -1}, "tail_seconds: "),
        ({"speed": 3}, "speed: "),
        ({"files": {"model": "model.int8.onnx"}}, "names no file for 'tokens'"),
        ({"files": CTC | {"model": "../model.onnx"}}, "not inside the model's directory"),
        ({"files": CTC | {"model": "/etc/hosts"}}, "not inside the model's directory"),
        ({"files": CTC | {"model": "lost.onnx"}}, "lacks lost.onnx"),
        ({"octets": {"tokens.txt": 7}}, "has 6 octets instead of 7"),
        ({"octets": {"lost.onnx": 7}}, "lacks lost.onnx"),
        ({"guesses": "streaming"}, "there is no model in"),
        ({"guesses": "."}, "not inside the model's directory"),
        ({"guesses": "../streaming"}, "not inside the model's directory"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, entries: dict[str, Any], told: str) -> None:
    assert told in refusal(describe(tmp_path, **entries))


@pytest.mark.parametrize(
    ("family", "guesser", "told"),
    [
        ("zipformer_ctc", "zipformer2_ctc", ""),
        ("zipformer_ctc", "sense_voice", "families zipformer_ctc and sense_voice"),
        ("zipformer2_ctc", "zipformer2_ctc", "families zipformer2_ctc and zipformer2_ctc"),
    ],
)
def test_guesses_come_from_a_streaming_model(
    tmp_path: Path, family: str, guesser: str, told: str
) -> None:
    (tmp_path / "streaming").mkdir()
    describe(tmp_path / "streaming", family=guesser)
    describe(tmp_path, family=family, guesses="streaming")
    if told:
        assert told in refusal(tmp_path)
    else:
        assert read_manifest(tmp_path).guesses == "streaming"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"family": "sense_voice"}', "\xff"])
def test_a_damaged_manifest_is_refused(tmp_path: Path, text: str) -> None:
    describe(tmp_path)
    (tmp_path / MANIFEST_FILE).write_bytes(text.encode("latin-1"))
    assert f"{MANIFEST_FILE} cannot be used (" in refusal(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    describe(tmp_path)
    (tmp_path / "tokens.txt").write_bytes(b"")
    assert "tokens.txt is empty" in refusal(tmp_path)
