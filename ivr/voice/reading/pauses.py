"""Which punctuation is a pause, and how strong the pause is."""

import re

from ivr.voice.reading.syllables import Strength

_MARKS = {
    Strength.SHORT: "、（）()【】[]",
    Strength.CLAUSE: "，,；;：:—…",
    Strength.SENTENCE: "。.！!？?",
}
STRENGTHS = {mark: strength for strength, marks in _MARKS.items() for mark in marks}
"""Strength of the pause at each punctuation mark."""
UNHEARD = frozenset("《》〈〉“”‘’「」『』·•・\"'`-~～_")
"""Signs that are left out without a pause: quotation marks, the dot in names, hyphens."""
_DOTS = "点|艾特|横杠|下划线|斜杠"
_SIGN = rf"(?:[A-Za-z]|(?:[零一二三四五六七八九幺]|{_DOTS})(?![一-鿿]))"
_SPELT = re.compile(rf"(?<![A-Za-z])[A-Za-z](?:，{_SIGN})+(?![A-Za-z])")
_BESIDE_A_DOT = re.compile(rf"(?:{_DOTS})，|，(?={_DOTS})")


def commas_of_spelling(text: str) -> dict[int, Strength]:
    """Return the strength of the pause at each comma in an address that is spelt out.

    The key is the index of the comma in ``text``. :func:`ivr.voice.reading.spoken.spoken_text`
    writes ``www.a.cn`` as W，W，W，点，A，点，C，N, because espeak needs the commas. Their pauses
    are LIGHT, and SHORT before and after a word for a sign, such as 点 (dot).
    """
    commas: dict[int, Strength] = {}
    for spelt in _SPELT.finditer(text):
        start = spelt.start()
        for comma in re.finditer("，", spelt[0]):
            commas[start + comma.start()] = Strength.LIGHT
        for dot in _BESIDE_A_DOT.finditer(spelt[0]):
            commas[start + spelt[0].index("，", dot.start())] = Strength.SHORT
    return commas
