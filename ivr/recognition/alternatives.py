"""The alternatives of a Vosk decoder: the likeliest words, and other words that sound alike.

The decoders of numbers give them: if the likeliest number is wrong, the right one is often the
second alternative. Pure.
"""

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from itertools import chain
from typing import Any

from ivr.recognition.transcript import Alternative, Transcript, Word

MOST_ALTERNATIVES = 20
"""Upper limit for the alternatives of an utterance. Many of them are the same number with another
word for 1 or another phrase before it."""

_TEMPERATURE = 2.0
"""Divisor of the costs of alternatives: a decoder makes their differences too large. Of 1, 2, 3, 5
and 8 it left the fewest numbers wrong after four tellings (320 numbers by natural voices, 15 dB,
seed 1 of ``ivr bench answers``)."""


def transcript_of_alternatives(result: str) -> Transcript:
    """Return the transcript of a result of Vosk with alternatives, which is text in JSON.

    The result has the form ``{"alternatives": [{"confidence", "result": [{"word", "start",
    "end"}, …]}, …]}``, where the confidence is the logarithm of a likelihood. The words of the
    transcript are those of the likeliest alternative. The confidence of a word is the share of the
    alternatives' probability that has this word at an overlapping time. Without alternatives, or
    with a likelihood of zero (which is no JSON: ``-inf``), the transcript has no words.
    """
    try:
        found = sorted(json.loads(result)["alternatives"], key=_log_likelihood, reverse=True)
    except (ValueError, KeyError):
        found = []
    if not found:
        return Transcript((), alternatives=(Alternative((), 0.0),))
    differences = [_log_likelihood(found[0]) - _log_likelihood(one) for one in found]
    shares = [math.exp(-difference) for difference in differences]
    spoken = [one.get("result", ()) for one in found]

    def confidence(word: Mapping[str, Any]) -> float:
        agree = (share for share, others in zip(shares, spoken, strict=True) if _has(others, word))
        return sum(agree) / sum(shares)

    return Transcript(
        tuple(Word(w["word"], w["start"], w["end"], confidence(w)) for w in spoken[0]),
        alternatives=tuple(
            Alternative(tuple(w["word"] for w in words), difference / _TEMPERATURE)
            for words, difference in zip(spoken, differences, strict=True)
        ),
    )


def joined(parts: Sequence[Transcript]) -> Transcript:
    """Return the transcript of an utterance that was decoded in ``parts``, one after the other.

    Its alternatives are the likeliest combinations of those of the parts, at most 20
    (MOST_ALTERNATIVES); it has none if a part has none.
    """
    together = [Alternative((), 0.0)]
    for part in parts:
        pairs = (
            Alternative(one.words + other.words, one.cost + other.cost)
            for one in together
            for other in part.alternatives
        )
        together = nsmallest(MOST_ALTERNATIVES, pairs, key=lambda one: one.cost)
    words = tuple(chain.from_iterable(part.words for part in parts))
    return Transcript(words, alternatives=tuple(together) if parts else ())


def averaged(heard: Sequence[Transcript]) -> Transcript:
    """Return the first transcript of ``heard`` with the alternatives of all of them.

    They are transcripts of one utterance by several decoders, which count the same: the probability
    of an alternative is the mean of those that the decoders give it.
    """
    probability: dict[tuple[str, ...], float] = defaultdict(float)
    for one in heard:
        shares = [math.exp(-alternative.cost) for alternative in one.alternatives]
        for alternative, share in zip(one.alternatives, shares, strict=True):
            probability[alternative.words] += share / sum(shares)
    best = max(probability.values(), default=1.0)
    found = [Alternative(words, math.log(best / p)) for words, p in probability.items() if p > 0]
    return replace(heard[0], alternatives=tuple(sorted(found, key=lambda one: one.cost)))


def _log_likelihood(alternative: Mapping[str, Any]) -> float:
    value: float = alternative["confidence"]
    return value


def _has(words: Sequence[Mapping[str, Any]], word: Mapping[str, Any]) -> bool:
    """Return True if ``words`` has the same word at a time that overlaps with that of ``word``."""
    return any(
        one["word"] == word["word"] and one["start"] < word["end"] and word["start"] < one["end"]
        for one in words
    )
