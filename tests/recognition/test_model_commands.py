"""``ivr models``: what ops type and read."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.recognition.commands import models_app
from ivr.recognition.official import MODELS

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
    assert str(place / "models" / SMALL.folder) in listed
    again = say(place, "fetch", "small")
    assert (again.exit_code, "--again" in again.stdout) == (0, True)
    assert "as said" in say(place, "check").stdout
    (place / "models" / SMALL.folder / "am/final.mdl").unlink()
    assert "broken: " in say(place, "list").stdout
    broken = say(place, "check")
    assert broken.exit_code == 2
    assert "lacks am/final.mdl" in broken.stderr


def test_the_built_in_model_says_what_it_is(place: Path) -> None:
    checked = say(place, "check")
    assert checked.exit_code == 0
    assert "not people" in checked.stdout
    assert len(checked.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fetch", "huge"], "take small or large"),
        (["fetch", "small", "--sha256", "abc"], "64 hexadecimal digits"),
        (["fetch", "small", "--from", "/nowhere.zip"], "there is no file /nowhere.zip"),
        (["check", "/nowhere"], "there is no model in /nowhere"),
    ],
)
def test_an_error_is_one_sentence_with_a_remedy(place: Path, words: list[str], says: str) -> None:
    told = say(place, *words)
    assert told.exit_code == 2
    assert says in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert told.stdout == ""
