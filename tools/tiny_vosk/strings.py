"""Strings of words that people have said singly, which resemble sentences.

Words that are recorded singly are spoken slowly and apart. In a string they are quicker, at
different levels, and most run into the next one.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from ivr.voice.stretch import stretched
from tools.tiny_vosk.sounds import SILENCE, Timed
from tools.tiny_vosk.speech import Speech, kept

_MOST_WORDS = 6
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
        words = speakers[random.choice(len(speakers), p=sizes / sizes.sum())]
        tempo = 1.0 if random.random() < _UNCHANGED else random.uniform(*_TEMPOS)
        chosen = random.integers(len(words), size=random.integers(1, _MOST_WORDS + 1))
        yield _joined([words[index] for index in chosen], tempo, random)


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
