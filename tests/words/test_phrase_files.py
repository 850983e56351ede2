"""Phrase files beside a sheet are learned once, and again when they change."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ivr.dialogue.meaning import Intent
from ivr.understanding.classifier import Weights
from ivr.understanding.phrases import PhraseError, Phrases
from ivr.understanding.slot_fillers import Fillers
from ivr.understanding.training import LEARNING_VERSION, Background, train
from ivr.words import phrase_files
from tests.understanding.test_phrases import COMPLETE


@pytest.fixture
def sheet(tmp_path: Path, root: Path) -> Path:
    """A sheet with the smallest phrase file beside it, which is learned quickly."""
    for name in ("sheet.toml", "values.toml", "surnames.toml", "company.toml"):
        shutil.copy(root / "prompts" / name, tmp_path / name)
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "all.toml").write_text(COMPLETE, encoding="utf-8")
    return tmp_path / "sheet.toml"


@pytest.fixture
def learnings(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A list with one entry for each learning."""
    done: list[bool] = []

    def counted(phrases: Phrases, fillers: Fillers, background: Background) -> Weights:
        done.append(True)
        return train(phrases, fillers, background)

    monkeypatch.setattr(phrase_files, "train", counted)
    return done


@pytest.mark.slow
def test_weights_learned_in_advance_are_used(
    sheet: Path, tmp_path: Path, learnings: list[bool]
) -> None:
    assert phrase_files.learn(sheet)
    assert not phrase_files.learn(sheet)
    understander = phrase_files.read_understander(sheet, cache=tmp_path / "cache")
    assert understander.meaning("complaint_deferred 一句话").intent is Intent.COMPLAINT_DEFERRED
    assert len(learnings) == 1
    assert not (tmp_path / "cache").exists()


@pytest.mark.slow
def test_without_weights_the_first_start_learns(
    sheet: Path, tmp_path: Path, learnings: list[bool]
) -> None:
    for _ in range(2):
        phrase_files.read_understander(sheet, cache=tmp_path / "cache")
    assert len(learnings) == 1


@pytest.mark.slow
def test_changed_phrases_and_torn_files_are_learned_again(
    sheet: Path, tmp_path: Path, learnings: list[bool]
) -> None:
    phrase_files.learn(sheet)
    (kept,) = (tmp_path / "learned").iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert phrase_files.learn(sheet)
    (tmp_path / "phrases" / "more.toml").write_text('[yes]\nsay = ["对头"]', encoding="utf-8")
    assert phrase_files.learn(sheet)
    assert len(learnings) == 3
    assert len(list((tmp_path / "learned").iterdir())) == 1  # old weights are deleted


@pytest.mark.slow
def test_a_changed_comment_is_not_learned_again(sheet: Path, tmp_path: Path) -> None:
    assert phrase_files.learn(sheet)
    phrases = tmp_path / "phrases" / "all.toml"
    phrases.write_text("# Another comment.\n" + COMPLETE, encoding="utf-8")
    assert not phrase_files.learn(sheet)


@pytest.mark.parametrize("octets", [b"\xff\xfe", b"[yes"])
def test_a_file_that_is_not_text_is_refused(sheet: Path, octets: bytes) -> None:
    bad = sheet.with_name("phrases") / "bad.toml"
    bad.write_bytes(octets)
    with pytest.raises(PhraseError, match=r"bad\.toml is not"):
        phrase_files.read_understander(sheet)


def test_a_directory_without_phrases_is_refused(sheet: Path) -> None:
    (sheet.with_name("phrases") / "all.toml").unlink()
    with pytest.raises(PhraseError, match="holds no phrase files"):
        phrase_files.read_phrases(sheet)


def test_the_weights_belong_to_the_learning_version(sheet: Path) -> None:
    """A change that gives other weights must increase LEARNING_VERSION and these figures."""
    fillers = phrase_files.read_fillers(sheet)
    words = Background(["天气", "苹果", "汽车", "音乐"], sentences=20)
    weights = train(phrase_files.read_phrases(sheet), fillers, words)
    assert (LEARNING_VERSION, weights.matrix.shape) == ("1", (1527, 33))
    assert float(np.abs(weights.matrix).sum()) == pytest.approx(4826.7, rel=1e-3)
