"""Find runs of digits in recognised text, across filler words and misheard digits.

A character that is written as a digit (3, 三) is a written digit. A character that only sounds like
a digit (要 for 幺, 吧 for 八) is an uncertain digit. A run includes uncertain digits that stand
near written digits. :func:`readings` yields the run with and without its uncertain digits, and its
caller chooses a reading that is a valid number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ivr.understanding.syllables import Syllables, fold, syllables_of

_WRITTEN = dict(zip("零〇洞一幺二两三四五六七八九", "00011223456789", strict=True)) | {
    str(digit): str(digit) for digit in range(10)
}
_SOUNDS = {syllables_of(sign).sounds[0]: digit for sign, digit in _WRITTEN.items() if sign != "〇"}
# 两 (liang) is left out: 年 (nian) folds to the same sound and often stands behind digits.
_NEAR = {fold(sound): digit for sound, digit in _SOUNDS.items() if sound != "liang"}
_WORDS_OF_SENTENCES = frozenset("吧就是有时事以把起其而又也十")
"""Characters that sound like digits but are probably words, such as 就. The likeliest reading of a
run leaves them out."""
_TEN, _TIMES = "十", "ge"
_EDGE = 2
"""A run keeps at most this many uncertain digits before its first written digit, and at most this
many after its last written digit."""
_BELIEVED = 0.4
"""Lower limit for the share of a run's digits that are written as digits; the others only sound
like digits. A run below it is rejected."""
_LONG = 5
"""Least number of written digits at which a run is never taken for a count such as 二十五."""
_COUNTED = frozenset("个套名位台天年月次遍点块号岁人张元分")
"""Measure words; digits before one of them are a count."""
_FILLERS = tuple(
    syllables_of(words).sounds
    for words in ("那个", "然后", "横杠", "空格", "逗号", "短横", *"嗯啊呃哦呢杠再对的")
)


@dataclass(frozen=True, slots=True)
class Digit:
    """One element of a run of digits (DigitRun): what was said, and how certain it is."""

    value: str
    """One digit, or the same digit several times: 888 for 三个八."""
    written: bool
    """True if the character is written as a digit; False if it only sounds like one."""
    likely: bool
    """True if the digit belongs to the likeliest reading of the run, which is used when no reading
    is a valid telephone number."""


@dataclass(frozen=True, slots=True)
class DigitRun:
    """Digits said in a row, without the filler words between them.

    They were said in the syllables ``start`` to ``end`` (exclusive) of the utterance.
    """

    digits: tuple[Digit, ...]
    start: int
    end: int

    @property
    def written(self) -> int:
        """Number of digits that are written as digits; the others only sound like digits."""
        return sum(len(digit.value) for digit in self.digits if digit.written)


def digit_at(heard: Syllables, at: int) -> str | None:
    """Return the digit, 0 to 9, of the syllable at index ``at``; None if it is not like a digit.

    The syllable is written as this digit or sounds like it.
    """
    sound = heard.sounds[at]
    return _WRITTEN.get(_sign(heard, at)) or _SOUNDS.get(sound) or _NEAR.get(fold(sound))


def run_at(heard: Syllables, start: int, stops: frozenset[int]) -> DigitRun | None:
    """Return the run of digits that begins at syllable ``start``; None if there is none.

    ``stops`` holds the indices of syllables at which a run ends.
    """
    found: list[tuple[int, int, str, bool]] = []
    at = start
    while at < len(heard) and at not in stops:
        if times := _times(heard, at):
            found.append((at, at + 3, times, True))
            at += 3
        elif (value := digit_at(heard, at)) is not None:
            found.append((at, at + 1, value, _sign(heard, at) in _WRITTEN))
            at += 1
        elif found and (size := _filler(heard, at)):
            at += size
        else:
            break
    return _run(heard, found) if found else None


def is_count(heard: Syllables, run: DigitRun) -> bool:
    """Return True if ``run`` says how many of something, False if it may be a telephone number.

    Counts are 两三个 (two or three), 二十五 (25) and 2013年 (the year 2013).
    """
    follows = _sign(heard, run.end) if run.end < len(heard) else ""
    tens = _TEN in heard.words(run.start, run.end)
    return (run.written < _LONG and follows in _COUNTED) or (run.written < _LONG and tens)


def _run(heard: Syllables, found: Sequence[tuple[int, int, str, bool]]) -> DigitRun | None:
    """Return a run with the digits ``found``; None if too few of them are written as digits.

    ``found`` holds for each digit its first syllable, its end (exclusive), its value, and whether
    it is written as a digit. At most two uncertain digits are kept before the first written digit,
    and at most two after the last.
    """
    written = [place for place, (_, _, _, sure) in enumerate(found) if sure]
    if not written:
        return None
    first, last = written[0], written[-1]
    kept = found[max(0, first - _EDGE) : last + 1 + _EDGE]
    if len(written) < _BELIEVED * len(kept):
        return None
    digits = tuple(
        Digit(value, sure, sure or (first_at < at < last_at and _apart(heard, at)))
        for (at, _, value, sure), first_at, last_at in (
            (one, found[first][0], found[last][0]) for one in kept
        )
    )
    return DigitRun(digits, kept[0][0], kept[-1][1])


def _apart(heard: Syllables, at: int) -> bool:
    """Return True if the uncertain digit at syllable ``at`` is probably meant as a digit.

    Return False if its character is often a word of a sentence, such as 就 (then), which sounds
    like 9.
    """
    return _sign(heard, at) not in _WORDS_OF_SENTENCES


def _times(heard: Syllables, at: int) -> str | None:
    """Return the digits of words such as 三个八 (three 8s, 888) at syllable ``at``, else None."""
    if at + 2 >= len(heard) or heard.sounds[at + 1] != _TIMES:
        return None
    times, digit = _WRITTEN.get(_sign(heard, at)), _WRITTEN.get(_sign(heard, at + 2))
    return digit * int(times) if times and digit and 2 <= int(times) <= 6 else None


def _filler(heard: Syllables, at: int) -> int:
    """Return the number of syllables of the filler word that begins at ``at``; 0 without one."""
    return next((len(one) for one in _FILLERS if heard.sounds[at : at + len(one)] == one), 0)


def _sign(heard: Syllables, at: int) -> str:
    """Return the character of syllable ``at``; full-width digits become ordinary ones."""
    sign = heard.text[heard.places[at]]
    return chr(ord(sign) - 0xFEE0) if "０" <= sign <= "９" else sign


def readings(run: DigitRun) -> Iterator[str]:
    """Yield the strings of digits that ``run`` may stand for, the likeliest first; at most 256.

    The first string has exactly the digits whose ``Digit.likely`` is True. Each further string
    changes some of the first eight uncertain digits: it leaves out a digit of the first string, or
    puts in a digit that is missing there. Strings with fewer changes come first.
    """
    doubtful = [place for place, digit in enumerate(run.digits) if not digit.written][:8]
    changes = sorted(range(1 << len(doubtful)), key=int.bit_count)
    for change in islice(changes, 256):
        turned = {place for bit, place in enumerate(doubtful) if change >> bit & 1}
        yield "".join(
            digit.value
            for place, digit in enumerate(run.digits)
            if digit.likely != (place in turned)
        )
