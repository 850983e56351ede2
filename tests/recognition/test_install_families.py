"""Fetching models of every family: what is kept of an archive, and what its manifest says."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.fetching.packed import Packed
from ivr.fetching.place import RECORD
from ivr.recognition.choice import chosen, model_directory, model_name
from ivr.recognition.files import ModelError
from ivr.recognition.install import fetch_model, find_model, first_needed, remove_model
from ivr.recognition.manifest import MANIFEST_FILE, Family, ModelManifest, read_manifest
from ivr.recognition.official import MODELS
from tests.fetching.client import POINTER, tarred

X_ASR = {
    "encoder.int8.onnx": b"an encoder",
    "decoder.onnx": b"a decoder",
    "joiner.int8.onnx": b"a joiner",
    "tokens.txt": b"<blk> 0\n",
    "README.md": b"Apache 2.0",
    "bpe.model": b"pieces",
    "test_wavs/0.wav": b"RIFF",
}
CTC = {"model.int8.onnx": b"a model", "tokens.txt": b"<blk> 0\n", "bbpe.model": b"pieces"}


def packed_in(top: str, files: dict[str, bytes]) -> bytes:
    """Return an archive of the files below its only directory ``top``."""
    return tarred({f"{top}/{name}": content for name, content in files.items()})


def install(
    models: Path,
    packed: Packed,
    files: dict[str, bytes],
    family: Family | None = None,
) -> ModelManifest:
    """Install an archive with these files; its hash is given, as for a file of one's own."""
    models.mkdir(exist_ok=True)
    archive = models.parent / "own.tar.bz2"
    archive.write_bytes(packed_in("any-name", files))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    fetched = fetch_model(
        packed, models, lambda *_: None, source=str(archive), sha256=digest, family=family
    )
    assert fetched.directory == models / packed.name
    return read_manifest(fetched.directory)


