"""How the words of the vocabulary are read: as people read them, and as espeak-ng misreads them."""

import re

from ivr.voice import VoiceError
from ivr.voice.reading.aloud import read_prompt
from ivr.voice.reading.polyphones import POLYPHONES
from ivr.voice.reading.syllables import Syllable
from tools.tiny_vosk.espeak_sounds import EspeakSounds
from tools.tiny_vosk.sounds import phones_of
from tools.tiny_vosk.synthesiser import Synthesiser

_TITLE = "先生"
_ENGLISH = {"thank": "san ke", "thanks": "san ke si", "you": "you", "bye": "bai", "OK": "ou kei"}
"""English words as Chinese say them."""
_HAN = re.compile(r"[㐀-鿿]+")


class Readings:
    """The readings of words, each a series of syllables without their tones."""

    def __init__(self) -> None:
        self._synthesiser = Synthesiser()
        self._espeak = EspeakSounds(self._synthesiser)

    def phones(self, word: str) -> list[list[str]]:
        """Return the readings of ``word`` as initials and halves of finals."""
        return [
            [phone for syllable in reading for phone in phones_of(syllable)]
            for reading in self.of(word)
        ]

    def of(self, word: str) -> list[list[str]]:
        """Return the readings of ``word``, the usual one first.

        They are that of the word alone, that of a surname before a title, and that of espeak-ng,
        with whose voices the laboratory calls. Raise ValueError if nobody can read the word.
        """
        found = [_read(word), _read(word + _TITLE)[:-2]]
        if _HAN.fullmatch(word):
            phonemes = self._synthesiser.pronunciation(word)
            found.append(self._espeak.syllables(phonemes, word))
        found += [[one.pinyin] for one in POLYPHONES.get(word, ())]
        readings = [list(one) for one in dict.fromkeys(map(tuple, found)) if one]
        if not readings:
            raise ValueError(f"{word!r} has no reading: take it out of words.txt")
        return readings


def _read(word: str) -> list[str]:
    if english := _ENGLISH.get(word):
        return english.split()
    try:
        return [one.pinyin for one in read_prompt(word) if isinstance(one, Syllable)]
    except VoiceError:
        return []
