"""The input of the natural voice: syllables with tones, and pauses."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from ivr.voice.reading.pinyin import INITIAL_AND_FINAL, Toned


class Source(StrEnum):
    """The rule, table or dictionary from which the reading of a syllable comes."""

    ONLY = "only reading"
    """The character is no everyday polyphone (character with several readings)."""
    TABLE = "pronunciation.toml"
    """A word under [readings] in ``pronunciation.toml``."""
    SURNAME = "surname"
    """A surname of ``surnames.toml``, before a title such as 先生."""
    RULE = "rule"
    """A rule about the neighbours of a function word: :mod:`ivr.voice.reading.rules`."""
    USUAL = "usual reading"
    """The reading outside the words that are listed: :mod:`ivr.voice.reading.polyphones`."""
    NEUTRAL = "neutral"
    """The last syllable of a word that is listed in :mod:`ivr.voice.reading.neutral`."""
    DICTIONARY = "dictionary"
    """A polyphone that no word and no rule of the product decides, so nobody has checked it. The
    reading is that of a phrase in pypinyin's dictionary, or the first of several usual ones."""
    LETTER = "letter"
    """A Latin letter: :mod:`ivr.voice.reading.letters`."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable as it is spoken."""

    text: str
    """The character that is read. For a Latin letter or word it is the whole letter or word, in
    each of its syllables."""
    place: int
    """Index of the first sign of ``text`` in the text that is read aloud, from 0."""
    pinyin: str
    """Pinyin without the tone; the syllable is one of :data:`INITIAL_AND_FINAL`."""
    tone: int
    """Spoken tone from 1 to 4, or 5 for the neutral tone."""
    citation: int
    """Tone before tone sandhi: 你 has tone 3, although it is spoken with tone 2 in 你好."""
    source: Source
    """Where the reading comes from."""

    @property
    def sounds(self) -> tuple[str, str]:
        """The symbols of the initial, and of the final with the spoken tone: ``("h", "ao3")``."""
        initial, final = INITIAL_AND_FINAL[self.pinyin]
        return initial, f"{final}{self.tone}"

    @property
    def dictionary_form(self) -> Toned:
        """The syllable with its tone before tone sandhi."""
        return Toned(self.pinyin, self.citation)

    def __str__(self) -> str:
        return f"{self.pinyin}{self.tone}"


class Strength(IntEnum):
    """The length of a pause, from the shortest to the longest."""

    LIGHT = 1
    """Hardly a pause: between the letters of an address that is spelt out."""
    SHORT = 2
    """Between the parts of a list (、), at a bracket, and beside the dot of an address."""
    CLAUSE = 3
    """Between clauses: ，；：—…"""
    SENTENCE = 4
    """At the end of a sentence: 。！？"""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause between syllables."""

    marks: str
    """The punctuation as it is written."""
    strength: Strength
    """Strength of the strongest of the marks."""

    def __str__(self) -> str:
        return self.marks


Spoken = tuple[Syllable | Pause, ...]
"""A text as it is read aloud. It neither begins nor ends with a pause, and never has two in a
row."""
