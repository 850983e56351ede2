"""Convert text to the syllables it sounds like: toneless pinyin, one for each character.

A recogniser makes far more errors in characters than in syllables. For example, it may write 投诉
as 头数; both are tou su if s and sh count as the same. Therefore understanding compares syllables,
not characters. Tones are left out, because they are misheard most often. :func:`fold` makes similar
syllables equal.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from pypinyin import Style, lazy_pinyin

MOST_SYLLABLES = 300
"""Maximum number of syllables of a text that are converted: more than a minute of speech. The rest
of the text is ignored."""
_LONGEST_TEXT = 4 * MOST_SYLLABLES
_DIGITS = dict(zip("0123456789", lazy_pinyin("零一二三四五六七八九"), strict=True))
_SOUNDS = _DIGITS | {"q": "kou"}
"""The syllable of each digit and of the letter Q. Q sounds like 扣: QQ is often written 扣扣 or
抠抠."""
_HUMMED = {"n": "en", "ng": "en", "m": "en", "hm": "en", "hng": "en"}
"""Replacements for readings without a vowel, which dictionaries give for 嗯 and 呣: en for ng."""
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FOLDED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "f": "h"}
_FOLDED_FINALS = {
    "ing": "in", "eng": "en", "ang": "an", "iang": "ian", "uang": "uan",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Syllables:
    """A text and its syllables, in toneless pinyin."""

    text: str
    sounds: tuple[str, ...]
    places: tuple[int, ...]
    """The index in ``text`` of the character of each syllable in ``sounds``."""

    def words(self, start: int, end: int) -> str:
        """Return the part of the text that has the syllables ``start`` to ``end`` (exclusive)."""
        return self.text[self.places[start] : self.places[end - 1] + 1] if start < end else ""

    def __len__(self) -> int:
        return len(self.sounds)


def syllables_of(text: str) -> Syllables:
    """Return at most MOST_SYLLABLES syllables of ``text``, which may be any Unicode text.

    Han characters become toneless pinyin (ü is v), digits are read one by one, and other letters
    stand for themselves in lower case. Characters without a sound are left out.
    """
    pairs = list(islice(_sounds(text[:_LONGEST_TEXT]), MOST_SYLLABLES))
    return Syllables(text, tuple(sound for sound, _ in pairs), tuple(place for _, place in pairs))


def _sounds(text: str) -> Iterator[tuple[str, int]]:
    """Yield each syllable with the index of its character.

    Han characters in a row are read together, because the word determines the reading.
    """
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
    """Return the syllables of the Han characters ``signs``, one for each character.

    The results are cached, because each takes a quarter of a millisecond and callers often say the
    same things.
    """
    readings = lazy_pinyin(signs, style=Style.NORMAL, errors=_one_by_one)
    return tuple(_HUMMED.get(reading, reading) for reading in readings)


def _one_by_one(signs: str) -> Any:
    """Return the characters for which pypinyin has no syllable, as a list of single characters.

    pypinyin accepts this list, although its type hints do not say so.
    """
    return list(signs)


def _is_han(sign: str) -> bool:
    return "㐀" <= sign <= "鿿" or "豈" <= sign <= "﫿" or "\U00020000" <= sign <= "\U0003ffff"


def split(sound: str) -> tuple[str, str]:
    """Return the initial and the final of a syllable.

    ``zhang`` gives ``("zh", "ang")``, and ``an`` gives ``("", "an")``.
    """
    initial = next((start for start in _INITIALS if sound.startswith(start)), "")
    return initial, sound[len(initial) :]


@lru_cache(4096)
def fold(sound: str) -> str:
    """Return a simplified syllable, which is the same for all syllables that are often confused.

    Such syllables differ only in zh/z, ch/c, sh/s, n/l/r, f/hu, ing/in, eng/en or ang/an: zhang and
    zan both become zan.
    """
    initial, final = split(sound)
    if not final:
        return sound
    if initial == "h" and final[0] == "u" and len(final) > 1:
        final = "ei" if final == "ui" else final[1:]  # 花 and 发, 会 and 费
    return _FOLDED_INITIALS.get(initial, initial) + _FOLDED_FINALS.get(final, final)
