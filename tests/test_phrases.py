"""Learning from the phrase files beside a sheet: once, and again when they change."""

import shutil
from pathlib import Path

import pytest

from ivr import phrases
from ivr.dialogue.meaning import Intent
from ivr.understanding.phrases import PhraseError
from tests.understanding.test_phrases import COMPLETE


@pytest.fixture
def sheet(tmp_path: Path, root: Path) -> Path:
    """A sheet with the least of phrases beside it, quickly learned."""
    for name in ("sheet.toml", "values.toml", "surnames.toml", "company.toml"):
        shutil.copy(root / "prompts" / name, tmp_path / name)
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "all.toml").write_text(COMPLETE, encoding="utf-8")
    return tmp_path / "sheet.toml"


@pytest.fixture
def learnings(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each time that something was learned."""
    done: list[bool] = []
    learn = phrases.train

    def train(*given: object) -> object:
        done.append(True)
        return learn(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(phrases, "train", train)
    return done


def test_what_was_learned_ahead_is_used(sheet: Path, tmp_path: Path, learnings: list[bool]) -> None:
    assert phrases.learn(sheet)
    assert not phrases.learn(sheet)
    understander = phrases.load_understander(sheet, cache=tmp_path / "cache")
    assert understander.meaning("complaint_deferred 一句话").intent is Intent.COMPLAINT_DEFERRED
    assert len(learnings) == 1
    assert not (tmp_path / "cache").exists()


def test_who_learned_nothing_ahead_learns_at_the_first_start(
    sheet: Path, tmp_path: Path, learnings: list[bool]
) -> None:
    for _ in range(2):
        phrases.load_understander(sheet, cache=tmp_path / "cache")
    assert len(learnings) == 1


def test_changed_phrases_and_torn_files_are_learned_again(
    sheet: Path, tmp_path: Path, learnings: list[bool]
) -> None:
    phrases.learn(sheet)
    (kept,) = (tmp_path / "learned").iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert phrases.learn(sheet)
    (tmp_path / "phrases" / "more.toml").write_text('[yes]\nsay = ["对头"]', encoding="utf-8")
    assert phrases.learn(sheet)
    assert len(learnings) == 3
    assert len(list((tmp_path / "learned").iterdir())) == 1  # what nobody needs is removed


@pytest.mark.parametrize("octets", [b"\xff\xfe", b"[yes"])
def test_a_file_that_is_no_text_is_refused(sheet: Path, octets: bytes) -> None:
    bad = sheet.with_name("phrases") / "bad.toml"
    bad.write_bytes(octets)
    with pytest.raises(PhraseError, match=r"bad\.toml is not"):
        phrases.load_understander(sheet)


def test_a_directory_without_phrases_is_refused(sheet: Path) -> None:
    (sheet.with_name("phrases") / "all.toml").unlink()
    with pytest.raises(PhraseError, match="holds no phrase files"):
        phrases.read_phrases(sheet)
