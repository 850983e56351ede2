"""A recording that is added to a corpus is read from it again; a line is never there twice."""

from pathlib import Path

import numpy as np
import pytest

from ivr.commands.corpus_additions import add_recording
from ivr.commands.people_corpus import PeopleCorpusError, read_people_corpus
from ivr.dialogue.meaning import Intent

SOUND = np.arange(1600, dtype=np.int16)


def test_a_new_corpus_is_begun_and_goes_on(tmp_path: Path) -> None:
    corpus = tmp_path / "new" / "corpus"
    add_recording(corpus, "a.wav", SOUND, "喂，你好", "hello")
    add_recording(corpus, "b.wav", SOUND[:800], "138")
    add_recording(corpus, "a.wav", SOUND * 2, "喂", "hello")
    second, first = read_people_corpus(corpus).recordings
    assert (first.words, first.intent, second.words, second.intent) == (
        "喂", Intent.HELLO, "138", None,
    )  # fmt: skip
    assert np.array_equal(first.samples(), SOUND * 2)
    assert sorted(path.name for path in corpus.iterdir()) == ["a.wav", "b.wav", "table.csv"]


@pytest.mark.parametrize(
    ("name", "table", "columns"),
    [
        ("table.csv", "\ufeffwords,Path,speaker\r\n对,old.wav,张\r\n", 4),
        ("table.tsv", "path\twords\tintent\nold.wav\t对\tyes\n", 3),
    ],
)
def test_a_table_keeps_its_columns(tmp_path: Path, name: str, table: str, columns: int) -> None:
    add_recording(tmp_path, "old.wav", SOUND, "对")
    (tmp_path / "table.csv").unlink()
    (tmp_path / name).write_text(table, encoding="utf-8")
    add_recording(tmp_path, "new.wav", SOUND, "喂", "hello")
    old, new = read_people_corpus(tmp_path).recordings
    assert (old.words, new.words, new.intent) == ("对", "喂", Intent.HELLO)
    assert old.speaker == ("张" if "speaker" in table else "")
    header = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
    assert len(header.replace("\t", ",").split(",")) == columns


def test_a_corpus_with_a_mistake_or_no_room_is_left_as_it_is(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("path,words,mood\n", encoding="utf-8")
    with pytest.raises(PeopleCorpusError, match="'mood' is no column"):
        add_recording(tmp_path, "a.wav", SOUND, "喂")
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
    with pytest.raises(PeopleCorpusError, match=r"cannot be written .*: name another folder"):
        add_recording(table / "below", "a.wav", SOUND, "喂")
