"""Decide whether an expected answer explains what was heard. Pure.

When a question expects a number, two decoders hear the caller: one that knows all words, and one
that knows only digits. The second one finds digits in any speech. Its words count only if they
explain the speech: they have the form of the answer, hardly any syllable is left over, and they
sound like the words that the first decoder found, unless a short yes or no replaces one vague
syllable. Which engine has decoded does not matter.
"""

from collections.abc import Sequence

from ivr.dialogue.expected import Expected
from ivr.understanding.expected_words import (
    DIGIT_WORDS,
    NO,
    RARE_DIGIT_WORDS,
    SURNAMES,
    YES,
)
from ivr.understanding.syllables import Syllables, fold, split
from ivr.understanding.telephone import numbers

MOST_LEFT_OVER = {Expected.NUMBER: 0.2, Expected.YES_NO: 0.0, Expected.NAME: 0.35}
"""Upper limit for the share of syllables, 0 to 1, that the expected answer leaves unexplained. In a
name it is larger, because given names are not in the vocabulary of expected answers. Of spoken
numbers with noise 10 dB below them, 97 % leave less than 0.15; of other sentences, 97 % leave more
than 0.2."""
MOST_DIFFERENT = {Expected.NUMBER: 0.35, Expected.YES_NO: 0.35, Expected.NAME: 0.3}
"""Upper limit for the difference between the two decoders' syllables, 0 to 1."""
LONG, MOST_DIFFERENT_LONG = 7, 0.6
"""Least number of digits of a long number, and the upper limit for its difference. The decoder of
all words is often wrong about digits, and no other speech leaves so many digits and hardly any
unexplained syllable."""
SHORT = 2
"""Upper limit for the syllables of a short yes or no."""
_SHORT_ANSWERS = frozenset(words for words in (*YES, *NO) if len(words) <= SHORT)
FEWEST_DIGITS = 2
"""Least number of digits that count as a number."""
_SURNAMES = frozenset(SURNAMES)
_DIGITS = frozenset((*DIGIT_WORDS, *RARE_DIGIT_WORDS, *"0123456789"))
_CONFUSED, _UNKNOWN, _RELATED = 0.2, 0.3, 0.5
"""Costs of two syllables that are often confused, such as san and shan; of one that the decoder of
expected answers does not know; and of two that share the initial or the final. Other syllables have
the cost 1."""

HeardSounds = Sequence[str | None]
"""Syllables; None is a syllable that the decoder of expected answers does not know."""


def explains(
    expected: Expected,
    answer: Syllables,
    sounds: HeardSounds,
    free: Syllables,
    *,
    vague: bool,
) -> bool:
    """Return True if the words of the decoder of expected answers explain what the caller said.

    ``expected`` is the kind of answer that the caller was asked for. ``answer`` are the words of
    that decoder, and ``sounds`` their syllables, with None for each syllable that it does not know.
    ``free`` are the words that the decoder of all words found in the same sound. ``vague`` is True
    if they have neither a sure meaning nor a no, and no unknown syllable.

    True means that the words have the form of such an answer, that hardly any syllable is unknown,
    and that they sound like ``free``. Return False otherwise, and also if a name, a yes or a no
    sounds exactly like ``free``, because the words of ``free`` are then the better choice. A short
    yes or no (SHORT) need not sound like ``free`` if ``free`` is one vague syllable, such as 呗 in
    place of 对, or 的 (a doubtful yes) in place of 不对.
    """
    if not sounds or not _has_form(expected, answer, sounds, free):
        return False
    if sum(sound is None for sound in sounds) > MOST_LEFT_OVER[expected] * len(sounds):
        return False
    if expected is not Expected.NUMBER and tuple(sounds) == free.sounds:
        return False
    if expected is Expected.YES_NO and vague and _replaces_a_syllable(answer, free):
        return True
    most = MOST_DIFFERENT_LONG if _is_long(answer) else MOST_DIFFERENT[expected]
    return difference(sounds, free.sounds) <= most


def difference(sounds: HeardSounds, free: Sequence[str]) -> float:
    """Return how different two sequences of syllables are, from 0 (the same) to 1.

    It is the least cost of edits that turn one into the other, divided by the longer length. A lost
    or inserted syllable costs 1, and so does a wrong one. A similar syllable in place of another
    costs 0.2 or 0.5, and an unknown one (None) costs 0.3.
    """
    longer = max(len(sounds), len(free))
    if not longer:
        return 0.0
    row = [float(column) for column in range(len(free) + 1)]
    for place, sound in enumerate(sounds, 1):
        diagonal, row[0] = row[0], float(place)
        for column, other in enumerate(free, 1):
            best = min(row[column] + 1, row[column - 1] + 1, diagonal + _cost(sound, other))
            diagonal, row[column] = row[column], best
    return row[-1] / longer


def _has_form(expected: Expected, answer: Syllables, sounds: HeardSounds, free: Syllables) -> bool:
    """Return True if ``answer`` has the form of an ``expected`` answer, otherwise False.

    A name must have a known surname, and ``sounds`` must not begin with an unknown syllable (None).
    A number must have at least two digits. Fewer than LONG (7) digits count only if ``free``, the
    words of the decoder of all words, has a digit, too: few syllables, such as 懂了 (understood),
    sound like digits by chance.
    """
    if expected is Expected.NAME:
        return not _SURNAMES.isdisjoint(answer.text) and sounds[0] is not None
    if expected is Expected.NUMBER and len(numbers(answer).digits) < FEWEST_DIGITS:
        return False
    in_doubt = not _DIGITS.isdisjoint(answer.text) and not _is_long(answer)
    return not in_doubt or not _DIGITS.isdisjoint(free.text)


def _replaces_a_syllable(answer: Syllables, free: Syllables) -> bool:
    """Return True if ``answer`` is one of the short answers, and ``free`` a single syllable."""
    return answer.text in _SHORT_ANSWERS and len(free) == 1


def _is_long(answer: Syllables) -> bool:
    return len(numbers(answer).digits) >= LONG


def _cost(sound: str | None, other: str) -> float:
    if sound is None:
        return _UNKNOWN
    if sound == other:
        return 0.0
    one, two = fold(sound), fold(other)
    if one == two:
        return _CONFUSED
    (initial, final), (other_initial, other_final) = split(one), split(two)
    return _RELATED if initial == other_initial or final == other_final else 1.0
