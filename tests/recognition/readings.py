"""Compare how espeak-ng reads a text with how it reads the pinyin that pypinyin finds for it.

Both are given in espeak-ng's own phonemes with tones, so they can be compared directly.
"""

import ctypes
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import espeakng_loader
from pypinyin import Style, lazy_pinyin

from tools.tiny_vosk.segment import clauses

_SYNCHRONOUS, _DO_NOT_EXIT, _CHARS_UTF8 = 2, 0x8000, 1
_TONE = re.compile(r"\d+")
_NEUTRAL = "11"
_CHANGING = {"一": {"55", "35", "51", _NEUTRAL}, "不": {"51", "35", _NEUTRAL}}
"""Tones that 一 and 不 may take; the tone depends on the next syllable."""


@dataclass(frozen=True, slots=True)
class Misreading:
    """A clause that espeak-ng reads in another way than its pinyin."""

    clause: str
    pinyin: str
    read: str
    """Phonemes of the clause."""
    expected: str
    """Phonemes of the pinyin."""


def misreadings(text: str, neutral: Collection[str] = ()) -> list[Misreading]:
    """Return the clauses of ``text`` that espeak-ng reads in another way than their pinyin.

    Latin letters and digits are left out. ``neutral`` holds words that end in a neutral tone, for
    which pypinyin gives the full tone.
    """
    pairs = [
        (clause, pinyin)
        for whole in clauses(text)
        for clause in re.split(r"[0-9A-Za-z]+", whole)
        if (pinyin := _pinyin(clause))
    ]
    return [
        Misreading(clause, " ".join(pinyin), read, expected)
        for clause, pinyin in pairs
        if not _same(
            clause,
            read := phonemes(clause),
            expected := phonemes(" ".join(pinyin)),
            neutral,
        )
    ]


def _pinyin(clause: str) -> list[str]:
    return lazy_pinyin(clause, style=Style.TONE3, neutral_tone_with_five=True)


def _same(clause: str, read: str, expected: str, neutral: Collection[str]) -> bool:
    if _TONE.sub("", read) != _TONE.sub("", expected):
        return False
    tones, wanted = _TONE.findall(read), _TONE.findall(expected)
    if not len(tones) == len(wanted) == len(clause):
        return False
    lost = {match.end() - 1 for word in neutral for match in re.finditer(re.escape(word), clause)}
    return all(
        tone == other or tone in _CHANGING.get(sign, ()) or (tone == _NEUTRAL and place in lost)
        for place, (sign, tone, other) in enumerate(zip(clause, tones, wanted, strict=True))
    )


def phonemes(text: str) -> str:
    """Return espeak-ng's phonemes of ``text``, a text or its pinyin with numbers for the tones.

    Tones are kept; stress and boundaries are left out.
    """
    library, left, said = _library(), ctypes.c_char_p(text.encode()), ""
    while left.value is not None:
        said += library.espeak_TextToPhonemes(ctypes.byref(left), _CHARS_UTF8, 0).decode()
    return re.sub(r"[',%=| _]", "", said)


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = espeakng_loader.get_data_path().encode()
    library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_SetVoiceByName(b"cmn")
    return library
