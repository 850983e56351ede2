"""Text is cut into words, and the words of prompts are compared with recognised ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.tiny_vosk.heard_back import compare, keywords
from tools.tiny_vosk.segment import clauses, segment

WORDS = {"您", "您好", "好", "请问", "什么", "有什么", "可以", "可", "以", "QQ", "企业", "号码"}


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("您好，请问有什么可以？", ["您好", "请问", "有什么", "可以"]),
        ("您，好", ["您", "好"]),
        ("企业QQ号码", ["企业", "QQ", "号码"]),
        ("鸵鸟您好", ["鸵", "鸟", "您好"]),
        ("", []),
        ("！？", []),
    ],
)
def test_text_is_cut_into_fewest_words_within_punctuation(text: str, cut: list[str]) -> None:
    assert segment(text, WORDS) == cut


@given(st.text(alphabet="您好请问有什么可以QQ企业，。! a1", max_size=60))
def test_all_characters_are_kept(text: str) -> None:
    assert "".join(segment(text, WORDS)) == "".join(clauses(text))


@given(st.text())
def test_any_text_can_be_cut(text: str) -> None:
    assert all(segment(text, WORDS))


def test_keywords_are_words_of_two_characters() -> None:
    assert keywords("您好，请问您有什么", WORDS) == ["您好", "请问", "有什么"]


def test_a_word_said_twice_must_be_heard_twice() -> None:
    result = compare("您好您好请问", "您好 请 问", WORDS)
    assert (result.missed, round(result.share, 2)) == (("您好",), 0.67)


def test_a_prompt_without_keywords_counts_as_recognised() -> None:
    assert compare("好", "", WORDS).share == 1.0
