"""The time that words can take to speak: audio that is shorter or longer is faulty."""

import re

from ivr.voice.standard import LONGER_PAUSES, SLOWER

_SYLLABLE = re.compile(r"[\u3400-\u9fff]|[A-Za-z]")
_PAUSE = re.compile(r"[，。！？：；、]")
_SHORTEST_SYLLABLE = 0.1
"""Shortest time, in seconds, that a syllable takes. A hurried speaker makes eight syllables per
second (0.125 s each); the letter E as espeak speaks it lasts 0.12 s."""
_LONGEST_SYLLABLE = 0.55
"""Longest time, in seconds, that a syllable takes. A person who carefully spells a website makes
two syllables per second (0.5 s each)."""
_LONGEST_PAUSE = 0.9
"""Longest pause, in seconds, at a punctuation mark."""
_MARGIN_SECONDS = 0.5
"""Longest time, in seconds, of the silence at both edges and a final breath together."""


def syllables(words: str) -> int:
    """Return the number of syllables: one for each Chinese character and each Latin letter."""
    return len(_SYLLABLE.findall(words))


def plausible(words: str, *, slow: bool = False) -> tuple[float, float]:
    """Return the least and the most seconds that ``words`` can take, spoken slowly if ``slow``."""
    count = syllables(words)
    least = _SHORTEST_SYLLABLE * count
    most = _LONGEST_SYLLABLE * count + _LONGEST_PAUSE * len(_PAUSE.findall(words)) + _MARGIN_SECONDS
    if not slow:
        return least, most
    return least / SLOWER, most / SLOWER * LONGER_PAUSES
