"""Count the syllables of a prompt that were misheard, and say how certain their share is."""

from collections.abc import Sequence

import numpy as np

from ivr.understanding.syllables import syllables_of
from ivr.voice.reading.spoken import spoken_text

LETTER = "*"
"""Stands for a Latin letter in the syllables of a prompt. The recogniser knows no letters, so
whatever it hears there is not counted."""
_LONGEST_LETTER = 3
"""Most syllables that one letter may be heard as: W is 打不溜."""
_DRAWS, _TAIL = 2000, 2.5
"""Number of samples of the bootstrap, and the percentile at which its interval begins."""


def expected_syllables(text: str) -> list[str]:
    """Return the syllables that a voice should say for the text of a prompt, without tones.

    Numbers are spelt out as for the speech engine. A Latin letter is LETTER.
    """
    said = syllables_of(spoken_text(text))
    return [
        LETTER if said.text[place].isascii() else sound
        for sound, place in zip(said.sounds, said.places, strict=True)
    ]


def counted(expected: Sequence[str]) -> int:
    """Return the number of syllables without the letters."""
    return sum(sound != LETTER for sound in expected)


def wrong_syllables(expected: Sequence[str], heard: Sequence[str]) -> int:
    """Return the least number of syllables to replace, remove or add between both.

    A LETTER stands for 0 to 3 heard syllables of any sound.
    """
    row = list(range(len(heard) + 1))
    for sound in expected:
        above, row = row, []
        for place, cost in enumerate(above):
            if sound == LETTER:
                best = min(above[max(place - _LONGEST_LETTER, 0) : place + 1])
            else:
                best = cost + 1
                if place:
                    best = min(best, above[place - 1] + (sound != heard[place - 1]))
            row.append(min(best, row[-1] + 1) if row else best)
    return row[-1]


def interval(wrong: Sequence[int], counts: Sequence[int]) -> tuple[float, float]:
    """Return the 95 % interval of the share of wrong syllables, by a bootstrap over prompts.

    ``wrong`` and ``counts`` hold the wrong syllables and all syllables of each prompt. The prompts
    are drawn with replacement, because the syllables of one prompt are not independent. The same
    numbers give the same interval.
    """
    random = np.random.default_rng(0)
    chosen = random.integers(len(counts), size=(_DRAWS, len(counts)))
    shares = np.array(wrong)[chosen].sum(1) / np.array(counts)[chosen].sum(1)
    low, high = np.percentile(shares, [_TAIL, 100 - _TAIL])
    return float(low), float(high)
