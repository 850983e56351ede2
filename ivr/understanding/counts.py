"""Whole numbers in words, by their sounds: 二十五, 一百零八, 两三个, 十来个."""

from collections.abc import Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

_DIGITS = dict(zip(lazy_pinyin("零一二三四五六七八九"), range(10), strict=True)) | {"liang": 2}
_UNITS = {"shi": 10, "bai": 100, "qian": 1000}
_LARGE = {"wan": 10**4}
"""No 亿, which sounds as 一 does: nobody counts so many."""
_ABOUT = ("lai", "duo", "ji")
"""十来个, 二十多个, 十几个: about so many, at least."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number at sounds ``start`` to ``end`` (exclusive)."""

    value: int
    start: int
    end: int


def cardinal_at(sounds: Sequence[str], start: int) -> Count | None:
    """The longest whole number that begins at ``start``; of 两三 the larger one."""
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
