"""How long words may take: what is far outside was cut off, garbled or never said."""

import re

from ivr.voice.standard import LONGER_PAUSES, SLOWER

_SYLLABLE = re.compile(r"[\u3400-\u9fff]|[A-Za-z]")
_PAUSE = re.compile(r"[，。！？：；、]")
SHORTEST_SYLLABLE = 0.1
"""Seconds. A hurried speaker makes eight syllables a second; an E of espeak lasts 0.12."""
LONGEST_SYLLABLE = 0.55
"""Seconds. A careful speaker who spells a website aloud makes two a second."""
_LONGEST_PAUSE = 0.9
_MARGIN_SECONDS = 0.5
"""What edges and a final breath may add."""


def syllables(words: str) -> int:
    """How many are spoken: one for each character and each Latin letter."""
    return len(_SYLLABLE.findall(words))


def plausible(words: str, *, slow: bool = False) -> tuple[float, float]:
    """The least and the most seconds that speaking ``words`` can take."""
    count = syllables(words)
    least = SHORTEST_SYLLABLE * count
    most = LONGEST_SYLLABLE * count + _LONGEST_PAUSE * len(_PAUSE.findall(words)) + _MARGIN_SECONDS
    if not slow:
        return least, most
    return least / SLOWER, most / SLOWER * LONGER_PAUSES
