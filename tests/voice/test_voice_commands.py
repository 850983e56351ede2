"""``ivr voices``: what people type and read."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.voice.voice_commands import voices_app
from tests.fetching.client import tarred
from tests.voice.voice_files import MELO, TOP, baker_wheel


@pytest.fixture
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of voices, which is not there yet."""
    monkeypatch.setenv("IVR_VOICES", str(tmp_path / "voices"))
    return tmp_path / "voices"


@pytest.fixture
def melo(tmp_path: Path) -> Path:
    """Return a file that passes for the archive of melo, except for its hash."""
    path = tmp_path / f"{TOP}.tar.bz2"
    path.write_bytes(tarred(MELO))
    return path


def say(*words: str) -> Result:
    return CliRunner().invoke(voices_app, words)


def line(name: str) -> str:
    """Return the first line of the list about the voice ``name``."""
    lines = say("list").stdout.splitlines()
    return next(line for line in lines if line.startswith(f"{name} "))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_voice_is_fetched_listed_and_removed(voices: Path, melo: Path) -> None:
    done = say("fetch", "melo", "--from", str(melo), "--sha256", digest(melo))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{voices / 'melo'}: SHA-256 {digest(melo)} (given)",
        "licence: MIT (MeloTTS)",
        "to use it: `ivr prompts render --engine sherpa --voice melo`",
    ]
    again = say("fetch", "melo")
    assert again.stdout == f"{voices / 'melo'} is there; --again fetches it anew\n"
    assert "installed" in line("melo")
    assert f"fetched voices are in {voices}\n" in say("list").stdout
    removed = say("remove", "melo")
    assert (removed.exit_code, removed.stdout) == (0, f"{voices / 'melo'} was removed\n")
    assert "`ivr voices fetch melo`" in line("melo")


def test_the_demonstration_voice_says_that_it_is_one(voices: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.whl"
    own.write_bytes(baker_wheel())
    done = say("fetch", "baker", "--from", str(own), "--sha256", digest(own))
    assert done.exit_code == 0, done.output
    assert "标贝" in done.stdout
    assert "not for commercial use: a commercial line takes `ivr voices fetch melo`" in done.stdout
    assert "to use it: `ivr prompts render --engine baker`\n" in done.stdout
    assert (voices / "baker" / "mb_melgan.tflite").exists()


def test_a_voice_of_ones_own_has_no_known_licence(voices: Path, melo: Path) -> None:
    own = melo.with_name("ours.tar.bz2")
    melo.rename(own)
    done = say("fetch", str(own))
    assert done.exit_code == 0, done.output
    assert "(first seen)" in done.stdout
    assert "licence: not known" in done.stdout
    assert "not stated" in line("ours")
    (voices / "ours" / "model.onnx").unlink()
    assert "model.onnx is missing" in say("list").stdout


def test_the_list_is_for_programs_too(voices: Path, melo: Path) -> None:
    say("fetch", "melo", "--from", str(melo), "--sha256", digest(melo))
    listed = {each["name"]: each for each in json.loads(say("list", "--json").stdout)}
    assert list(listed) == ["baker", "melo", "aishell3", "kokoro", "edge", "recordings", "espeak"]
    assert listed["melo"]["directory"] == str(voices / "melo")
    assert listed["melo"]["sha256"] == digest(melo)
    assert listed["baker"]["directory"] is None
    assert {name: each["commercial"] for name, each in listed.items()} == {
        "baker": False,
        "melo": True,
        "aishell3": True,
        "kokoro": True,
        "edge": None,
        "recordings": None,
        "espeak": True,
    }


@pytest.mark.usefixtures("voices")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fetch", "huge"], "take baker, melo, aishell3, kokoro"),
        (["fetch", "melo", "--sha256", "abc"], "64 hexadecimal digits"),
        (["fetch", "melo", "--from", "/nowhere.tar.bz2"], "there is no file /nowhere.tar.bz2"),
        (["fetch", "/nowhere.tar.bz2"], "there is no file /nowhere.tar.bz2"),
        (["fetch", "http://127.0.0.1:9/own.tar.bz2"], "not protected against forgery"),
        (["remove", "melo"], "no voice 'melo' was fetched"),
    ],
)
def test_an_error_is_one_sentence_with_a_remedy(words: list[str], says: str) -> None:
    told = say(*words)
    assert told.exit_code == 2
    assert says in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_file_that_is_not_the_pinned_one_is_refused(voices: Path, melo: Path) -> None:
    told = say("fetch", str(melo))
    assert told.exit_code == 2
    assert "is not the expected file" in told.stderr
    assert "pinned: e58351ed" in told.stderr
    assert "espeak" in told.stderr
    assert not (voices / "melo").exists()
