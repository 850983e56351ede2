"""The recordings of people: words and syllables, their toneless pinyin, and which are held out.

Their directory holds ``words/<characters>.mp3``, spoken by Yue Tan, and
``syllables/<pinyin><tone>.mp3``, spoken by Chen Wang. Nobody has noted
how a word was read that can be read in several ways, so it is not used for judging.
"""

import re
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT

from ivr.understanding.syllables import syllables_of

SPEAKERS = {"words": "Yue Tan", "syllables": "Chen Wang"}
"""The name of the speaker in each directory of the recordings. Both are women."""
_HELD_OUT = 20
"""One word in this many is held out of the training."""
_WORD = re.compile(r"[㐀-鿿]+")
_SYLLABLE = re.compile(r"([a-z]+)[1-5]")
_MISSPELT = {"jv": "ju"}
_RETROFLEX = "儿"
"""A word with this character is left out, except where it is the whole word: 一会儿 is spoken in
two syllables and written in three."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded word or syllable."""

    path: Path
    speaker: str
    """``words`` for Yue Tan, ``syllables`` for Chen Wang."""
    syllables: tuple[str, ...]
    certain: bool = True
    """Whether the word can be read in one way only. Otherwise the syllables are the usual ones."""

    @property
    def held_out(self) -> bool:
        """Whether the recording is a word that is kept for judging.

        A checksum of the name decides, so the answer is the same on every machine.
        """
        chosen = zlib.crc32(self.path.stem.encode()) % _HELD_OUT == 0
        return chosen and self.certain and self.speaker == "words"


def find_recordings(directory: Path) -> list[Recording]:
    """Return the usable recordings in ``directory`` in a fixed order.

    Raise FileNotFoundError if it has none.
    """
    found = [
        Recording(path, speaker, syllables, certain=_is_certain(path.stem))
        for speaker, read in (("words", _word), ("syllables", _syllable))
        for path in sorted((directory / speaker).glob("*.mp3"))
        if (syllables := read(unicodedata.normalize("NFC", path.stem)))
    ]
    if not found:
        raise FileNotFoundError(f"{directory} holds no words/*.mp3 and no syllables/*.mp3")
    return found


def _word(word: str) -> tuple[str, ...]:
    """Return the syllables of ``word`` as it is usually read; nothing if it is not usable."""
    if not _WORD.fullmatch(word) or (_RETROFLEX in word and word != _RETROFLEX):
        return ()
    return syllables_of(word).sounds


def _is_certain(name: str) -> bool:
    """Return whether dictionaries give one reading only for a word, without its tones."""
    return name in PHRASES_DICT or all(len(_readings(sign)) == 1 for sign in name)


def _readings(sign: str) -> set[str]:
    return set(pinyin(sign, style=Style.NORMAL, heteronym=True)[0])


def _syllable(name: str) -> tuple[str, ...]:
    match = _SYLLABLE.fullmatch(name)
    return (_MISSPELT.get(match[1], match[1]),) if match else ()
