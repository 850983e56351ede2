"""When an expected answer explains what was heard, and when it does not."""

import pytest

from ivr.dialogue.expected import Expected
from ivr.understanding.expected import difference, explains
from ivr.understanding.expected_words import (
    DIGIT_WORDS,
    RARE_DIGIT_WORDS,
    SURNAMES,
    SYLLABLES,
)
from ivr.understanding.syllables import syllables_of


def counts(expected: Expected, answer: str, free: str, *, vague: bool = False) -> bool:
    """Return whether ``answer`` explains the speech; _ in it is a syllable of no answer."""
    sounds = [None if sign == "_" else syllables_of(sign).sounds[0] for sign in answer]
    known = syllables_of(answer.replace("_", ""))
    return explains(expected, known, sounds, syllables_of(free), vague=vague)


@pytest.mark.parametrize(
    ("answer", "free"),
    [
        ("幺三八零零零零幺二三四", "幺三八零零零零幺二三四"),
        ("幺三八零零零零幺二三四", "要三吧林林零零要二三四"),  # the same sounds in other words
        ("幺四八三二三六四零五六", "取消四八三二二三六四零五六"),
        ("一六二零四零五", "离六二林次零我"),
        ("二五四六五八", "二五四六五吧"),
    ],
)
def test_digits_explain_a_misheard_number(answer: str, free: str) -> None:
    assert counts(Expected.NUMBER, answer, free)


@pytest.mark.parametrize(
    ("answer", "free"),
    [
        ("____二", "帮我转一下"),
        ("八_五四", "八角五四"),  # too much is left over for so few digits
        ("二八零", "转人工"),  # what a decoder of digits makes of it without other syllables
        ("一是三错了尾号是一七", "你是真人还是机器"),
        ("打三四", "查单子"),
        ("三", "三"),  # one digit may be any word
        ("我的电话是", "我的电话是"),
        ("", "喂"),
        ("", ""),
    ],
)
def test_digits_do_not_explain_another_sentence(answer: str, free: str) -> None:
    assert not counts(Expected.NUMBER, answer, free)


def test_yes_and_no_leave_nothing_over() -> None:
    assert counts(Expected.YES_NO, "不是", "不四")
    assert counts(Expected.YES_NO, "没问题", "没问西")
    assert not counts(Expected.YES_NO, "不是_", "不是我")
    assert not counts(Expected.YES_NO, "不", "投诉你们")


def test_a_short_yes_or_no_explains_words_that_nobody_says_alone() -> None:
    assert counts(Expected.YES_NO, "对", "呗", vague=True)
    assert counts(Expected.YES_NO, "同意", "通", vague=True)
    assert not counts(Expected.YES_NO, "对", "喂", vague=False)
    assert not counts(Expected.YES_NO, "_", "呗", vague=True)
    assert not counts(Expected.YES_NO, "是的", "什么", vague=True)


def test_a_name_may_have_a_given_name_and_must_have_a_surname() -> None:
    assert counts(Expected.NAME, "我姓张", "我新张")
    assert counts(Expected.NAME, "我叫李_", "我叫李明")
    assert not counts(Expected.NAME, "我姓", "我姓")
    assert not counts(Expected.NAME, "姓马", "那行吧")


def test_few_digits_need_a_digit_among_the_words_of_all() -> None:
    assert not counts(Expected.NUMBER, "五幺五幺", "不要不要")
    assert not counts(Expected.YES_NO, "洞六", "懂了")
    assert counts(Expected.NUMBER, "五幺五幺", "五要五要")
    assert counts(Expected.NUMBER, "五幺五幺五幺五幺", "不要不要不要不要")


def test_a_name_of_the_same_sound_is_no_better() -> None:
    """徐 and 许 differ in their tones alone; the decoder of all words knows both."""
    assert not counts(Expected.NAME, "徐女士", "许女士")
    assert not counts(Expected.NAME, "_姓马", "那行吧")


def test_the_difference_counts_likely_confusions_less() -> None:
    assert difference(["san", "si"], ["san", "si"]) == 0
    assert difference([], []) == 0
    assert difference(["san"], []) == 1
    likely = difference(["si"], ["shi"])
    related = difference(["liu"], ["jiu"])
    assert 0 < likely < related < difference(["ba"], ["zhuan"]) == 1
    assert 0 < difference([None, "si"], ["jiao", "si"]) < difference(["ba", "si"], ["jiao", "si"])
    assert difference(["er", "er", "si"], ["er", "si"]) == pytest.approx(1 / 3)


def test_each_syllable_has_one_character() -> None:
    sounds = [syllables_of(sign).sounds for sign in SYLLABLES]
    assert len(set(sounds)) == len(sounds) > 380
    assert len({syllables_of(name).sounds for name in SURNAMES}) == len(SURNAMES)


def test_the_syllables_cover_the_digits() -> None:
    have = {syllables_of(sign).sounds for sign in SYLLABLES}
    words = (*DIGIT_WORDS, *RARE_DIGIT_WORDS)
    assert {syllables_of(word).sounds for word in words} <= have
