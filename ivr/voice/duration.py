"""The time that words take to speak. Audio of another length was cut off, garbled or misread."""

import re

from ivr.voice.standard import LONGER_PAUSES, SLOWER

_SYLLABLE = re.compile(r"[\u3400-\u9fff]|[A-Za-z]")
_PAUSE = re.compile(r"[，。！？：；、]")
_SHORTEST_SYLLABLE = 0.1
"""Least seconds that a syllable takes. A hurried speaker makes eight syllables per second; an E of
espeak lasts 0.12 s."""
_LONGEST_SYLLABLE = 0.55
"""Most seconds that a syllable takes. A careful speaker spelling a website makes two syllables per
second."""
_LONGEST_PAUSE = 0.9
"""Most seconds that the pause at a punctuation mark takes."""
_MARGIN_SECONDS = 0.5
"""Most seconds that the silence at the edges and a final breath add."""


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
