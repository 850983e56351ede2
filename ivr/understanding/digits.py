"""Digits as they are said and as a recogniser writes them: runs of them, and the words between.

A digit that is written as one is believed. A character that only sounds like one (要 for 幺, 吧 for
八) is a digit when most of its neighbours are; which it is, the whole number decides later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ivr.understanding.syllables import Syllables, fold, syllables_of

_WRITTEN = dict(zip("零〇洞一幺二两三四五六七八九", "00011223456789", strict=True)) | {
    str(digit): str(digit) for digit in range(10)
}
_SOUNDS = {syllables_of(sign).sounds[0]: digit for sign, digit in _WRITTEN.items() if sign != "〇"}
# 年 is near 两, and stands behind digits.
_NEAR = {fold(sound): digit for sound, digit in _SOUNDS.items() if sound != "liang"}
_WORDS_OF_SENTENCES = frozenset("吧就是有时事以把起其而又也十")
"""Sound like digits, but are said beside them too."""
_TEN, _TIMES = "十", "ge"
_EDGE = 2
"""Sounding characters before the first and after the last written digit that may belong to them."""
_BELIEVED = 0.4
"""Of the sounds in a run, the share that must be written as digits."""
_LONG = 5
"""Written digits that are no count: 二十五 is."""
_COUNTED = frozenset("个套名位台天年月次遍点块号岁人张元分")
_FILLERS = tuple(
    syllables_of(words).sounds
    for words in ("那个", "然后", "横杠", "空格", "逗号", "短横", *"嗯啊呃哦呢杠再对的")
)


@dataclass(frozen=True, slots=True)
class Digit:
    """One sound of a run."""

    value: str
    """A digit; several of the same for 三个八."""
    written: bool
    likely: bool
    """What is assumed where the whole number does not decide."""


@dataclass(frozen=True, slots=True)
class DigitRun:
    """Digits in a row, fillers left out, from sound ``start`` to ``end`` (exclusive)."""

    digits: tuple[Digit, ...]
    start: int
    end: int

    @property
    def written(self) -> int:
        """Digits that are written as such."""
        return sum(len(digit.value) for digit in self.digits if digit.written)


def digit_at(heard: Syllables, at: int) -> str | None:
    """The digit that a sound may be, near sounds included."""
    sound = heard.sounds[at]
    return _WRITTEN.get(_sign(heard, at)) or _SOUNDS.get(sound) or _NEAR.get(fold(sound))


def run_at(heard: Syllables, start: int, stops: frozenset[int]) -> DigitRun | None:
    """The run that begins at ``start`` and is broken at ``stops``; None where there is none."""
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
    """Whether a run only counts something: 两三个, 二十五, 2013年."""
    follows = _sign(heard, run.end) if run.end < len(heard) else ""
    tens = _TEN in heard.words(run.start, run.end)
    return (run.written < _LONG and follows in _COUNTED) or (run.written < _LONG and tens)


def _run(heard: Syllables, found: Sequence[tuple[int, int, str, bool]]) -> DigitRun | None:
    """Without what sounds like digits far from written ones."""
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
    """Whether a character that sounds like a digit is no common word of sentences."""
    return _sign(heard, at) not in _WORDS_OF_SENTENCES


def _times(heard: Syllables, at: int) -> str | None:
    """三个八: the digits."""
    if at + 2 >= len(heard) or heard.sounds[at + 1] != _TIMES:
        return None
    times, digit = _WRITTEN.get(_sign(heard, at)), _WRITTEN.get(_sign(heard, at + 2))
    return digit * int(times) if times and digit and 2 <= int(times) <= 6 else None


def _filler(heard: Syllables, at: int) -> int:
    """How many sounds of a filler begin here."""
    return next((len(one) for one in _FILLERS if heard.sounds[at : at + len(one)] == one), 0)


def _sign(heard: Syllables, at: int) -> str:
    sign = heard.text[heard.places[at]]
    return chr(ord(sign) - 0xFEE0) if "０" <= sign <= "９" else sign


def readings(run: DigitRun) -> Iterator[str]:
    """What a run may be, the likeliest first: doubtful sounds are kept or left out."""
    doubtful = [place for place, digit in enumerate(run.digits) if not digit.written][:8]
    changes = sorted(range(1 << len(doubtful)), key=int.bit_count)
    for change in islice(changes, 256):
        turned = {place for bit, place in enumerate(doubtful) if change >> bit & 1}
        yield "".join(
            digit.value
            for place, digit in enumerate(run.digits)
            if digit.likely != (place in turned)
        )
