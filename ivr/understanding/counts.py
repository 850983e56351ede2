"""Read whole numbers from the syllables of their words: 二十五, 一百零八, 两三个, 十来个."""

from collections.abc import Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

_DIGITS = dict(zip(lazy_pinyin("零一二三四五六七八九"), range(10), strict=True)) | {"liang": 2}
_UNITS = {"shi": 10, "bai": 100, "qian": 1000}
_LARGE = {"wan": 10**4}
"""Values of the large units by syllable: wan (万) is 10,000. 亿 is left out, because it sounds like
一 and callers do not name numbers so large."""
_ABOUT = ("lai", "duo", "ji")
"""Syllables of 来, 多 and 几, which make the number before them approximate: 十来个, 二十多个,
十几个. They do not change the number's value."""


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number, read from the syllables ``start`` to ``end`` (exclusive) of an utterance."""

    value: int
    start: int
    end: int


def cardinal_at(sounds: Sequence[str], start: int) -> Count | None:
    """Return the longest whole number in words that begins at syllable ``start``; None without one.

    ``sounds`` are the syllables of an utterance in toneless pinyin, such as er shi wu (二十五, 25).
    If two digits that follow each other in counting are said, as in 两三个 (two or three), the
    second is the value.
    """
    total = section = 0
    digit: int | None = None
    at, last_unit = start, 10**9
    while at < len(sounds):
        sound = sounds[at]
        if sound in _UNITS and _UNITS[sound] < last_unit:
            section += (1 if digit is None else digit) * _UNITS[sound]
            last_unit, digit = _UNITS[sound], None
        elif sound in _LARGE and (section or digit):
            total = (total + section + (digit or 0)) * _LARGE[sound]
            section, digit, last_unit = 0, None, 10**9
        elif sound in _DIGITS and (not digit or digit + 1 == _DIGITS[sound]):
            digit = _DIGITS[sound]
        else:
            break
        at += 1
    if at == start:
        return None
    value = total + section + (digit or 0)
    if at < len(sounds) and sounds[at] in _ABOUT and value >= 10:
        at += 1
    return Count(value, start, at)
