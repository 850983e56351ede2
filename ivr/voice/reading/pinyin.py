"""The syllables of Mandarin: their pinyin, and the initial and the final of each.

Finals are written as in DataBaker's corpus of Mandarin speech, on which the natural voice was
trained: ``ii`` is the vowel of zi, ``iii`` that of zhi, ``v`` is ü, and ``iou``, ``uei`` and
``uen`` are written in full.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

HAN = r"〇㐀-鿿豈-﫿\U00020000-\U0003ffff"
"""Chinese characters, as the inside of a class of a regular expression: ``[{HAN}]``."""
NO_INITIAL = "^"
"""Symbol for the missing initial of syllables such as an, yi and wu."""
_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
"""Finals that follow each initial, as pinyin writes them. These are the syllables of standard
Mandarin that the natural voice's own table has."""
_FOREIGN = ("fai", "kiu", "sei")
"""Syllables that Mandarin lacks and that people use for Latin letters: Q is kiu, C is sei, and the
second syllable of WiFi is fai."""
_AFTER_Y = {
    "a": "ia", "an": "ian", "ang": "iang", "ao": "iao", "e": "ie", "o": "iou", "ong": "iong",
    "ou": "iou", "u": "v", "uan": "van", "ue": "ve", "un": "vn",
}  # fmt: skip
_CONTRACTED = {"iu": "iou", "ui": "uei", "un": "uen"}
_TONED = re.compile(r"([a-z]+)([1-5])")


class Toned(NamedTuple):
    """A syllable with its tone."""

    pinyin: str
    """Pinyin without the tone, in lower case, with v for ü."""
    tone: int
    """Tone from 1 to 4, or 5 for the neutral tone."""

    def __str__(self) -> str:
        return f"{self.pinyin}{self.tone}"


def _symbols(initial: str, final: str) -> tuple[str, str]:
    """Return the symbols of a syllable's initial and final, as the natural voice's corpus has them.

    ``initial`` and ``final`` are the two parts as pinyin writes them, such as ``y`` and ``an``.
    """
    match initial:
        case "":
            return NO_INITIAL, final
        case "y":
            return NO_INITIAL, _AFTER_Y.get(final, final)
        case "w":
            return NO_INITIAL, "u" if final == "u" else "u" + final
        case "j" | "q" | "x" if final in _AFTER_Y and final.startswith("u"):
            return initial, _AFTER_Y[final]
        case "z" | "c" | "s" if final == "i":
            return initial, "ii"
        case "zh" | "ch" | "sh" | "r" if final == "i":
            return initial, "iii"
        case _:
            return initial, _CONTRACTED.get(final, final)


def _all() -> Iterator[tuple[str, tuple[str, str]]]:
    for initial, finals in _FINALS.items():
        for final in finals.split():
            yield initial + final, _symbols(initial, final)
    for foreign in _FOREIGN:
        yield foreign, _symbols(foreign[0], foreign[1:])


INITIAL_AND_FINAL: dict[str, tuple[str, str]] = dict(_all())
"""For each syllable, by its pinyin without the tone, the symbols of its initial and its final."""


def toned(text: str) -> Toned:
    """Return the syllable that is written as pinyin with the tone's number: ``zhang1``, ``lv4``.

    Raise ValueError if there is no such syllable.
    """
    match = _TONED.fullmatch(text)
    if match is None or match[1] not in INITIAL_AND_FINAL:
        raise ValueError(text)
    return Toned(match[1], int(match[2]))


def syllables_in(text: str) -> tuple[Toned, ...]:
    """Return the syllables that are written together or with spaces: ``si1ma3``, ``ni3 hao3``.

    Raise ValueError with the part of ``text`` that is no syllable.
    """
    parts = re.findall(r"[^\s0-9]*[0-9]|[^\s0-9]+", text)
    return tuple(toned(part) for part in parts)
