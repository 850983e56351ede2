"""The table of pronunciation: words and surnames that a voice would misread, and their readings."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ivr.paths import SHARE
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.reading.pinyin import HAN, Toned, syllables_in
from ivr.words.composition import TITLES

_SHIPPED = SHARE / "pronunciation.toml"
_TABLES = ("words", "surnames", "readings")
_HAN = re.compile(rf"[{HAN}]+")
_LATIN = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """Words that a voice would misread, and how they are read."""

    words: Mapping[str, str] = field(default_factory=dict)
    """Words to replace anywhere, each with characters that the engine reads rightly."""
    surnames: Mapping[str, str] = field(default_factory=dict)
    """Surnames to replace, but only before a title: 曾 is zeng1 in 曾先生, and céng in 曾经."""
    readings: Mapping[str, tuple[Toned, ...]] = field(default_factory=dict)
    """The syllables of words of Chinese characters or of Latin letters, before tone sandhi. Only
    the natural voice uses them; see :mod:`ivr.voice.reading.lexicon`."""

    @classmethod
    def parse(cls, text: str) -> "Pronunciation":
        """Return the table that is written in ``text``, the content of ``pronunciation.toml``.

        Raise VoiceError if an entry is wrong; the message names it.
        """
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise VoiceError(
                tr("pronunciation: not valid TOML: {error}; correct it").format(error=error)
            ) from None
        for name, table in raw.items():
            if name not in _TABLES or not isinstance(table, dict):
                raise VoiceError(
                    tr("pronunciation: unknown table {name}; use {known}").format(
                        name=name, known=", ".join(_TABLES)
                    )
                )
            if name != "readings":
                _check_spellings(table)
        readings = {word: _reading(word, said) for word, said in raw.get("readings", {}).items()}
        return cls(raw.get("words", {}), raw.get("surnames", {}), readings)

    def applied(self, text: str) -> str:
        """Return ``text`` with the words and surnames of the table replaced.

        Where two words of the table fit, the longer one is replaced.
        """
        titles = "|".join(TITLES)
        if self.surnames:
            surname = re.compile(f"({_any_of(self.surnames)})(?={titles})")
            text = surname.sub(lambda match: self.surnames[match[1]], text)
        if self.words:
            text = re.sub(_any_of(self.words), lambda match: self.words[match[0]], text)
        return text


@lru_cache(maxsize=1)
def shipped_pronunciation() -> Pronunciation:
    """Return the table shipped with the product, or an empty one if it is missing.

    Raise VoiceError if an entry is wrong.
    """
    if not _SHIPPED.is_file():
        return Pronunciation()
    return Pronunciation.parse(_SHIPPED.read_text(encoding="utf-8"))


def _check_spellings(table: Mapping[str, object]) -> None:
    """Raise VoiceError if a word of ``table`` has no replacement, or a replacement with a digit.

    ``table`` maps a word to the characters that are spoken instead.
    """
    for word, given in table.items():
        if not word or not isinstance(given, str) or not given or _has_digit(given):
            raise VoiceError(
                tr("pronunciation: {word!r} = {spoken!r}: write it in characters").format(
                    word=word, spoken=given
                )
            )


def _reading(word: str, said: object) -> tuple[Toned, ...]:
    """Return the syllables of an entry of the table [readings].

    ``word`` is the entry's word, ``said`` its pinyin, such as ``ni3 hao3``. Raise VoiceError if one
    of them is wrong.
    """
    try:
        syllables = syllables_in(said) if isinstance(said, str) else ()
    except ValueError as error:
        raise VoiceError(
            tr(
                "pronunciation: {word!r} = {reading!r}: {syllable!r} is no syllable; write pinyin "
                "with the tone's number, such as zhang1, lv4 or de5"
            ).format(word=word, reading=said, syllable=error.args[0])
        ) from None
    if not _HAN.fullmatch(word) and not _LATIN.fullmatch(word):
        raise VoiceError(
            tr(
                "pronunciation: {word!r} = {reading!r}: write a word of Chinese characters only, "
                "or of Latin letters only, on the left"
            ).format(word=word, reading=said)
        )
    if not syllables or (len(syllables) != len(word) and _HAN.fullmatch(word)):
        raise VoiceError(
            tr(
                "pronunciation: {word!r} = {reading!r}: write one syllable for each character, "
                "separated by spaces"
            ).format(word=word, reading=said)
        )
    return syllables


def _any_of(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _has_digit(text: str) -> bool:
    return any(unicodedata.digit(sign, None) is not None for sign in text)
