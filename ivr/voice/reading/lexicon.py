"""The words whose readings the product or its operator has written down, and the surnames."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ivr.paths import SHARE
from ivr.voice.reading.pinyin import Toned, syllables_in
from ivr.voice.reading.pronunciation import Pronunciation, shipped_pronunciation
from ivr.voice.reading.words import Cutter
from ivr.words.composition import TITLES, Vocabulary
from ivr.words.wording import read_vocabulary


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words whose readings take precedence over those in pypinyin's dictionary."""

    readings: Mapping[str, tuple[Toned, ...]] = field(default_factory=dict)
    """The syllables of words of Chinese characters, before tone sandhi."""
    letters: Mapping[str, tuple[Toned, ...]] = field(default_factory=dict)
    """The syllables of words of Latin letters, such as wifi. The words are in lower case."""
    surnames: Mapping[str, tuple[Toned, ...]] = field(default_factory=dict)
    """The syllables of surnames, which count only before a title: 曾 is zeng1 in 曾先生."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Words of a prompt that are replaced by others before anything is read, for every voice."""

    @classmethod
    def of(cls, pronunciation: Pronunciation, vocabulary: Vocabulary) -> "Lexicon":
        """Return the lexicon with the readings of ``pronunciation`` and the surnames' pinyin."""
        latin = {word for word in pronunciation.readings if word.isascii()}
        return cls(
            {word: said for word, said in pronunciation.readings.items() if word not in latin},
            {word.lower(): pronunciation.readings[word] for word in latin},
            {name: syllables_in(pinyin) for name, pinyin in vocabulary.surnames.items()},
            pronunciation.words,
        )

    @cached_property
    def cutter(self) -> Cutter:
        """The cutter of text into words; it knows the words of :attr:`readings` too."""
        return Cutter(self.readings)

    @cached_property
    def longest(self) -> int:
        """Number of characters of the longest word in :attr:`readings`; 0 if there is none."""
        return max(map(len, self.readings), default=0)

    @cached_property
    def addressed(self) -> Mapping[str, tuple[Toned, ...]]:
        """The syllables of the surname, for each surname with each title: 曾先生 (Mr Zeng)."""
        return {name + title: said for name, said in self.surnames.items() for title in TITLES}

    @cached_property
    def longest_addressed(self) -> int:
        """Number of characters of the longest key in :attr:`addressed`; 0 if there is none."""
        return max(map(len, self.addressed), default=0)


@lru_cache(maxsize=1)
def shipped_lexicon() -> Lexicon:
    """Return the lexicon of the tables shipped with the product.

    Raise VoiceError or VocabularyError if a table is wrong.
    """
    return Lexicon.of(shipped_pronunciation(), read_vocabulary(SHARE))
