"""The phones of the acoustic model: initials and finals of Mandarin, by their sounds.

A final has two phones, its first and its second half: a single one would have to be ``i`` at the
beginning and ``ng`` at the end of ``iang``.
"""

from collections.abc import Sequence

from ivr.understanding.expected_words import SYLLABLES
from ivr.understanding.syllables import syllables_of
from ivr.voice.reading.pinyin import INITIAL_AND_FINAL, NO_INITIAL

SILENCE, UNKNOWN = "SIL", "SPN"
"""Phones of silence and noise, and of speech that is not Mandarin."""
_HALVES = (".1", ".2")


def phones_of(syllable: str) -> tuple[str, ...]:
    """Return the phones of a syllable, which is pinyin without the tone; KeyError if it is none."""
    initial, final = INITIAL_AND_FINAL[syllable]
    halves = tuple(final + half for half in _HALVES)
    return halves if initial == NO_INITIAL else (initial, *halves)


SIGNS = {syllables_of(sign).sounds[0]: sign for sign in SYLLABLES} | {
    "dei": "得", "ei": "诶", "kiu": "Q", "o": "哦", "sei": "C", "shei": "谁", "zhei": "这",
}  # fmt: skip
"""A character, or a letter that is read so, for each syllable; rare syllables have none."""
SYLLABLE_NAMES = sorted(INITIAL_AND_FINAL)
"""The syllables of Mandarin, in pinyin without the tone."""
_SYLLABLE_OF = {phones_of(name): name for name in SYLLABLE_NAMES}
"""The syllable of each series of phones; yo has those of you, which comes later."""

PHONES = (
    SILENCE,
    UNKNOWN,
    *sorted({phone for syllable in INITIAL_AND_FINAL for phone in phones_of(syllable)}),
)
"""All phones; the index of a phone is the number of its output of the network."""
NUMBER = {phone: number for number, phone in enumerate(PHONES)}

Timed = list[tuple[float, str]]
"""Phones with the second at which each begins, in order."""


def timed_syllable(syllable: str, start: float, middle: float, end: float) -> Timed:
    """Return the phones of a syllable that lasts from ``start`` to ``end``, in seconds.

    Its final begins at ``middle``, or at ``start`` if the syllable has no initial.
    """
    *initial, first, second = phones_of(syllable)
    begin = middle if initial else start
    timed: Timed = [(start, initial[0])] if initial else []
    return [*timed, (begin, first), ((begin + end) / 2, second)]


def labels(timed: Timed, times: Sequence[float], end: float) -> list[int]:
    """Return the number of the phone at each of ``times`` (seconds, ascending).

    Before the first phone and after ``end`` there is silence.
    """
    found, at = [], -1
    for time in times:
        while at + 1 < len(timed) and timed[at + 1][0] <= time:
            at += 1
        found.append(0 if at < 0 or time >= end else NUMBER[timed[at][1]])
    return found


def syllables_said(labels: Sequence[int]) -> list[str] | None:
    """Return the syllables in a series of labels, the number of the phone of each frame.

    Return None if a frame has speech that is not Mandarin, or if a phone is missing because it is
    too short for a frame of its own.
    """
    changes = [label for at, label in enumerate(labels) if not at or label != labels[at - 1]]
    phones = [PHONES[label] for label in changes if PHONES[label] != SILENCE]
    said: list[str] = []
    syllable: tuple[str, ...] = ()
    for phone in phones:
        syllable = (*syllable, phone)
        if phone.endswith(_HALVES[1]):
            if syllable not in _SYLLABLE_OF:
                return None
            said.append(_SYLLABLE_OF[syllable])
            syllable = ()
    return None if syllable else said
