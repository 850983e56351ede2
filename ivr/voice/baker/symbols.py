"""From a text that is read aloud to the symbols that the networks of the voice baker are given.

The corpus of the voice writes a sentence as ``sil initial final+tone #0 … #3 … sil``. ``#0`` joins
two syllables, ``#1`` and ``#2`` are boundaries of words and phrases, and ``#3`` is a pause between
clauses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ivr.voice.context import Context
from ivr.voice.reading.aloud import read_prompt
from ivr.voice.reading.pauses import STRENGTHS
from ivr.voice.reading.syllables import Pause, Spoken, Strength, Syllable

_BOUNDARY = {Strength.LIGHT: "#1", Strength.SHORT: "#2", Strength.CLAUSE: "#3"}
_JOINT = "#0"
_SENTENCE_GAP_SECONDS = 0.3
"""Seconds of silence between two sentences of a prompt. The corpus has single sentences only."""
_CLAUSE_GAP_SECONDS = 0.12
"""Seconds of silence between two parts of a long sentence that are spoken one by one; the voice
itself pauses beside them."""
_MOST_SYLLABLES = 32
"""A sentence with more syllables is spoken in parts, cut at its clauses. Sentences of the corpus
have 16 on average, and the network never learned long ones."""


@dataclass(frozen=True, slots=True)
class Breath:
    """Words that the networks speak in one go, with context that is cut off afterwards."""

    symbols: tuple[str, ...]
    first: int
    """Index of the first symbol to keep."""
    end: int
    """Index behind the last symbol to keep."""
    gap_seconds: float
    """Seconds of silence after these words; 0 if they are the last ones of a text."""


@lru_cache(maxsize=8192)
def breaths(words: str, context: Context) -> tuple[Breath, ...]:
    """Return ``words`` as symbols, in one element for each stretch that is spoken in one go.

    ``words`` are written as in the sheet. The first element also has the context before them, the
    last one the context after them. The result is empty if there is nothing to speak. It is cached,
    because the normal and the slow rendering have the same symbols. Raise VoiceError if a character
    has no reading.
    """
    parts = list(_parts(read_prompt(words)))
    made = []
    for number, (part, gap) in enumerate(parts):
        before = _before(context) if number == 0 else ()
        after = _after(context) if number == len(parts) - 1 else ()
        made.append(_breath(before, part, after, gap))
    return tuple(made)


@lru_cache(maxsize=512)
def _before(context: Context) -> Spoken:
    """Return the syllables and pauses of ``context.before``, which is spoken before the words.

    If it ends with punctuation, the result ends with a pause.
    """
    spoken = read_prompt(context.before)
    return (*spoken, *_pause(context.before[-1])) if spoken else ()


@lru_cache(maxsize=512)
def _after(context: Context) -> Spoken:
    """Return the syllables and pauses of ``context.after``, which is spoken after the words.

    If it begins with punctuation, the result begins with a pause.
    """
    spoken = read_prompt(context.after)
    return (*_pause(context.after[0]), *spoken) if spoken else ()


def _pause(mark: str) -> Spoken:
    return (Pause(mark, STRENGTHS[mark]),) if mark in STRENGTHS else ()


def _parts(spoken: Spoken) -> Iterator[tuple[Spoken, float]]:
    """Yield the sentences of ``spoken``, each with the seconds of silence after it.

    A sentence of more than _MOST_SYLLABLES (32) syllables is yielded in parts, cut at its clauses.
    """
    sentence: list[Syllable | Pause] = []
    for place, one in enumerate(spoken):
        if isinstance(one, Pause) and one.strength is Strength.SENTENCE:
            yield tuple(sentence), _SENTENCE_GAP_SECONDS
            sentence = []
        elif (
            isinstance(one, Pause)
            and one.strength is Strength.CLAUSE
            and _is_long(sentence, spoken[place + 1 :])
        ):
            yield tuple(sentence), _CLAUSE_GAP_SECONDS
            sentence = []
        else:
            sentence.append(one)
    if sentence:
        yield tuple(sentence), 0.0


def _is_long(before: list[Syllable | Pause], after: Spoken) -> bool:
    """Return True if a sentence must be cut at the clause boundary before ``after``, else False.

    ``before`` is the uncut sentence up to there. The sentence must be cut if the next clause would
    give it more than _MOST_SYLLABLES (32) syllables.
    """
    count = sum(isinstance(one, Syllable) for one in before)
    for one in after:
        if isinstance(one, Pause):
            if one.strength >= Strength.CLAUSE:
                break
        else:
            count += 1
    return count > _MOST_SYLLABLES


def _breath(before: Spoken, words: Spoken, after: Spoken, gap: float) -> Breath:
    """Return ``words`` as symbols, with the context that is spoken ``before`` and ``after``.

    The boundary after a syllable is kept with it, because the end of its vowel sounds there.
    ``gap`` is the silence after the words, in seconds.
    """
    symbols = ["sil"]
    _add(symbols, before)
    first = len(symbols) if before else 0
    _add(symbols, words)
    end = len(symbols) if after else len(symbols) + 1
    _add(symbols, after)
    if symbols[-1].startswith("#"):
        symbols.pop()
    return Breath((*symbols, "sil"), first, min(end, len(symbols) + 1), gap)


def _add(symbols: list[str], spoken: Spoken) -> None:
    """Append the symbols of ``spoken`` (syllables and pauses) to the list ``symbols``.

    Each syllable is followed by a boundary. A pause replaces that boundary by a stronger one.
    """
    for one in spoken:
        if isinstance(one, Syllable):
            symbols += [*one.sounds, _JOINT]
        elif symbols[-1].startswith("#"):
            symbols[-1] = _BOUNDARY[one.strength]
