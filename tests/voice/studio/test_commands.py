"""``ivr prompts script`` and ``cut``: what they print and write, and their exit codes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.hearing.frames import RATE
from ivr.voice.studio.script import ScriptLine
from tests.voice.studio.sessions import record, said
from tests.voice.test_commands import run


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, lines: tuple[ScriptLine, ...]) -> Path:
    """A session in which the last line is missing."""
    path = tmp_path_factory.mktemp("session") / "session.wav"
    record(path, [said(line.words) for line in lines[:-1]])
    return path


@pytest.mark.parametrize("name", ["script.html", "script.PDF"])
def test_script_writes_a_file(excerpt_path: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    result = run("script", "--no-pieces", "--sheet", excerpt_path, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{out} has 11 lines, about 1 minutes\n"
    assert out.stat().st_size > 5000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--out", "script.txt"], "script.txt is neither HTML nor PDF"),
        (["--out", "none/script.html"], "none/script.html cannot be written"),
        (["--out", "none/script.pdf"], "none/script.pdf cannot be written"),
        (["--only", "nothing"], "neither a row nor a prompt 'nothing'"),
    ],
)
def test_script_says_in_one_sentence_why_not(
    excerpt_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str], sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    result = run("script", "--no-pieces", "--sheet", excerpt_path, *words)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_cut_writes_recordings_and_says_what_is_missing(
    excerpt_path: Path, session: Path, tmp_path: Path, lines: tuple[ScriptLine, ...]
) -> None:
    out = tmp_path / "recordings"
    result = run("cut", session, "--to", out, "--no-pieces", "--sheet", excerpt_path)
    assert (result.exit_code, result.stderr) == (1, "")
    assert sorted(path.stem for path in out.iterdir()) == sorted(one.id for one in lines[:-1])
    table, last, following = result.stdout.splitlines()[1], *result.stdout.splitlines()[-2:]
    assert table.split()[:3] == ["missing", str(lines[-1].number), lines[-1].id]
    assert last.startswith("10 lines are sure, 0 unsure, 1 missing; 0 were repeated; 10 recordings")
    assert following == f"next: `ivr prompts render --engine files --files {out}`"


@pytest.mark.slow
def test_cut_reports_as_json(excerpt_path: Path, session: Path, tmp_path: Path) -> None:
    words = ("cut", session, "--out", tmp_path, "--no-pieces", "--sheet", excerpt_path, "--json")
    report = json.loads(run(*words).stdout)
    assert report["counts"] == {
        "sure": 10, "unsure": 0, "missing": 1, "repeated": 0, "stray": 0, "written": 10,
    }  # fmt: skip
    assert report["files"][0]["understood"] is True
    first = report["lines"][0]
    assert (first["id"], first["status"]) == ("greeting.ask", "sure")
    (take,) = first["takes"]
    assert (take["file"], take["counts"], take["doubts"]) == (str(session), True, [])
    assert take["similarity"] > 0.8
    assert len(report["written"]) == 10


@pytest.mark.slow
def test_cut_ends_well_when_nothing_is_missing(
    excerpt_path: Path, session: Path, tmp_path: Path
) -> None:
    """A part of the script is complete although the session has more."""
    words = ("--only", "no_sound", "--no-pieces", "--sheet", excerpt_path)
    result = run("cut", session, "--out", tmp_path, *words)
    assert result.exit_code == 0, result.stdout
    assert len(list(tmp_path.iterdir())) == 2
    assert result.stdout.splitlines()[-2].startswith("2 lines are sure, 0 unsure, 0 missing;")


@pytest.mark.parametrize("content", ["none", "junk", "noise"])
def test_cut_says_in_one_sentence_why_not(excerpt_path: Path, tmp_path: Path, content: str) -> None:
    session, out = tmp_path / "session.wav", tmp_path / "out"
    if content == "junk":
        session.write_bytes(b"no audio")
    elif content == "noise":
        soundfile.write(session, np.random.default_rng(1).normal(0, 0.01, 5 * RATE), RATE)
    result = run("cut", session, "--out", out, "--no-pieces", "--sheet", excerpt_path)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "session.wav" in result.stderr
    assert not out.exists()


@pytest.mark.slow
def test_cut_says_that_nothing_can_be_written(
    excerpt_path: Path, session: Path, tmp_path: Path
) -> None:
    out = tmp_path / "file"
    shutil.copy(excerpt_path, out)
    result = run("cut", session, "--out", out, "--no-pieces", "--sheet", excerpt_path)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "file" in result.stderr
