"""The small graphs of expected answers that the built-in model carries."""

import math
from collections.abc import Sequence
from heapq import heappop, heappush
from pathlib import Path

import pytest

from ivr.dialogue.expected import Expected
from ivr.recognition.files import check_files
from ivr.understanding.expected_words import NO, YES
from ivr.understanding.numerals import digit_by_digit, is_telephone_number
from tools.tiny_vosk.acoustic import STAY
from tools.tiny_vosk.expected import graph_of, write_expected
from tools.tiny_vosk.fst import Graph

WORDS = ["一", "两", "个", "八", "姓", "对", "张", "我", "是", "转", "啊"]
"""A vocabulary; the words are numbered from 2."""
SPELLING = {word: [[10 + place, 30 + place]] for place, word in enumerate(WORDS)}
UNKNOWN = 1


def heard(graph: Graph, start: int, phones: list[int]) -> set[tuple[int, ...]]:
    """Return the sequences of words that ``graph`` can hear in ``phones``, one frame each."""
    found: set[tuple[int, ...]] = set()
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(start, 0, ())]
    seen = set(waiting)
    while waiting:
        state, at, words = waiting.pop()
        if at == len(phones) and state in graph.final:
            found.add(words)
        for label, word, _, target in graph.arcs[state]:
            if label and (at == len(phones) or label != 2 * phones[at]):
                continue  # 2 * phone is the label of entering a phone
            after = (target, at + bool(label), words + (word,) * bool(word))
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return found


def says(expected: Expected, text: str) -> set[str]:
    """Return what the graph hears when somebody says ``text``; _ is [unk]."""
    graph, start = graph_of(expected, WORDS, SPELLING)
    phones = [phone for word in text for phone in SPELLING[word][0]]
    return {
        "".join("_" if word == UNKNOWN else WORDS[word - 2] for word in words)
        for words in heard(graph, start, phones)
    }


@pytest.mark.parametrize(
    ("expected", "text", "best"),
    [
        (Expected.NUMBER, "一八一", "一八一"),
        (Expected.NUMBER, "两个八", "两个八"),
        (Expected.NUMBER, "是一", "是一"),
        (Expected.NUMBER, "转张", "__"),
        (Expected.YES_NO, "对对", "对对"),
        (Expected.YES_NO, "是一八", "是一八"),
        (Expected.YES_NO, "转", "_"),
        (Expected.NAME, "我姓张", "我姓张"),
        (Expected.NAME, "张转", "张_"),
        (Expected.NAME, "转一", "__"),
    ],
)
def test_an_answer_comes_out_as_words_and_other_speech_as_unknown(
    expected: Expected, text: str, best: str
) -> None:
    assert best in says(expected, text)


def test_digits_never_come_out_as_unknown_and_other_words_never_as_themselves() -> None:
    assert says(Expected.NUMBER, "一八") == {"一八"}
    assert says(Expected.NUMBER, "转") == {"_"}


def test_the_second_word_of_an_answer_does_not_begin_one() -> None:
    """对 is an answer, and so is 对啊."""
    assert "对啊" in says(Expected.YES_NO, "对啊")
    assert says(Expected.YES_NO, "啊") == {"_"}
    assert says(Expected.YES_NO, "转啊") == {"__"}


NUMBER_WORDS = [*"零一二三四五六七八九幺洞两个是", "不对"]
NUMBER_SPELLING = {word: [[10 + place, 40 + place]] for place, word in enumerate(NUMBER_WORDS)}


def cheapest(text: Sequence[str], expected: Expected = Expected.NUMBER) -> float:
    """Return the least cost of the words ``text`` as an ``expected`` answer, one frame per phone.

    The cost of the phones themselves, which all ways have, is not counted.
    """
    graph, start = graph_of(expected, NUMBER_WORDS, NUMBER_SPELLING)
    phones = [phone for word in text for phone in NUMBER_SPELLING[word][0]]
    waiting, least = [(0.0, start, 0)], {(start, 0): 0.0}
    while waiting:
        cost, state, at = heappop(waiting)
        if at == len(phones) and state in graph.final:
            return cost - len(phones) * -math.log(1 - STAY)
        for label, _, more, target in graph.arcs[state]:
            if label and (at == len(phones) or label != 2 * phones[at]):
                continue
            after = (target, at + bool(label))
            if cost + more < least.get(after, math.inf):
                least[after] = cost + more
                heappush(waiting, (cost + more, *after))
    raise AssertionError(f"the graph cannot hear {text}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "number",
    ["13803712345", "19912345678", "66385255", "6638525", "037166385255", "03736638525",
     "01066385255", "02166385255", "4008001234"],
)  # fmt: skip
def test_a_telephone_number_is_likelier_than_other_digits_of_its_length(number: str) -> None:
    """It costs what its digits cost; a part of it costs more than its share.

    A land line of seven digits costs more than one of eight.
    """
    assert is_telephone_number(number)
    words = digit_by_digit(number)
    each = math.log(11)
    short = 2.5 if number in ("6638525", "03736638525") else 0.0
    assert cheapest(words) == pytest.approx(len(words) * each + short)
    assert cheapest(words[:4]) == pytest.approx(4 * each + 5.0)
    too_long = words[:5] + words[5] * 8
    assert cheapest(too_long) == pytest.approx(13 * each + 5.0)


def test_a_caller_most_likely_keeps_to_one_word_for_1() -> None:
    each = math.log(11)
    assert cheapest("幺三八零三七幺二三四五") == pytest.approx(11 * each)
    assert cheapest("一三八零三七一二三四五") == pytest.approx(11 * each)
    assert cheapest("幺三八零三七一二三四五") == pytest.approx(11 * each + 2.0)


def test_numbers_are_heard_after_each_other_and_after_a_correction() -> None:
    each, whole = math.log(11), digit_by_digit("13803712345")
    assert cheapest(whole + whole) == pytest.approx(22 * each + 4.0)
    assert cheapest([*whole, "不对", *whole]) == pytest.approx(22 * each + 4.0)
    assert cheapest([*whole, "不对", "八"]) == pytest.approx(12 * each + 4.0)
    assert cheapest("三个八") == pytest.approx(2 * each + 5.0 + 4.0)


def test_a_number_that_corrects_the_one_read_back_is_likelier_than_other_digits() -> None:
    each, whole = math.log(11), digit_by_digit("13803712345")
    wrong = 4.0 + math.log(len(YES) + len(NO)) - 2.5  # 不对 is a frequent answer
    assert cheapest(["不对", *whole], Expected.YES_NO) == pytest.approx(wrong + 11 * each)
    assert cheapest(["不对", "八", "三"], Expected.YES_NO) == pytest.approx(wrong + 5.0 + 2 * each)
    assert cheapest(whole, Expected.YES_NO) == pytest.approx(4.0 + 11 * each)


def test_a_graph_is_written_for_each_answer(tmp_path: Path) -> None:
    write_expected(tmp_path, WORDS, SPELLING)
    written = {path.parent.name for path in tmp_path.glob("expected/*/HCLG.fst")}
    assert written == {expected.value for expected in Expected}


def test_the_built_in_model_has_all_of_them(tiny: Path) -> None:
    check_files(tiny)
    assert {path.parent.name for path in tiny.glob("expected/*/HCLG.fst")} == {*Expected}
