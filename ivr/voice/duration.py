"""How long words can take to speak. Audio that is shorter or longer is faulty."""

import re

from ivr.voice.standard import LONGER_PAUSES, SLOWER

_SYLLABLE = re.compile(r"[\u3400-\u9fff]|[A-Za-z]")
_PAUSE = re.compile(r"[，。！？：；、]")
_SHORTEST_SYLLABLE = 0.1
"""Least time that a syllable takes, in seconds. A hurried speaker makes eight syllables per second
(0.125 s each); the letter E as espeak speaks it lasts 0.12 s."""
_LONGEST_SYLLABLE = 0.55
"""Most time that a syllable takes, in seconds. A person who carefully spells a website makes two
syllables per second (0.5 s each)."""
_LONGEST_PAUSE = 0.9
"""Longest pause, in seconds, at a punctuation mark."""
_MARGIN_SECONDS = 0.5
"""Upper limit, in seconds, for all that is not words: the silence at both edges and a final
breath."""


def syllables(words: str) -> int:
    """Return the number of syllables: one for each Chinese character and each Latin letter."""
    return len(_SYLLABLE.findall(words))


def plausible(words: str, *, slow: bool = False) -> tuple[float, float]:
    """Return the least and the most seconds that speaking ``words`` can take.

    ``slow`` says that they are spoken slowly.
    """
    count = syllables(words)
    least = _SHORTEST_SYLLABLE * count
    most = _LONGEST_SYLLABLE * count + _LONGEST_PAUSE * len(_PAUSE.findall(words)) + _MARGIN_SECONDS
    if not slow:
        return least, most
    return least / SLOWER, most / SLOWER * LONGER_PAUSES
