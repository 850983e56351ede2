"""Strings of words that people have said singly, which resemble sentences and telephone numbers.

Words that are recorded singly are spoken slowly and apart. In a string they are quicker, at
different levels, and most run into the next one.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from ivr.voice.stretch import stretched
from tools.tiny_vosk.sounds import SILENCE, Timed, phones_of
from tools.tiny_vosk.speech import Speech, kept

_MOST_WORDS, _MOST_DIGITS = 6, 9
"""Largest number of words in a string of words, and in one of digits."""
_NUMBERS = 0.25
"""Share of the strings that consist of digits alone: few recorded words are digits, and a hotline
must hear them well."""
_READ = "ling yi er san si wu liu qi ba jiu yao"
_DIGITS = frozenset(map(phones_of, _READ.split()))
_TEMPOS, _UNCHANGED = (1.0, 1.9), 0.25
"""Range of the factor by which a string is faster at the same pitch, and the share of the strings
that keep their tempo."""
_LEVEL_DB = 3.0
"""Standard deviation of the level of a word in a string, in dB."""
_GAP, _LONGEST_GAP_SECONDS = 0.35, 0.3
"""Share of the words that a silence precedes, and its greatest length."""


def strings_of_words(directory: Path, count: int, random: np.random.Generator) -> Iterator[Speech]:
    """Yield ``count`` strings of words, each by one speaker.

    ``directory`` holds what ``align`` has written, a file for each speaker.
    """
    speakers = [_words(path) for path in sorted(directory.glob("people-*.npz"))]
    sizes = np.array([len(words) for words in speakers]) ** 0.75
    for _ in range(count):
        words, most = speakers[random.choice(len(speakers), p=sizes / sizes.sum())], _MOST_WORDS
        if random.random() < _NUMBERS and (digits := [word for word in words if _is_digit(word)]):
            words, most = digits, _MOST_DIGITS
        tempo = 1.0 if random.random() < _UNCHANGED else random.uniform(*_TEMPOS)
        chosen = random.integers(len(words), size=random.integers(1, most + 1))
        yield _joined([words[index] for index in chosen], tempo, random)


def _is_digit(word: Speech) -> bool:
    return tuple(phone for _, phone in word.phones if phone != SILENCE) in _DIGITS


@cache
def _words(path: Path) -> list[Speech]:
    return kept(path)


def _joined(words: list[Speech], tempo: float, random: np.random.Generator) -> Speech:
    """Return one piece of speech of ``words``, said ``tempo`` times as fast."""
    rate, sounds = words[0].rate, []
    timed: Timed = []
    at = 0
    for word in words:
        if timed and random.random() < _GAP:
            gap = int(random.uniform(0.02, _LONGEST_GAP_SECONDS) * rate)
            timed.append((at / rate, SILENCE))
            sounds.append(np.zeros(gap))
            at += gap
        sound = word.samples.astype(np.float64) * 10 ** (random.normal(0, _LEVEL_DB) / 20)
        if tempo != 1.0:
            sound = stretched(sound, rate, 1 / tempo)
        factor = len(sound) / len(word.samples)
        timed += [(at / rate + start * factor, phone) for start, phone in word.phones]
        sounds.append(sound)
        at += len(sound)
    samples = np.clip(np.concatenate(sounds), -32768, 32767).astype(np.int16)
    return Speech(samples, rate, timed)
