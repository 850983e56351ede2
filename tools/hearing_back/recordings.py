"""The recordings of people: words and syllables, their toneless pinyin, and their sound.

Their directory holds ``words/<characters>.mp3``, spoken by Yue Tan, and
``syllables/<pinyin><tone>.mp3``, spoken by Chen Wang. Nobody has noted
how a word was read that can be read in several ways, so it is not used for judging.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT
from rich.progress import track

from ivr.understanding.syllables import syllables_of

RATE = 10000
"""Samples per second of the loaded recordings. Played at 0.8 times the speed, they still fill the
4 kHz of a telephone line."""
_HELD_OUT = 20
"""One word in this many is held out of the training."""
_QUIET_DB, _FRAME, _MARGIN = 38.0, 100, 1
"""A frame this far below the loudest frame is silence; samples of a frame; frames that are kept
before the first and after the last frame that is not silence."""
_WORD = re.compile(r"[㐀-鿿]+")
_SYLLABLE = re.compile(r"([a-z]+)[1-5]")
_MISSPELT = {"jv": "ju"}
_RETROFLEX = "儿"
"""A word with this character is left out, except where it is the whole word: 一会儿 is spoken in
two syllables and written in three."""

Samples = NDArray[np.int16]


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


def load_sounds(recordings: list[Recording], cache: Path) -> list[Samples]:
    """Return the samples of each recording at RATE, without the silence at both ends.

    The result is kept in the file ``cache``, which is read if it holds the same recordings: reading
    10,000 MP3 files takes about two minutes.
    """
    names = [f"{one.speaker}/{one.path.stem}" for one in recordings]
    if cache.exists():
        kept = np.load(cache)
        if kept["names"].tolist() == names:
            return np.split(kept["samples"], np.cumsum(kept["lengths"])[:-1])
    sounds = list(_read(recordings))
    np.savez(
        cache,
        names=np.array(names),
        samples=np.concatenate(sounds),
        lengths=np.array([len(sound) for sound in sounds]),
    )
    return sounds


def _read(recordings: list[Recording]) -> Iterator[Samples]:
    for recording in track(recordings, "recordings"):
        samples, rate = soundfile.read(recording.path, dtype="float32", always_2d=True)
        sound = trimmed(soxr.resample(samples.mean(1), rate, RATE, quality="HQ"))
        peak = max(float(np.abs(sound).max()), 1e-6)
        yield np.rint(sound * (20000 / peak)).astype(np.int16)


def trimmed(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``sound`` (at RATE) without the silence before and after its words."""
    count = len(sound) // _FRAME
    if count == 0:
        return sound
    power = np.mean(sound[: count * _FRAME].reshape(count, _FRAME) ** 2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-_QUIET_DB / 10))
    first, last = max(loud[0] - _MARGIN, 0), min(loud[-1] + _MARGIN + 1, count)
    return sound[first * _FRAME : last * _FRAME]
