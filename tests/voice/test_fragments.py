"""The fragments for slots: complete, each once, and read as their pinyin."""

import ctypes
import re
from collections import Counter
from pathlib import Path

import pytest

from ivr.dialogue.row import Edges
from ivr.etiquette.sheet import Sheet
from ivr.paths import SHARE
from ivr.voice import espeak
from ivr.voice.fragments import fragments_to_render
from ivr.voice.reading.spoken import spoken_text
from ivr.words.composition import TITLES
from ivr.words.wording import read_vocabulary


@pytest.fixture(scope="module")
def read() -> "Reading":
    return Reading()


class Reading:
    """espeak's phonemes of a text. It reads pinyin exactly, and characters mostly."""

    def __init__(self) -> None:
        self._library = espeak._library()[0]
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._library.espeak_SetVoiceByName(b"cmn")

    def phonemes(self, text: str) -> str:
        """Return the phonemes without stress, pauses and word ends, which depend on the context."""
        pointer, clauses = ctypes.c_char_p(text.encode()), []
        while pointer.value is not None:
            clause = self._library.espeak_TextToPhonemes(ctypes.byref(pointer), 1, 0)
            clauses.append(clause.decode())
        return re.sub(r"[_|' ]", "", "".join(clauses))


def test_every_surname_and_digit_has_a_fragment_and_none_is_there_twice(sheet: Sheet) -> None:
    found = Counter(prompt.id for prompt in fragments_to_render(sheet))
    assert set(found.values()) == {1}
    assert sum(id.startswith("name.") for id in found) == 3 * len(
        set(read_vocabulary(SHARE).surnames.values())
    )
    assert {f"digit.{digit}.{place}" for digit in "023456789" for place in ("start", "end")} < set(
        found
    )
    assert all(re.fullmatch(r"[a-z0-9_.]+", id) for id in found)


def test_ids_differ_from_those_of_the_sheet(sheet: Sheet) -> None:
    """A row with the id ``name`` or ``digit`` would overwrite the fragments."""
    assert not {prompt.id for prompt in sheet.fragments()} & {
        prompt.id for prompt in fragments_to_render(sheet)
    }


def test_no_fragment_is_forbidden_and_all_are_joined_to_others(sheet: Sheet) -> None:
    for prompt in fragments_to_render(sheet):
        assert sheet.forbidden_in(prompt.text) is None
        assert prompt.edges in (Edges.INNER, Edges.GROUP)
        assert spoken_text(prompt.text)


@pytest.mark.parametrize("title", TITLES)
def test_every_surname_is_read_as_its_pinyin(read: Reading, title: str) -> None:
    """For example 曾 zeng1, 单 shan4, 解 xie4, 尉迟 yu4chi2."""
    wrong = []
    for surname, pinyin in read_vocabulary(SHARE).surnames.items():
        syllables = re.sub(r"(?<=\d)(?=[a-z])", " ", pinyin)
        expected = read.phonemes(syllables) + read.phonemes(title)
        if read.phonemes(spoken_text(surname + title)) != expected:
            wrong.append((surname, pinyin))
    assert wrong == []


def test_another_company_may_bring_its_own_tables(tmp_path: Path) -> None:
    (tmp_path / "values.toml").write_text('[departments]\nlab = "实验室"\n', encoding="utf-8")
    vocabulary = read_vocabulary(tmp_path)
    assert dict(vocabulary.departments) == {"实验室": "lab"}
    assert "张" in vocabulary.surnames
