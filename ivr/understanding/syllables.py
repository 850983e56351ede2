"""Text as the syllables it sounds like: toneless pinyin, one for each character.

A recogniser errs in characters far more than in sounds: 投诉 comes as 头数, and both are tou su
when s and sh are taken for one. So nothing here compares characters. Tones are left out, because
they are lost first; near sounds are folded into one as a second layer.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from pypinyin import Style, lazy_pinyin

MOST_SYLLABLES = 300
"""Syllables that are looked at: more than a minute of talk. The rest of a text is not read."""
_LONGEST_TEXT = 4 * MOST_SYLLABLES
_DIGITS = dict(zip("0123456789", lazy_pinyin("零一二三四五六七八九"), strict=True))
_SOUNDS = _DIGITS | {"q": "kou"}
"""QQ is written 扣扣 and 抠抠 as well, by callers and by recognisers."""
_HUMMED = {"n": "en", "ng": "en", "m": "en", "hm": "en", "hng": "en"}
"""嗯 and 呣 have no vowel in dictionaries."""
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FOLDED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "f": "h"}
_FOLDED_FINALS = {
    "ing": "in", "eng": "en", "ang": "an", "iang": "ian", "uang": "uan",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Syllables:
    """A text and how it sounds."""

    text: str
    sounds: tuple[str, ...]
    places: tuple[int, ...]
    """For each sound, the index of its character in ``text``."""

    def words(self, start: int, end: int) -> str:
        """The piece of the text that sounds ``start`` to ``end`` (exclusive) were read from."""
        return self.text[self.places[start] : self.places[end - 1] + 1] if start < end else ""

    def __len__(self) -> int:
        return len(self.sounds)


def syllables_of(text: str) -> Syllables:
    """How ``text`` sounds: at most MOST_SYLLABLES syllables; what has no sound is left out.

    Han characters become toneless pinyin (ü is v), digits are read one by one, other letters
    stand for themselves in lower case. Any Unicode will do.
    """
    pairs = list(islice(_sounds(text[:_LONGEST_TEXT]), MOST_SYLLABLES))
    return Syllables(text, tuple(sound for sound, _ in pairs), tuple(place for _, place in pairs))


def _sounds(text: str) -> Iterator[tuple[str, int]]:
    """Sounds with their places; Han characters are read together, as words decide how."""
    run: list[tuple[str, int]] = []
    for place, raw in enumerate(text):
        for sign in unicodedata.normalize("NFKC", raw).lower():
            if _is_han(sign):
                run.append((sign, place))
                continue
            yield from _read(run)
            run = []
            if sign in _SOUNDS:
                yield _SOUNDS[sign], place
            elif sign.isalnum():
                yield sign, place
    yield from _read(run)


def _read(run: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    if not run:
        return
    readings = _readings("".join(sign for sign, _ in run))
    for reading, (_, place) in zip(readings, run, strict=True):
        yield reading, place


@lru_cache(4096)
def _readings(signs: str) -> tuple[str, ...]:
    """Of Han characters; a quarter of a millisecond, and callers say the same things."""
    readings = lazy_pinyin(signs, style=Style.NORMAL, errors=_one_by_one)
    return tuple(_HUMMED.get(reading, reading) for reading in readings)


def _one_by_one(signs: str) -> Any:
    """Characters without a reading, each for itself (a list, which pypinyin's types forget)."""
    return list(signs)


def _is_han(sign: str) -> bool:
    return "㐀" <= sign <= "鿿" or "豈" <= sign <= "﫿" or "\U00020000" <= sign <= "\U0003ffff"


def split(sound: str) -> tuple[str, str]:
    """Initial and final: ``zhang`` is zh and ang, ``an`` is nothing and an."""
    initial = next((start for start in _INITIALS if sound.startswith(start)), "")
    return initial, sound[len(initial) :]


@lru_cache(4096)
def fold(sound: str) -> str:
    """The same for sounds that are easily confused: zh/z, ch/c, sh/s, n/l/r, f/hu, ing/in, …"""
    initial, final = split(sound)
    if not final:
        return sound
    if initial == "h" and final[0] == "u" and len(final) > 1:
        final = "ei" if final == "ui" else final[1:]  # 花 and 发, 会 and 费
    return _FOLDED_INITIALS.get(initial, initial) + _FOLDED_FINALS.get(final, final)
