"""``ivr prompts``: what it prints, and its exit codes."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from ivr.understanding.classifier import Weights
from ivr.voice import commands
from ivr.voice.commands import prompts_app
from ivr.words.catalogue import Catalogue
from ivr.words.phrase_files import NewWeights
from tests.records.small_disk import small_disk
from tests.voice.rendered_sheet import COMPANY, SHEET, Rendered


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(prompts_app, [str(argument) for argument in arguments])


@pytest.mark.slow
def test_render_says_what_it_did(copied: Rendered) -> None:
    result = run("render", "--no-pieces", "--sheet", copied.path)
    assert (0, f"0 rendered, 14 kept, 3 removed in {copied.directory}\n") == (
        result.exit_code,
        result.stdout,
    )
    result = run("render", "--only", "hold", "--again", "--no-pieces", "--sheet", copied.path)
    assert result.stdout.startswith("2 rendered, 12 kept")


def test_the_directory_lies_beside_the_sheet(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.toml"
    sheet.write_text(SHEET.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "company.toml").write_text(COMPANY.read_text(encoding="utf-8"), encoding="utf-8")
    assert run("render", "--no-pieces", "--only", "hold", "--sheet", sheet).exit_code == 0
    assert (tmp_path / "rendered" / "zh" / "ivr" / "hold-ask.alaw").is_file()


def test_broken_phrases_are_one_sentence_and_cost_no_prompt(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.toml"
    sheet.write_text(SHEET.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "company.toml").write_text(COMPANY.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "one.toml").write_text("= broken", encoding="utf-8")
    failed = run("render", "--no-pieces", "--only", "hold", "--sheet", sheet)
    assert failed.exit_code == 2
    assert "one.toml" in failed.stderr
    assert failed.stderr.startswith("ivr: ")
    assert (tmp_path / "rendered" / "zh" / "ivr" / "hold-ask.alaw").is_file()


def test_a_render_that_fails_leaves_what_was_learned(
    copied: Rendered, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = list[NewWeights]()
    nothing = np.zeros((0, 0), np.float32)
    learned = NewWeights(Weights((), {}, nothing, nothing.ravel()), copied.path)
    monkeypatch.setattr(commands, "learned_anew", lambda sheet: learned)
    monkeypatch.setattr(NewWeights, "keep", lambda self: kept.append(self))
    arguments = ("--no-pieces", "--sheet", copied.path)
    assert run("render", "--only", "nothing", *arguments).exit_code == 2
    assert kept == []
    assert run("render", "--only", "hold", *arguments).exit_code == 0
    assert kept == [learned]


def test_a_full_disk_is_one_sentence_and_costs_no_prompt(copied: Rendered, tmp_path: Path) -> None:
    def render(row: str) -> Result:
        return run("render", "--engine", "espeak", "--no-pieces", "--only", row, "--again",
                   "--sheet", copied.path, "--directory", disk.directory / "rendered")  # fmt: skip

    with small_disk(tmp_path / "disk") as disk:
        assert render("hold").exit_code == 0
        before = Catalogue.load(disk.directory / "rendered").samples("hold.ask").tobytes()
        with disk.full():
            failed = render("greeting")
        assert failed.exit_code == 2
        assert failed.stderr.count("\n") == 1
        assert "make room" in failed.stderr
        kept = Catalogue.load(disk.directory / "rendered")
        assert kept.samples("hold.ask").tobytes() == before
        assert "greeting.ask" not in kept


def test_without_a_sheet_here_the_repositorys_is_used(
    rendered: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("diff", "--no-pieces", "--directory", rendered.directory).exit_code == 1
    assert "hold.ask" in run("list", "--directory", rendered.directory).stdout


def test_check_is_silent_about_good_prompts(copied: Rendered) -> None:
    run("render", "--no-pieces", "--sheet", copied.path)
    result = run("check", "--no-pieces", "--sheet", copied.path)
    assert result.exit_code == 0
    assert result.stdout.startswith("12 prompts in 48 clips: 48 present, 48 current")


def test_check_reports_as_json_and_by_exit_code(tmp_path: Path) -> None:
    result = run("check", "--json", "--no-pieces", "--directory", tmp_path)
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert list(report) == ["problems", "figures", "voice", "polyphones"]
    assert (report["figures"]["prompts"], report["figures"]["present"]) == (102, 0)


def test_list_shows_every_prompt(rendered: Rendered, tmp_path: Path) -> None:
    listed = run("list", "--directory", rendered.directory).stdout
    assert all(prompt.id in listed for prompt in rendered.sheet.fragments())
    assert "not rendered" not in listed
    assert "not rendered" in run("list", "--directory", tmp_path).stdout


@pytest.mark.parametrize("command", ["render", "list", "check", "diff"])
def test_a_sheet_that_cannot_be_used_is_one_sentence(command: str, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.toml"
    for content, sentence in [(None, "cannot be read"), (b"\xff", "not UTF-8"), (b"", "no rows")]:
        if content is not None:
            sheet.write_bytes(content)
        result = run(command, "--sheet", sheet)
        assert result.exit_code == 2
        assert sentence in result.stderr
        assert result.stderr.count("\n") == 1


def test_an_unknown_row_is_named(tmp_path: Path) -> None:
    result = run("render", "--only", "hello", "--directory", tmp_path)
    assert result.exit_code == 2
    assert "neither a row nor a prompt 'hello'" in result.stderr
