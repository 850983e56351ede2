"""Put errors of a recogniser into a text: homophones, similar syllables, lost characters …

The training of the understander puts errors into its texts too, in syllables
(ivr.understanding.mishearing). The errors here are made in characters and with other random
numbers. The understander is thus not tested with the errors that it was trained with.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

SHARES = {"homophone": 0.50, "near": 0.25, "other": 0.05, "lost": 0.12, "added": 0.08}
"""How often each kind of error is made, as a share of all errors (0 to 1).

Most errors of Mandarin recognition are substitutions. Most substitutes sound like the right
character: the language model chooses among the words that fit the syllables.
"""
# Initials and finals of pinyin that are easily confused, in groups.
_SAME_INITIAL = ("zh z", "ch c", "sh s", "n l", "f h", "l r", "j q x", "b p", "d t", "g k")
_SAME_FINAL = ("in ing", "en eng", "an ang", "ian iang", "uan uang", "on ong", "o uo", "e uo")


def misheard(text: str, rate: float, random: np.random.Generator) -> str:
    """Return ``text`` with random errors, like those of a speech recogniser.

    ``rate`` is the probability of an error, 0 to 1, for each character.
    """
    heard = ""
    for sign in text:
        if random.random() >= rate:
            heard += sign
            continue
        kind = str(random.choice(list(SHARES), p=list(SHARES.values())))
        if kind == "lost":
            continue
        if kind == "added":
            heard += sign + _any(random)
        elif kind == "other":
            heard += _any(random)
        else:
            choices = _alike(sign) if kind == "homophone" else _near(sign)
            heard += choices[int(random.integers(len(choices)))] if choices else sign
    return heard


@cache
def _characters() -> dict[str, list[str]]:
    """Return the characters of common words: for each pinyin syllable without tone, a list."""
    signs = sorted({sign for word in PHRASES_DICT if len(word) == 2 for sign in word})
    sounding: dict[str, list[str]] = defaultdict(list)
    for sign in signs:
        sounding[lazy_pinyin(sign)[0]].append(sign)
    return dict(sounding)


@cache
def _all() -> str:
    """Return the stock of characters for random errors: those of common words, as one string."""
    return "".join(sign for signs in _characters().values() for sign in signs)


def _any(random: np.random.Generator) -> str:
    """Return a character chosen at random among those of common words."""
    return _all()[int(random.integers(len(_all())))]


@cache
def _alike(sign: str) -> Sequence[str]:
    """Return the homophones of the character ``sign``: equal pinyin, whatever the tone."""
    return [one for one in _characters().get(lazy_pinyin(sign)[0], ()) if one != sign]


@cache
def _near(sign: str) -> Sequence[str]:
    """Return the characters that sound nearly like the character ``sign``, whatever the tone.

    Their pinyin differs in one initial that is easily confused (zh and z), or in one such final (in
    and ing).
    """
    sound = lazy_pinyin(sign)[0]
    found = set()
    for group in _SAME_INITIAL:
        parts = sorted(group.split(), key=len, reverse=True)
        own = next((part for part in parts if sound.startswith(part)), None)
        if own is not None:
            found |= {part + sound[len(own) :] for part in parts if part != own}
    for group in _SAME_FINAL:
        parts = sorted(group.split(), key=len, reverse=True)
        own = next((part for part in parts if sound.endswith(part)), None)
        if own is not None:
            found |= {sound[: -len(own)] + part for part in parts if part != own}
    return [one for near in sorted(found) for one in _characters().get(near, ())]
