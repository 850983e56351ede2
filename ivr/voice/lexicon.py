"""The words that a voice of sherpa-onnx can say, and how it must be given them.

sherpa-onnx silently leaves out what its lexicon does not have; callers would hear a sentence that
lacks a word. The lexicon is therefore read here as well. A sign without a reading is an error. A
Latin letter that the voice does not know is written in characters that sound like its name.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.translation import tr
from ivr.voice import VoiceError

_LETTER_NAMES = {
    "A": "诶",
    "B": "必",
    "C": "西",
    "D": "弟",
    "E": "易",
    "F": "艾弗",
    "G": "记",
    "H": "诶吃",
    "I": "爱",
    "J": "这",
    "K": "开",
    "L": "艾勒",
    "M": "艾姆",
    "N": "恩",
    "O": "欧",
    "P": "批",
    "Q": "扣",
    "R": "阿尔",
    "S": "艾斯",
    "T": "替",
    "U": "优",
    "V": "威",
    "W": "达不溜",
    "X": "艾克斯",
    "Y": "歪",
    "Z": "贼",
}
"""The names of the letters as Mandarin speakers say them, in common characters of the same or the
nearest sound. QQ becomes 扣扣, as it is also written."""
_ALIKE = {"嗯": "恩"}
"""Characters that lexicons made from pinyin lack because their reading is no usual syllable, with
one that sounds the same."""
_SENTENCE_ENDS = {"。": "。", ".": "。", "！": "！", "!": "！", "？": "？", "?": "？"}
_PAUSES = dict.fromkeys("，,、；;：:…—–～~", "，")
"""Marks at which a voice makes a pause. Every voice knows the comma, but not every other mark."""
_PIECE = re.compile(r"[A-Za-z]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class VoiceLexicon:
    """The characters and Latin words that a voice of sherpa-onnx can say."""

    signs: frozenset[str]
    """Characters that it can say, and Latin letters, in lower case."""
    latin_words: frozenset[str]
    """Words of several Latin letters that it can say, in lower case."""

    @classmethod
    def read(cls, lexicons: Iterable[Path], tokens: Path) -> "VoiceLexicon":
        """Read the files ``lexicons``, and ``tokens``, the list of the sounds of the model.

        Each line of a lexicon is a word and its sounds; each line of ``tokens`` is a sound and its
        number. A word counts only if the model has all its sounds. Raise VoiceError if a file
        cannot be read, or if the model has the sounds of no word.
        """
        sounds = _sounds(tokens)
        entries: set[str] = set()
        for path in lexicons:
            for line in _lines(path):
                word, *said = line.split() or [""]
                word = word.lower()
                if len(word) != 1 and not (word.isascii() and word.isalpha()):
                    continue  # a phrase: its characters have entries of their own
                if said and sounds.issuperset(_without_tones(said)):
                    entries.add(word)
        if not entries:
            raise VoiceError(
                tr(
                    "{path} has the sounds of no word of the lexicon: fetch the voice again with "
                    "`ivr voices fetch`"
                ).format(path=tokens)
            )
        signs = frozenset(word for word in entries if len(word) == 1)
        return cls(signs, frozenset(entries) - signs)

    def text(self, words: str) -> str:
        """Return ``words`` rewritten so that the voice says all of them.

        A Latin letter that the voice does not know is replaced by characters that sound like its
        name. Digits must be spelt out already. The result has no punctuation but ，。！？. Raise
        VoiceError if a sign has no reading.
        """
        pieces: list[str] = []
        for piece in _PIECE.findall(words):
            if piece.isascii() and piece.isalpha():
                said = self._latin(piece, words)
            else:
                said = self._sign(piece, words)
            pieces.append(said)
        text = re.sub(r" *([，。！？])[ ，]*", r"\1", "".join(pieces))
        return re.sub(r"，+(?=[。！？])", "", text).strip("， ")

    def _sign(self, sign: str, words: str) -> str:
        """Return one character or mark as the voice must be given it; "" if it is not spoken.

        ``words`` is the whole text; the error message quotes it. Raise VoiceError if the voice
        cannot say the character.
        """
        if mark := _SENTENCE_ENDS.get(sign) or _PAUSES.get(sign):
            return mark
        if sign in self.signs:
            return sign
        if _ALIKE.get(sign) in self.signs:
            return _ALIKE[sign]
        match unicodedata.category(sign)[0]:
            case "Z" | "C":
                return " "
            case "P":
                return ""
            case _:
                raise _no_reading(sign, words)

    def _latin(self, letters: str, words: str) -> str:
        """Return Latin letters as one word if the voice knows it, otherwise spelt out.

        Capitals are always spelt out: VIP is not read as a word in Mandarin. ``words`` is the whole
        text; the error message quotes it. Raise VoiceError if the voice cannot say a letter.
        """
        if not letters.isupper() and letters.lower() in self.latin_words:
            return f" {letters} "
        if all(letter.lower() in self.signs for letter in letters):
            return f" {' '.join(letters)} "  # apart, because some voices take QQ for one word
        return "".join(self._letter_name(letter, words) for letter in letters)

    def _letter_name(self, letter: str, words: str) -> str:
        name = _LETTER_NAMES[letter.upper()]
        if not self.signs.issuperset(name):
            raise _no_reading(letter, words)
        return name


def _no_reading(sign: str, words: str) -> VoiceError:
    return VoiceError(
        tr(
            "the voice has no reading for {sign!r} in {words!r}: write it in other characters, or "
            "give it a spelling in pronunciation.toml"
        ).format(sign=sign, words=words)
    )


def _sounds(path: Path) -> frozenset[str]:
    """Return the names of the sounds in ``path``, the list of the sounds of a model.

    Raise VoiceError if the file cannot be read, or if a line is not a sound and its number.
    """
    sounds = set()
    for number, line in enumerate(_lines(path), 1):
        match line.split():
            case [sound, id] if id.isdecimal():
                sounds.add(sound)
            case [id] if id.isdecimal():
                sounds.add(" ")  # a line of a space, which names this sound, and its number
            case []:
                continue
            case _:
                raise VoiceError(
                    tr(
                        "{path}, line {number}: not a sound and its number; fetch the voice again "
                        "with `ivr voices fetch`"
                    ).format(path=path, number=number)
                )
    return frozenset(sounds)


def _without_tones(said: Sequence[str]) -> Sequence[str]:
    """Return the sounds of a word without its tones.

    ``said`` is the rest of the word's line in a lexicon. In the lexicons of MeloTTS, each line has
    first the sounds and then as many tones, such as ``n in 2 2`` for 您 (you). In all other
    lexicons a tone is a part of a sound, and ``said`` is returned unchanged.
    """
    half = len(said) // 2
    tones = said[half:]
    return said[:half] if len(said) == 2 * half and all(map(str.isdigit, tones)) else said


def _lines(path: Path) -> Sequence[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceError(
            tr(
                "{path} is not a readable text file ({error}): fetch the voice again with "
                "`ivr voices fetch`"
            ).format(path=path, error=error)
        ) from None
