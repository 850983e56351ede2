"""Random texts to be spoken for the training: sentences, words, numbers, answers, syllables."""

import random
import re
from functools import cache

import jieba

from ivr.understanding import expected_words as expected
from tools.tiny_vosk import text

_DIGITS = "零一二三四五六七八九幺"
_COMMON = 12000
"""Number of the most frequent words of the dictionary that are spoken."""
_NAMED = ("我姓{姓}", "免贵姓{姓}", "{姓}先生", "{姓}女士", "{姓}小姐", "我叫{姓}", "姓{姓}")
ANSWERS = 0.05
"""Share of the texts that are the answer to a yes-or-no question. Most have one or two syllables,
which sound different when nothing is said before and after them."""
_ANSWERS = (*expected.YES, *expected.NO, *expected.FREQUENT_ANSWERS * 4)
_ENGLISH_OR_DIGITS = re.compile(r"[a-z0-9]")
_LONGEST = 24
"""Largest number of characters of a text."""


def saying(chooser: random.Random, answers: float = ANSWERS) -> str:
    """Return a random text in Chinese characters and capitals such as QQ, without digits.

    ``answers`` is the share of the texts that are answers to a yes-or-no question.
    """
    if chooser.random() < answers:
        return chooser.choice(_ANSWERS)
    kind = chooser.random()
    if kind < 0.22:
        return _sentence(_sentences(), chooser)
    if kind < 0.26:
        return _sentence(_with_letters(), chooser)
    if kind < 0.45:
        return "".join(chooser.choices(*_words(), k=chooser.randint(1, 5)))[:_LONGEST]
    if kind < 0.80:
        return _number(chooser)
    if kind < 0.87:
        return text.said(chooser.choice(_NAMED), chooser)
    return "".join(chooser.choices(_characters(), k=chooser.randint(1, 7)))


def _sentence(sentences: list[str], chooser: random.Random) -> str:
    said = text.said(chooser.choice(sentences), chooser)
    return said if len(said) <= _LONGEST else said[:_LONGEST]


def _number(chooser: random.Random) -> str:
    """Return digits, as one group or as people group a number: three and then fours, or halves."""
    count = chooser.choice((1, 2, 3, 4, 6, 7, 8, 8, 11, 11, 11))
    digits = "".join(chooser.choices(_DIGITS, k=count))
    kind = chooser.random()
    if count > 5 and kind < 0.3:
        cut = chooser.choice((3, 4))
        return f"{digits[:cut]}，{digits[cut:]}"
    if count > 7 and kind < 0.6:
        first = count % 4
        groups = [digits[:first], *(digits[at : at + 4] for at in range(first, count, 4))]
        return "，".join(filter(None, groups))
    return digits


@cache
def _sentences() -> list[str]:
    written = [*text.phrases(), *(phrase for phrase, _ in text.callers())]
    return [one for one in written if not _ENGLISH_OR_DIGITS.search(one)]


@cache
def _with_letters() -> list[str]:
    """Return the sentences with capitals: few have the product's name QQ, which must be heard."""
    return [one for one in _sentences() if any(sign.isascii() and sign.isupper() for sign in one)]


@cache
def _words() -> tuple[list[str], list[float]]:
    """Return common words, and the weight of each: the square root of its frequency."""
    jieba.setLogLevel("WARNING")
    jieba.initialize()
    counts = {
        word: count
        for word, count in jieba.dt.FREQ.items()
        if count and text.MANDARIN.fullmatch(word) and len(word) <= 4
    }
    common = sorted(counts, key=counts.__getitem__, reverse=True)[:_COMMON]
    return common, [counts[word] ** 0.5 for word in common]


@cache
def _characters() -> list[str]:
    """Return the characters of the common words, which have nearly every syllable of Mandarin."""
    return sorted({sign for word in _words()[0] for sign in word})
