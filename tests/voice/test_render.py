"""Prompts are rendered again only where words, voice or files have changed."""

import shutil
from pathlib import Path

import pytest

from ivr.words.catalogue import SOUNDS
from ivr.words.wording import read_sheet
from tests.voice.rendered_sheet import PIECES, SHEET, Rendered, check, render, speaker
from tests.voice.tone import Tone

OLD, NEW = "对不起，我挂线了。", "对不起，我先挂线了。"
CHANGED = "caller_stays_on-goodbye"


def test_a_second_run_writes_nothing(copied: Rendered) -> None:
    before = {path: path.stat().st_mtime_ns for path in copied.directory.rglob("*")}
    assert render(copied.sheet, copied.directory, speaker()).rendered == ()
    assert before == {path: path.stat().st_mtime_ns for path in copied.directory.rglob("*")}


def test_one_changed_word_renders_only_its_prompt(copied: Rendered) -> None:
    before, sheet = copied.files(), copied.with_words(OLD, NEW)
    assert [
        f"caller_stays_on.goodbye{which} is out of date: run `ivr prompts render`"
        for which in ("", " (louder)", " (loudest)", " (slow)")
    ] == list(check(copied.directory, sheet).problems)
    assert render(sheet, copied.directory, speaker()).rendered == ("caller_stays_on.goodbye",)
    after = copied.files()
    assert {
        f"{SOUNDS}/{CHANGED}.{ext}" for ext in ("alaw", "ulaw", "sln", "sln16", "g722", "wav")
    } | {
        f"{SOUNDS}-{rendering}/{CHANGED}.{ext}"
        for rendering in ("louder", "loudest", "slow")
        for ext in ("alaw", "ulaw", "sln")
    } | {"manifest.json"} == {name for name in after if after[name] != before.get(name)}
    assert check(copied.directory, sheet).problems == ()


def test_a_removed_prompt_loses_its_files(copied: Rendered) -> None:
    sheet = copied.with_words(f'goodbye = "{OLD}"\n', "")
    assert "caller_stays_on.goodbye is no longer in the sheet" in " ".join(
        check(copied.directory, sheet).problems
    )
    assert render(sheet, copied.directory, speaker()).removed == ("caller_stays_on.goodbye",)
    assert not [name for name in copied.files() if CHANGED in name]
    assert check(copied.directory, sheet).problems == ()


@pytest.mark.slow
def test_another_voice_renders_everything_again_and_speaks_equal_words_once(
    copied: Rendered,
) -> None:
    prompts, engine = len(copied.sheet.fragments()) + len(PIECES), Tone()
    assert len(render(copied.sheet, copied.directory, engine).rendered) == prompts + 2
    assert len(set(engine.words)) == len(engine.words) < 2 * prompts


@pytest.mark.slow
def test_only_one_row_or_one_prompt(few: Rendered, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    row = render(
        few.sheet,
        tmp_path,
        Tone(),
        only="no_sound",
        progress=lambda done, of: told.append((done, of)),
    )
    assert row.rendered == ("no_sound.ask", "no_sound.farewell")
    assert told == [(3, 8), (6, 8), (7, 8), (8, 8)]
    assert render(few.sheet, tmp_path, Tone(), only="no_sound.ask").rendered == ()
    prompt = render(few.sheet, tmp_path, Tone(), only="no_sound.ask", anew=True)
    assert prompt.rendered == ("no_sound.ask",)
    assert {"no_sound.ask", "no_sound.farewell"} == set(prompt.kept) | set(prompt.rendered)
    with pytest.raises(KeyError, match="no_sou"):
        render(few.sheet, tmp_path, Tone(), only="no_sou")


@pytest.mark.slow
def test_a_damaged_or_missing_file_is_reported_and_rendered_again(copied: Rendered) -> None:
    before = copied.files()
    copied.damage(f"{SOUNDS}/{CHANGED}.ulaw", b"\xff")
    (copied.directory / SOUNDS / "greeting-ask.alaw").unlink()
    problems = " ".join(check(copied.directory, copied.sheet).problems)
    assert f"{CHANGED}.ulaw is not the file that was rendered" in problems
    assert "greeting-ask.alaw is missing" in problems
    rendering = render(copied.sheet, copied.directory, speaker())
    assert {"greeting.ask", "caller_stays_on.goodbye"} == set(rendering.rendered)
    assert before.keys() == copied.files().keys()
    assert check(copied.directory, copied.sheet).problems == ()


@pytest.mark.parametrize(
    "damage",
    [
        "{",
        *(
            pytest.param(text, marks=pytest.mark.slow)
            for text in ("", "[]", '{"recordings": []}', "\x00")
        ),
    ],
)
def test_a_damaged_manifest_is_reported_and_rendered_again(copied: Rendered, damage: str) -> None:
    before = copied.files()
    copied.damage("manifest.json", damage.encode())
    (problem,) = check(copied.directory, copied.sheet).problems
    assert "manifest.json is damaged" in problem
    render(copied.sheet, copied.directory, Tone())
    assert before.keys() == copied.files().keys()
    assert check(copied.directory, copied.sheet).problems == ()


@pytest.mark.slow
def test_another_companys_sheet_passes_the_same_checks(rendered: Rendered, tmp_path: Path) -> None:
    """The clinic's sheet is rendered over ours; prompts with the same words are kept."""
    clinic = read_sheet(SHEET.parent / "example-clinic" / "sheet.toml")
    shutil.copytree(rendered.directory, tmp_path / "rendered")
    done = render(clinic, tmp_path / "rendered", speaker())
    assert 15 <= len(done.rendered) <= 40
    report = check(tmp_path / "rendered", clinic, measure=True)
    assert report.problems == ()
    assert report.figures.present_percent == 100.0
