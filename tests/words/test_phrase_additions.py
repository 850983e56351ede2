"""A caller's sentence is added to the phrases only if all phrases stay valid with it."""

import shutil
import tomllib
from pathlib import Path

import pytest

from ivr.dialogue.meaning import Intent
from ivr.understanding.phrases import PhraseError
from ivr.words.phrase_additions import FROM_CALLS, add_phrase
from tests.understanding.test_phrases import COMPLETE


@pytest.fixture
def sheet(tmp_path: Path, root: Path) -> Path:
    for name in ("sheet.toml", "values.toml", "surnames.toml", "company.toml"):
        shutil.copy(root / "prompts" / name, tmp_path / name)
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "all.toml").write_text(COMPLETE, encoding="utf-8")
    return tmp_path / "sheet.toml"


def test_sentences_are_added_to_a_file_of_their_own_and_its_comments_stay(sheet: Path) -> None:
    path = add_phrase(sheet, Intent.YES, "中中中")
    assert path == sheet.with_name("phrases") / FROM_CALLS
    own = path.read_text(encoding="utf-8").replace("say = [", "say = [ # in Henan")
    path.write_text(own + "# the end", encoding="utf-8")
    path.chmod(0o664)
    for sentence in ("得劲儿", '"管"'):
        assert add_phrase(sheet, Intent.YES, sentence) == path
    assert add_phrase(sheet, Intent.NO, "不中") == path
    text = path.read_text(encoding="utf-8")
    found = {"yes": {"say": ["中中中", "得劲儿", '"管"']}, "no": {"say": ["不中"]}}
    assert tomllib.loads(text) == found
    assert "# in Henan" in text
    assert "# the end" in text
    assert path.stat().st_mode & 0o777 == 0o664
    assert sorted(file.name for file in path.parent.iterdir()) == ["all.toml", FROM_CALLS]


def test_a_sentence_that_is_there_is_not_added_twice(sheet: Path) -> None:
    assert add_phrase(sheet, Intent.YES, "中中中") is not None
    assert add_phrase(sheet, Intent.YES, "中中中") is None


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("钟钟钟", r"sounds like .*: leave it in one of them"),
        ("……", "can be empty or has no sound"),
        ("(中", "中"),
        ("{城市}好", "is not a class"),
    ],
)
def test_a_sentence_that_cannot_be_used_changes_nothing(
    sheet: Path, sentence: str, told: str
) -> None:
    path = add_phrase(sheet, Intent.YES, "中中中")
    assert path is not None
    before = path.read_bytes()
    with pytest.raises(PhraseError, match=told):
        add_phrase(sheet, Intent.NO, sentence)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 2


def test_a_list_on_one_line_is_left_to_a_person(sheet: Path) -> None:
    path = sheet.with_name("phrases") / FROM_CALLS
    path.write_text('[yes]\nsay = ["中中中"]\n', encoding="utf-8")
    with pytest.raises(PhraseError, match="write the sentence by hand"):
        add_phrase(sheet, Intent.YES, "得劲儿")
    assert path.read_text(encoding="utf-8") == '[yes]\nsay = ["中中中"]\n'


def test_without_phrase_files_beside_the_sheet_none_are_begun(sheet: Path) -> None:
    """A directory with one sentence would take the place of the product's own phrases."""
    shutil.rmtree(sheet.with_name("phrases"))
    with pytest.raises(PhraseError, match="copy the product's phrase files there"):
        add_phrase(sheet, Intent.YES, "中中中")
    assert not sheet.with_name("phrases").exists()
