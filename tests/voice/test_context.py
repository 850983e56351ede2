"""A clip is spoken as a part of the sentence that it is played in."""

import pytest

from ivr.dialogue.row import Edges, Prompt
from ivr.etiquette.sheet import Sheet
from ivr.voice.clip import clips_of
from ivr.voice.context import NO_CONTEXT, Context, context_of_value, contexts_of_parts

ASK = Prompt("row", "ask", "对不起，{先生}，请问您说的是{意思}的意思吗？再见。")


@pytest.mark.parametrize(
    ("id", "begins", "ends"),
    [
        ("digit.8.start", "您的联系电话是", "零四，对吗"),
        ("digit.8.middle", "您的联系电话是八", "八四，对吗"),
        ("digit.8.end", "您的联系电话是八零", "，八零四，对吗"),
        ("name.zhang1.sir", "", "，请问您需要了解哪方面的信息"),
    ],
)
def test_a_value_stands_where_its_slot_stands(id: str, begins: str, ends: str) -> None:
    assert context_of_value(Prompt.named(id, "八", Edges.INNER)) == Context(begins, ends)


def test_words_beside_a_slot_are_spoken_with_their_whole_sentence() -> None:
    assert contexts_of_parts(ASK) == {
        "row.ask.1": Context("", "，先生，请问您说的是购买企业QQ的意思吗"),
        "row.ask.2": Context("对不起，先生，", "购买企业QQ的意思吗"),
        "row.ask.3": Context("对不起，先生，请问您说的是购买企业QQ", ""),
    }


def test_a_whole_sentence_stands_alone(sheet: Sheet) -> None:
    assert contexts_of_parts(Prompt("no_sound", "ask", "您好")) == {}
    (whole,) = {c.context for c in clips_of(sheet) if c.prompt.id == "no_sound.ask"}
    assert whole is NO_CONTEXT


def test_exactly_the_parts_of_sentences_have_a_context(sheet: Sheet) -> None:
    for clip in clips_of(sheet):
        assert (clip.context != NO_CONTEXT) == clip.form.joint
