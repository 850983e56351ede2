"""``ivr models``: what ops type and read."""

import hashlib
import io
import json
import shutil
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.recognition.commands import models_app
from ivr.recognition.manifest import MANIFEST_FILE, Family, read_manifest
from ivr.recognition.official import MODELS
from tests.fetching.client import tarred
from tests.fetching.file_server import serving
from tests.recognition.toy_recognisers import write_toy_model

SMALL = MODELS["small"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text(f'[recognition]\nmodels = "{tmp_path}/models"\n')
    return tmp_path


@pytest.fixture
def packed(place: Path, tiny: Path) -> Path:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in tiny.rglob("*"):
            archive.write(path, Path(SMALL.folder) / path.relative_to(tiny))
    (place / "own.zip").write_bytes(octets.getvalue())
    return place / "own.zip"


def say(place: Path, *words: str) -> Result:
    return CliRunner().invoke(models_app, [*words, "--config", str(place / "ivr.toml")])


@pytest.mark.slow
def test_a_model_is_fetched_tried_and_then_listed(place: Path, packed: Path) -> None:
    assert "→  built-in" in say(place, "list").stdout
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    fetched = say(place, "fetch", "small", "--from", str(packed), "--sha256", digest)
    assert fetched.exit_code == 0, fetched.output
    assert f"SHA-256 {digest} (given)" in fetched.stdout
    assert "heard 你们公司在哪里 (confidence 1.00), as said" in fetched.stdout
    listed = say(place, "list").stdout
    assert "→  small" in listed
    assert "its maker: 23.5 %" in fetched.stdout
    assert "licence: Apache-2.0\n" in fetched.stdout
    assert say(place, "used").stdout.startswith("speech recognition runs on small: its maker: ")
    again = say(place, "fetch", "small")
    assert (again.exit_code, "--again" in again.stdout) == (0, True)
    assert "as said" in say(place, "check").stdout
    (place / "models" / SMALL.folder / "am/final.mdl").unlink()
    assert "broken: " in say(place, "list").stdout
    broken = say(place, "check")
    assert broken.exit_code == 2
    assert "lacks am/final.mdl" in broken.stderr
    removed = say(place, "remove", "small")
    assert (removed.exit_code, removed.stderr) == (0, "")
    assert "the service takes this model" in removed.stdout
    assert "→  built-in" in say(place, "list").stdout


def toy_archive(directory: Path, family: Family) -> bytes:
    """Return a toy model in an archive as sherpa-onnx offers them: without a manifest."""
    write_toy_model(directory, family)
    names = {path.name: path for path in directory.iterdir() if path.name != MANIFEST_FILE}
    return tarred({f"top/{name}": path.read_bytes() for name, path in names.items()})


@pytest.mark.slow
def test_a_pair_of_models_is_fetched_from_two_addresses_and_loaded(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as servers:
        for name in ("sherpa-small", "sherpa-small-streaming"):
            model = MODELS[name]
            content = toy_archive(tmp_path / name, model.manifest.family)
            server = servers.enter_context(serving(content))
            packed = replace(
                model.packed,
                urls=(server.url(), server.url("mirror.zip")),
                sha256=hashlib.sha256(content).hexdigest(),
                octets=len(content),
            )
            server.answers = [(404, {})]  # the mirror has it
            monkeypatch.setitem(MODELS, name, replace(model, packed=packed))
        fetched = say(place, "fetch", "sherpa-small")
    pair = place / "models" / "sherpa-small"
    told = fetched.stdout.splitlines()
    assert [line.split()[:2] for line in told[:2]] == [
        ["fetching", "sherpa-small-streaming"],
        ["fetching", "sherpa-small"],
    ]
    assert told[2].endswith("(pinned)")
    assert told[3].startswith("licence: not stated")
    assert told[4].startswith("published: others: 3.7 %")
    # The toys know tones and no speech. That the check hears nothing shows that they were loaded.
    assert "finds no word in a clear sentence" in fetched.stderr or "heard" in fetched.stdout
    assert read_manifest(pair).source.endswith("/mirror.zip")
    assert read_manifest(pair / "guesses").family == "zipformer2_ctc"


def test_the_list_is_for_programs_too(place: Path, tiny: Path) -> None:
    shutil.copytree(tiny, place / "models" / "ours")
    (shutil.copytree(tiny, place / "models" / SMALL.folder) / MANIFEST_FILE).unlink()
    (place / "models" / "broken").mkdir()
    listed = {each["name"]: each for each in json.loads(say(place, "list", "--json").stdout)}
    assert list(listed) == [*MODELS, "broken", "ours", "built-in"]
    assert [name for name, each in listed.items() if each["used"]] == ["small"]
    assert listed["small"]["directory"] == str(place / "models" / SMALL.folder)
    assert listed["small"]["published"] == SMALL.manifest.published, "also without a manifest"
    assert listed["x-asr"]["directory"] is None
    assert listed["x-asr"]["octets"] == 133_895_136
    assert listed["ours"]["family"] == "vosk"
    assert "there is no model in" in listed["broken"]["problem"]


def test_a_model_of_the_settings_is_listed_wherever_it_is(place: Path, tiny: Path) -> None:
    mine = shutil.copytree(tiny, place / "mine")
    (mine / MANIFEST_FILE).unlink()
    with (place / "ivr.toml").open("a") as file:
        file.write(f'model = "{mine}"\n')
    (used,) = (each for each in json.loads(say(place, "list", "--json").stdout) if each["used"])
    assert (used["name"], used["directory"], used["octets"]) == (str(mine), str(mine), None)
    assert "no figures of it are known" in say(place, "used").stdout


@pytest.mark.slow
def test_the_built_in_model_says_what_it_is(place: Path) -> None:
    checked = say(place, "check")
    assert checked.exit_code == 0
    assert "nothing is known about other people" in checked.stdout
    assert len(checked.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fetch", "huge"], "take small, large, x-asr, sherpa-small, "),
        (["fetch", "small", "--sha256", "abc"], "64 hexadecimal digits"),
        (["fetch", "small", "--from", "/nowhere.zip"], "there is no file /nowhere.zip"),
        (["fetch", "/nowhere.tar.bz2"], "there is no file /nowhere.tar.bz2"),
        (["fetch", "http://127.0.0.1:9/own.zip"], "not protected against forgery"),
        (["check", "/nowhere"], "there is no model /nowhere: fetch it"),
        (["remove", "small"], "no model 'small' is installed: `ivr models list` shows"),
        (["remove", ".."], "no model '..' is installed"),
        (["remove", "built-in"], "no model 'built-in' is installed"),
    ],
)
def test_an_error_is_one_sentence_with_a_remedy(place: Path, words: list[str], says: str) -> None:
    told = say(place, *words)
    assert told.exit_code == 2
    assert says in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert told.stdout == ""
