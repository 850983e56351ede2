"""The symbols that the networks are given, and the part of them that is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.voice.baker.symbols import Breath, breaths
from ivr.voice.context import NO_CONTEXT, Context


def kept(breath: Breath) -> str:
    return " ".join(breath.symbols[breath.first : breath.end])


def test_a_sentence_begins_and_ends_with_silence() -> None:
    (breath,) = breaths("您好，张先生。", NO_CONTEXT)
    assert " ".join(breath.symbols) == ("sil n in2 #0 h ao3 #3 zh ang1 #0 x ian1 #0 sh eng5 sil")
    assert kept(breath) == " ".join(breath.symbols)


@pytest.mark.parametrize(
    ("context", "whole", "part"),
    [
        (Context(after="八"), "sil s an1 #0 b a1 sil", "sil s an1 #0"),
        (Context("八", "八"), "sil b a1 #0 s an1 #0 b a1 sil", "s an1 #0"),
        (Context("八", "，八"), "sil b a1 #0 s an1 #3 b a1 sil", "s an1 #3"),
        (Context("八"), "sil b a1 #0 s an1 sil", "s an1 sil"),
    ],
)
def test_the_context_is_spoken_and_cut_off(context: Context, whole: str, part: str) -> None:
    (breath,) = breaths("三", context)
    assert (" ".join(breath.symbols), kept(breath)) == (whole, part)


def test_each_sentence_is_spoken_by_itself() -> None:
    first, second = breaths("对不起。我挂线了！", Context("八", "八"))
    assert (kept(first), first.symbols[1:3]) == ("d uei4 #0 b u5 #0 q i3 sil", ("b", "a1"))
    assert second.symbols[-3:] == ("b", "a1", "sil")
    assert first.gap_seconds > second.gap_seconds == 0


def test_a_long_sentence_is_spoken_clause_by_clause() -> None:
    clause = "我们会尽快向上级部门反映"
    parts = breaths("，".join([clause] * 5), NO_CONTEXT)
    assert [sum(one == "#0" or one == "#3" for one in part.symbols) for part in parts] == [
        23,
        23,
        11,
    ]


@given(st.text("您好三一不们儿，。、QQ", max_size=60))
def test_every_part_is_framed_and_its_kept_symbols_lie_within(words: str) -> None:
    for breath in breaths(words, Context("八", "，八")):
        assert (breath.symbols[0], breath.symbols[-1]) == ("sil", "sil")
        assert 0 <= breath.first < breath.end <= len(breath.symbols)