def own(name: str) -> Packed:
    """Return a model that no table knows."""
    return find_model(f"/media/{name}.tar.bz2")[0]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return the directory of models."""
    return tmp_path / "models"


def test_a_transducer_is_described_and_only_its_files_are_kept(models: Path) -> None:
    manifest = install(models, MODELS["x-asr"].packed, X_ASR | {"encoder.onnx": b"a large encoder"})
    assert manifest == replace(
        MODELS["x-asr"].manifest,
        files={
            "encoder": "encoder.int8.onnx",
            "decoder": "decoder.onnx",
            "joiner": "joiner.int8.onnx",
            "tokens": "tokens.txt",
        },
        octets={
            "encoder.int8.onnx": 10,
            "decoder.onnx": 9,
            "joiner.int8.onnx": 8,
            "tokens.txt": 8,
        },
        source=str(models.parent / "own.tar.bz2"),
    )
    kept = {path.name for path in (models / "x-asr").iterdir()}
    assert kept == {*manifest.octets, "README.md", MANIFEST_FILE, RECORD}


@pytest.mark.parametrize("name", ["sherpa-small-streaming", "sense-voice"])
def test_a_model_of_one_file_is_described(models: Path, name: str) -> None:
    manifest = install(models, MODELS[name].packed, CTC)
    assert manifest.family == MODELS[name].manifest.family
    assert manifest.files == {"model": "model.int8.onnx", "tokens": "tokens.txt"}
    assert manifest.licence == MODELS[name].manifest.licence
    assert manifest.published == MODELS[name].manifest.published


def test_a_pair_takes_the_model_of_its_guesses_with_it(models: Path) -> None:
    pair, streaming = MODELS["sherpa-small"].packed, MODELS["sherpa-small-streaming"].packed
    assert first_needed(pair, models) == streaming
    assert first_needed(streaming, models) is None
    with pytest.raises(ModelError, match=r"there is no model in .*sherpa-small-streaming"):
        install(models, pair, CTC)
    assert not (models / pair.name).exists()
    install(models, streaming, CTC)
    assert first_needed(pair, models) is None
    manifest = install(models, pair, CTC)
    remove_model(models / streaming.name)
    assert read_manifest(models / pair.name / manifest.guesses).family == "zipformer2_ctc"


def test_the_family_of_ones_own_model_is_recognised_or_said(models: Path) -> None:
    assert install(models, own("ours"), X_ASR).family == "transducer"
    assert install(models, own("ours"), X_ASR).tail_seconds == 1.0
    with pytest.raises(ModelError) as error:
        install(models, own("ctc"), CTC)
    assert "say it with --family zipformer2_ctc, zipformer_ctc, sense_voice" in str(error.value)
    assert not (models / "ctc").exists()
    manifest = install(models, own("ctc"), CTC, "sense_voice")
    assert (manifest.name, manifest.family, manifest.licence) == ("ctc", "sense_voice", "")


def test_a_manifest_in_the_archive_is_kept(models: Path, tmp_path: Path) -> None:
    described = ModelManifest("a name", "zipformer_ctc", rate=8000, feature_dim=40)
    replace(described, files={"model": "m.onnx", "tokens": "t.txt"}).write(tmp_path)
    files = {"m.onnx": b"m", "t.txt": b"t", MANIFEST_FILE: (tmp_path / MANIFEST_FILE).read_bytes()}
    manifest = install(models, own("ours"), files)
    assert (manifest.name, manifest.rate, manifest.feature_dim) == ("a name", 8000, 40)
    assert manifest.source == str(tmp_path / "own.tar.bz2")
    del files["m.onnx"]
    with pytest.raises(ModelError, match=r"own\.tar\.bz2 lacks m\.onnx"):
        install(models, own("broken"), files)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"README.md": b"x"}, "encoder.onnx in it is missing or empty"),
        (X_ASR | {"joiner.int8.onnx": POINTER}, "joiner.onnx in it is missing or empty"),
        (X_ASR | {"tokens.txt": b""}, "tokens.txt in it is missing or empty"),
        (X_ASR | {"encoder-b.int8.onnx": b"x"}, "it holds encoder-b.int8.onnx, encoder.int8.onnx"),
    ],
)
def test_an_archive_without_a_whole_model_is_refused(
    models: Path, files: dict[str, bytes], told: str
) -> None:
    with pytest.raises(ModelError) as error:
        install(models, MODELS["x-asr"].packed, files)
    assert told in str(error.value)
    assert str(error.value).endswith("give another file with --from")
    assert [path.name for path in models.iterdir()] == [".x-asr.lock"]


def test_an_archive_without_a_model_is_refused(models: Path) -> None:
    with pytest.raises(ModelError, match="no model is in it"):
        install(models, own("ours"), {"README.md": b"x"})


def test_what_is_fetched_is_found_by_name_file_or_address() -> None:
    small = MODELS["small"].packed
    assert find_model("small") == (small, "")
    for place in (
        "/media/vosk-model-small-cn-0.22.zip",
        "https://m.example/vosk-model-small-cn-0.22.zip",
    ):
        assert find_model(place) == (small, place)
    packed, source = find_model("https://m.example/ours.tar.gz?download=1")
    assert (packed.name, packed.urls, packed.sha256) == ("ours", (), "")
    assert source == "https://m.example/ours.tar.gz?download=1"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("huge", "there is no model 'huge' to fetch: take small, large, x-asr, "),
        ("../model", "there is no model '../model'"),
        (".hidden.zip", "there is no model"),
        ("/tmp/x-asr.zip", "x-asr is the name of another model"),
        ("/tmp/built-in.zip", "built-in is the name of another model"),
    ],
)
def test_what_cannot_be_fetched_is_told_with_what_can(wanted: str, told: str) -> None:
    with pytest.raises(ModelError) as error:
        find_model(wanted)
    assert told in str(error.value)


def test_a_model_is_chosen_by_name_or_directory(models: Path, tmp_path: Path) -> None:
    install(models, own("ours"), X_ASR)
    assert chosen(Path("ours"), models) == models / "ours"
    assert chosen(Path("x-asr"), models) == models / "x-asr", "also before it is installed"
    assert chosen(Path("small"), models) == models / "vosk-model-small-cn-0.22"
    assert chosen(Path("built-in"), models) is None
    assert chosen(tmp_path / "elsewhere", models) == tmp_path / "elsewhere"
    assert model_directory("..", models) == Path("..")
    for model in MODELS.values():
        assert model_directory(model_name(models / model.folder), models) == models / model.folder
