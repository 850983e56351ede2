"""The words that a clip is played among, so that it is spoken as a part of their sentence.

A voice lowers its pitch and lengthens its last syllable at the end of a sentence. A digit or a name
that is spoken alone therefore sounds like an end, wherever it is played. An engine that knows where
each sound of its audio lies (:mod:`ivr.voice.baker`) speaks a clip together with its context, and
cuts the clip out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ivr.dialogue.row import Edges, Prompt, Slot, parts


@dataclass(frozen=True, slots=True)
class Context:
    """Words that are spoken before and after those of a clip, and are cut off."""

    before: str = ""
    """The beginning of the sentence; punctuation at its end is a pause before the clip."""
    after: str = ""
    """The rest of the sentence; punctuation at its beginning is a pause after the clip."""


NO_CONTEXT = Context()
_NUMBER = "您的联系电话是"
_OF_DIGITS = {
    "start": Context(_NUMBER, "零四，对吗"),
    "middle": Context(f"{_NUMBER}八", "八四，对吗"),
    "end": Context(f"{_NUMBER}八零", "，八零四，对吗"),
}
"""Contexts of digits, by their place in a group, which is the end of their clip's id.

Of thirty contexts that were tried, these give a digit the length, pitch and energy that it has in
whole telephone numbers: on average it is 29 ms shorter or longer, and pitch and energy differ about
as much as between two numbers. A digit spoken alone is 140 ms longer.
"""
_OF_VALUES = {
    "name": Context("", "，请问您需要了解哪方面的信息"),
    "title": Context("对不起，", "，请问有什么可以帮助您"),
    "number": Context("并在", "小时内，给您明确的答复"),
    "hours": Context("我们会在", "之内给您答复"),
    "letter": Context("您的查询号码是八", "八四"),
    "department": Context("我帮您转到", "，请您稍等"),
    "meaning": Context("请问您说的是", "的意思吗"),
    "code": Context("您的联系电话是", "，对吗"),
}
"""Contexts of the other values, by the kind of value, which begins the id of their clip."""
_EXAMPLES = {
    "姓": "王",
    "先生": "先生",
    "意思": "购买企业QQ",
    "部门": "技术部",
    "N": "二十四",
    "电话": "幺三八，零零幺三，八零零零",
    "单号": "二零二六，零四零八",
    "工号": "幺零零八",
}
"""A value for each slot of the sheet; it is spoken beside the words of the sentence."""
_SENTENCE_END = re.compile("[。！？]")
_LEADING, _TRAILING = re.compile(r"^\W*"), re.compile(r"\W*$")


def context_of_value(prompt: Prompt) -> Context:
    """Return the words that are spoken before and after a value, such as a digit or a name.

    ``prompt`` is the clip of the value. For any other clip, return NO_CONTEXT (no words).
    """
    if prompt.row == "digit":
        return _OF_DIGITS[prompt.key.rpartition(".")[2]]
    return _OF_VALUES.get(prompt.row, NO_CONTEXT)


def contexts_of_parts(prompt: Prompt) -> Mapping[str, Context]:
    """Return the words spoken before and after each clip of a sentence, by the clip's id.

    ``prompt`` is a sentence with slots, which are places for values, such as {姓} (surname). The
    context of a clip is the rest of the sentence, with an example in each slot. Punctuation at the
    edges of the clip belongs to the context. A sentence without slots gives an empty result.
    """
    pieces = parts(prompt)
    texts = [_text(piece) for piece in pieces]
    return {
        piece.id: Context(
            _last_sentence("".join(texts[:at]) + _LEADING.findall(piece.text)[0]),
            _first_sentence(_TRAILING.findall(piece.text)[0] + "".join(texts[at + 1 :])),
        )
        for at, piece in enumerate(pieces)
        if isinstance(piece, Prompt) and piece.edges is not Edges.WHOLE
    }


def _text(piece: Prompt | Slot | str) -> str:
    if isinstance(piece, Slot):
        return _EXAMPLES.get(piece.name, "八")
    return piece.text if isinstance(piece, Prompt) else piece


def _last_sentence(text: str) -> str:
    return _SENTENCE_END.split(text)[-1].strip()


def _first_sentence(text: str) -> str:
    return _SENTENCE_END.split(text)[0].strip()
