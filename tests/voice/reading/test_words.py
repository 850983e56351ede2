"""Runs of characters are cut into words, and entries of a dictionary found along their edges."""

from io import BytesIO

import jieba
import pytest

from ivr.voice.reading.words import Cutter, Dictionary, occurrences

DICTIONARY = """\
展览馆 7 n
展览 5 v
B超 3 n
纸 2 n
纸老虎 1 n
会 9 v
""".encode()


@pytest.fixture(scope="module")
def cutter() -> Cutter:
    return Cutter(("会计", "口口计算机"))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("请您换一部电话再打来", "请 您 换 一部 电话 再 打 来"),
        ("我不会计较", "我 不会 计较"),
        ("河南口口计算机科技有限公司", "河南 口口计算机 科技 有限公司"),
    ],
)
def test_cuts_into_words(cutter: Cutter, run: str, words: str) -> None:
    assert " ".join(cutter.words(run)) == words


def test_words_of_one_cutter_are_unknown_to_another(cutter: Cutter) -> None:
    assert "口口计算机" in cutter.words("口口计算机")
    assert "口口计算机" not in Cutter().words("口口计算机")


def test_the_dictionary_is_the_one_that_jieba_makes() -> None:
    made, total = jieba.Tokenizer.gen_pfdict(BytesIO(DICTIONARY))
    dictionary = Dictionary(DICTIONARY)
    assert {text: dictionary.times(text) for text in made} == made
    assert dictionary.total == total


@pytest.mark.parametrize("text", ["展览会", "览", "龙", "一", "A"])
def test_a_text_with_which_no_word_begins_is_in_no_dictionary(text: str) -> None:
    assert Dictionary(DICTIONARY).times(text) is None


def test_a_longer_word_leaves_its_beginnings_words() -> None:
    cutter = Cutter(("电话线路图",))
    assert cutter.words("电话线路图") == ["电话线路图"]
    assert cutter.words("电话线路") == ["电话", "线路"]


@pytest.mark.parametrize(
    ("word", "feet"),
    [("好", [1]), ("保险", [2]), ("展览馆", [2, 1]), ("纸老虎", [1, 2]), ("有限公司", [2, 2])],
)
def test_a_long_word_has_several_feet(cutter: Cutter, word: str, feet: list[int]) -> None:
    assert list(cutter.feet([word])) == feet


@pytest.mark.parametrize(
    ("words", "known", "found"),
    [
        ("不会 计较", "会计", ""),
        ("我 的 会计", "会计", "会计"),
        ("会计师", "会计", "会计"),
        ("为 什么", "为什么 什么", "为什么"),
        ("银行 卡", "银行 银行卡", "银行卡"),
        ("首席 执行官", "执行", "执行"),
        ("好 好 好", "好好", "好好"),
    ],
)
def test_finds_entries_within_words_or_as_whole_words(words: str, known: str, found: str) -> None:
    run = words.replace(" ", "")
    spans = occurrences(words.split(), known.split(), 3)
    assert " ".join(run[start:end] for start, end in spans) == found
