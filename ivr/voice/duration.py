"""The seconds that words may take. A sound far outside was cut off, garbled or misread."""

import re

from ivr.voice.standard import LONGER_PAUSES, SLOWER

_SYLLABLE = re.compile(r"[\u3400-\u9fff]|[A-Za-z]")
_PAUSE = re.compile(r"[，。！？：；、]")
_SHORTEST_SYLLABLE = 0.1
"""Seconds. A hurried speaker makes eight syllables per second; an E of espeak lasts 0.12."""
_LONGEST_SYLLABLE = 0.55
"""Seconds. A careful speaker spelling a website makes two syllables per second."""
_LONGEST_PAUSE = 0.9
"""Seconds at a punctuation mark."""
_MARGIN_SECONDS = 0.5
"""Seconds that the edges and a final breath may add."""


def syllables(words: str) -> int:
    """Return the number of syllables: one for each Chinese character and each Latin letter."""
    return len(_SYLLABLE.findall(words))


def plausible(words: str, *, slow: bool = False) -> tuple[float, float]:
    """Return the least and the most seconds that speaking ``words`` can take."""
    count = syllables(words)
    least = _SHORTEST_SYLLABLE * count
    most = _LONGEST_SYLLABLE * count + _LONGEST_PAUSE * len(_PAUSE.findall(words)) + _MARGIN_SECONDS
    if not slow:
        return least, most
    return least / SLOWER, most / SLOWER * LONGER_PAUSES
