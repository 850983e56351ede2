"""Random texts to be spoken for the training: callers' sentences, words, numbers, syllables."""

import random
from functools import cache

import jieba

from tools.tiny_vosk import text

_DIGITS = "零一二三四五六七八九幺"
_COMMON = 12000
"""Number of the most frequent words of the dictionary that are spoken."""
_NAMED = ("我姓{姓}", "免贵姓{姓}", "{姓}先生", "{姓}女士", "{姓}小姐", "我叫{姓}", "姓{姓}")
_LONGEST = 24
"""Largest number of characters of a text."""


def saying(chooser: random.Random) -> str:
    """Return a random text in Chinese characters, without Latin letters and digits."""
    kind = chooser.random()
    if kind < 0.30:
        return _sentence(chooser)
    if kind < 0.58:
        return "".join(chooser.choices(*_words(), k=chooser.randint(1, 5)))[:_LONGEST]
    if kind < 0.78:
        return _number(chooser)
    if kind < 0.85:
        return text.said(chooser.choice(_NAMED), chooser)
    return "".join(chooser.choices(_characters(), k=chooser.randint(1, 7)))


def _sentence(chooser: random.Random) -> str:
    said = text.said(chooser.choice(_sentences()), chooser)
    return said if len(said) <= _LONGEST else said[:_LONGEST]


def _number(chooser: random.Random) -> str:
    count = chooser.choice((1, 2, 3, 4, 6, 7, 8, 8, 11, 11))
    digits = "".join(chooser.choices(_DIGITS, k=count))
    if count > 5 and chooser.random() < 0.5:
        cut = chooser.choice((3, 4))
        digits = f"{digits[:cut]}，{digits[cut:]}"
    return digits


@cache
def _sentences() -> list[str]:
    written = [*text.phrases(), *(phrase for phrase, _ in text.callers())]
    return [one for one in written if not any(sign.isascii() and sign.isalnum() for sign in one)]


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
