"""The table of syllables: those of Mandarin, with the symbols of the natural voice's corpus."""

import pytest

from ivr.voice.reading.letters import LETTER_NAMES
from ivr.voice.reading.pinyin import INITIAL_AND_FINAL, syllables_in, toned
from ivr.voice.reading.polyphones import ALONE, POLYPHONES, USUAL, VARIED


@pytest.mark.parametrize(
    ("pinyin", "symbols"),
    [
        ("zhi", ("zh", "iii")),
        ("zi", ("z", "ii")),
        ("ji", ("j", "i")),
        ("ju", ("j", "v")),
        ("jue", ("j", "ve")),
        ("juan", ("j", "van")),
        ("jun", ("j", "vn")),
        ("lv", ("l", "v")),
        ("dun", ("d", "uen")),
        ("dui", ("d", "uei")),
        ("diu", ("d", "iou")),
        ("yi", ("^", "i")),
        ("you", ("^", "iou")),
        ("yuan", ("^", "van")),
        ("yan", ("^", "ian")),
        ("wu", ("^", "u")),
        ("wan", ("^", "uan")),
        ("wei", ("^", "uei")),
        ("weng", ("^", "ueng")),
        ("er", ("^", "er")),
        ("a", ("^", "a")),
        ("kiu", ("k", "iou")),
    ],
)
def test_initial_and_final(pinyin: str, symbols: tuple[str, str]) -> None:
    assert INITIAL_AND_FINAL[pinyin] == symbols


def test_reads_syllables_that_are_written_together_or_apart() -> None:
    assert [str(each) for each in syllables_in("si1ma3 lv4 de5")] == ["si1", "ma3", "lv4", "de5"]
    assert syllables_in("") == ()


@pytest.mark.parametrize("wrong", ["zhang", "zhang6", "xyz1", "ma0", "é1", "1", "Ma1"])
def test_refuses_what_is_no_syllable(wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        syllables_in(wrong)
    with pytest.raises(ValueError, match=wrong):
        toned(wrong)


def test_every_letter_has_a_name() -> None:
    assert sorted(LETTER_NAMES) == list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_a_polyphone_is_in_one_table_and_has_several_readings() -> None:
    assert not USUAL.keys() & VARIED.keys()
    assert ALONE.issubset(VARIED)
    assert all(len(set(readings)) > 1 for readings in POLYPHONES.values())
