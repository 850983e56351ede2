"""The readings in pypinyin's dictionaries: of phrases, and of single characters."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_tone3

from ivr.voice.reading.pinyin import Toned, toned
from ivr.voice.reading.words import occurrences

_LONGEST = 8
"""Upper limit for the characters of a phrase; the dictionary's longer ones are proverbs."""
_UNCHANGED = {"一": Toned("yi", 1), "不": Toned("bu", 4)}
"""Characters whose tone some phrases give after tone sandhi and others before, with the latter."""
_WITHOUT_VOWEL = {"n": "en", "ng": "en", "m": "en", "hm": "en", "hng": "en", "ê": "ei"}
"""Syllables of interjections that the voice does not have, and what is spoken instead."""


def dictionary_readings(words: Sequence[str]) -> Iterator[tuple[Toned | None, bool]]:
    """Yield for each character its reading in the dictionary, and whether a phrase decides it.

    ``words`` are the words of a run of Chinese characters. The second value is True if the reading
    comes from a phrase of several characters, False if from the character alone. The tones are
    those before tone sandhi. The reading is None if the dictionary does not have the character, or
    if Mandarin does not have its syllable.
    """
    run, at = "".join(words), 0
    for start, end in occurrences(words, PHRASES_DICT, _LONGEST):
        yield from ((_of_character(character), False) for character in run[at:start])
        marked = [readings[0] for readings in PHRASES_DICT[run[start:end]]]
        for character, reading in zip(run[start:end], marked, strict=True):
            yield _UNCHANGED.get(character) or _toned(reading), end - start > 1
        at = end
    yield from ((_of_character(character), False) for character in run[at:])


@lru_cache(maxsize=8192)
def _of_character(character: str) -> Toned | None:
    if character in _UNCHANGED:
        return _UNCHANGED[character]
    readings: str = PINYIN_DICT.get(ord(character), "")
    return _toned(readings.split(",")[0])


@lru_cache(maxsize=8192)
def _toned(marked: str) -> Toned | None:
    """Return the syllable ``marked``, which is written with a tone mark (hǎo).

    Return None if Mandarin does not have it.
    """
    numbered: str = to_tone3(marked, neutral_tone_with_five=True)
    pinyin, tone = numbered[:-1], numbered[-1:]
    try:
        return toned(_WITHOUT_VOWEL.get(pinyin, pinyin) + tone)
    except ValueError:
        return None
