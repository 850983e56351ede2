"""The features of an utterance that the classifier uses: sequences and pairs of syllables.

There are three kinds. The first kind is sequences of one to three syllables. Marks for the
beginning and end of the utterance count as syllables. The second kind is the same sequences after
folding, which makes similar syllables equal. The third kind is pairs of folded syllables that are
up to five syllables apart. A pair is still found when a syllable between its two is misheard or a
word is inserted. A run of digits counts as one syllable, whichever digits it has.
"""

from collections.abc import Iterator, Sequence

from pypinyin import lazy_pinyin

from ivr.understanding.syllables import fold

DIGIT_SOUNDS = frozenset(lazy_pinyin("零一幺二两三四五六七八九洞"))
_RUN = 4
"""Least number of digits in a row that are replaced by one sign. 三四五个 (three digits) stays."""
_APART = 5
"""Upper limit for the distance between the two syllables of a pair, in syllables. Without pairs,
the classifier is worse: in a cross-validation over the phrases, they made 1.5 % more of the guesses
right."""
_NUMBER = "<number>"
_START, _END = "^", "$"


def without_numbers(sounds: Sequence[str]) -> list[tuple[str, int]]:
    """Return each syllable of an utterance with its index; a long number becomes one sign.

    Four or more digits in a row become one sign ``<number>``, with the index of the first digit.
    """
    kept: list[tuple[str, int]] = []
    at = 0
    while at < len(sounds):
        end = at
        while end < len(sounds) and sounds[end] in DIGIT_SOUNDS:
            end += 1
        if end - at >= _RUN:
            kept.append((_NUMBER, at))
            at = end
        else:
            kept.append((sounds[at], at))
            at += 1
    return kept


def features(sounds: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the features of an utterance by name, each with its first place in the utterance.

    ``sounds`` are the syllables of the utterance. A place is a range of indices in ``sounds``:
    first syllable and end (exclusive).
    """
    places = without_numbers(sounds)
    exact = [_START, *(sound for sound, _ in places), _END]
    folded = [_START, *(fold(sound) for sound, _ in places), _END]
    starts = [0, *(place for _, place in places), len(sounds)]
    found: dict[str, tuple[int, int]] = {}
    for name, first, last in _grams(exact, folded):
        span = (starts[first], starts[last + 1] if last + 1 < len(starts) else len(sounds))
        found.setdefault(name, span)
    return found


def _grams(exact: Sequence[str], folded: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield each feature's name with the index of its first and of its last syllable.

    ``exact`` holds the syllables of an utterance between the marks ^ and $. ``folded`` is the same
    list with similar syllables made equal. The indices are those in ``exact``.
    """
    count = len(exact)
    for at in range(count):
        if 0 < at < count - 1:
            yield exact[at], at, at
            yield "~" + folded[at], at, at
        if at + 1 < count:
            yield f"{exact[at]} {exact[at + 1]}", at, at + 1
            yield f"~{folded[at]} {folded[at + 1]}", at, at + 1
        if at + 2 < count:
            yield f"{exact[at]} {exact[at + 1]} {exact[at + 2]}", at, at + 2
            yield f"~{folded[at]} {folded[at + 1]} {folded[at + 2]}", at, at + 2
        for behind in range(at + 1, min(at + 1 + _APART, count - 1)) if at else ():
            yield f"&{folded[at]} {folded[behind]}", at, behind
