"""Read telephone numbers as callers say them: in groups, twice, corrected, with misheard digits."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from ivr.understanding.digits import DigitRun, digit_at, is_count, readings, run_at
from ivr.understanding.numerals import is_telephone_number
from ivr.understanding.syllables import Syllables, syllables_of

_FEWEST = 2
"""Least number of digits in a row that counts as a number; a single digit counts as a word."""
_MOBILE = 11
"""Number of digits of a mobile number, the kind of number that most callers leave."""
_PLACES = ("wei", "ge")
"""Measure words of digits, as in 后四位."""


class _Mark(Enum):
    """The purpose of a run of digits, with the words before the run that state the purpose.

    For example, 不对 (wrong; INSTEAD) is said before digits that replace wrong ones, and 后 in
    后四位 (the last four digits; END) before the last digits of a number.
    """

    NONE = ""
    AGAIN = "重复一遍 重复一下 重复一次 重复 再说一遍 再说一次 再念一遍 再报一遍 再来一遍"
    INSTEAD = "不对 说错了 错了 不是 应该是 应该 改成 更正 纠正"
    END = "尾号 末尾 最后 后面 后 末"
    BEGINNING = "开头 前面 前"
    EXTENSION = "转 分机"
    DENIED = "不是…是…"


_MARKS = sorted(
    ((syllables_of(words).sounds, mark) for mark in _Mark if mark is not _Mark.DENIED
     for words in mark.value.split()), key=lambda pair: -len(pair[0]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """The digits that a caller says in an utterance, and the telephone number that they make."""

    phone: str | None
    """A complete and valid number without the country code; None if there is none."""
    digits: str
    """All digits said, with the caller's corrections applied; "" for fewer than two digits."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of digits with the mark that was said before it."""

    run: DigitRun
    mark: _Mark
    places: int = 0
    """Number of digits that the mark names, such as 4 in 后四位; 0 if it names no number."""
    denied: str = ""
    """The digits that the run replaces, such as 8 in 不是八是九; "" if the mark is not DENIED."""


def numbers(heard: Syllables, known: str = "") -> SpokenNumber:
    """Return the digits and the telephone number that the caller says in an utterance.

    ``known`` is the number that was read back to the caller before; the utterance may correct it.
    "" means that no number was read back.
    """
    said, whole = known, known if is_whole(known) else ""
    for piece in _pieces(heard, corrects=bool(known)):
        if piece.mark is _Mark.EXTENSION and is_whole(said):
            break
        if piece.mark is _Mark.AGAIN:
            said = _chosen(piece.run, is_whole)
        elif piece.mark is _Mark.DENIED:
            said = _replaced(said, piece.denied, _chosen(piece.run, is_whole))
        elif piece.mark in (_Mark.END, _Mark.BEGINNING):
            said = _placed(said, piece)
        elif piece.mark is _Mark.INSTEAD and said:
            said = _corrected(said, piece.run)
        else:
            said = _joined(said, piece.run)
        whole = said if is_whole(said) else whole
    digits = _plain(said if is_whole(said) or not whole else whole)
    return SpokenNumber(
        digits if is_telephone_number(digits) else None, digits if len(digits) >= _FEWEST else ""
    )


def is_whole(number: str) -> bool:
    """Return True if ``number`` is a complete and valid telephone number, otherwise False.

    It may have the country code.
    """
    return is_telephone_number(_plain(number))


def _plain(number: str) -> str:
    """Return the number without the country code and without a 0 before a mobile number.

    A number that was said twice is returned once.
    """
    if len(number) > 12 and (last := _last_of_two(number) or _begun_again(number)):
        return last
    return re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)|^0(?=1[3-9]\d{9}$)", "", number)


def _last_of_two(number: str) -> str | None:
    """Return one of two numbers said in a row, as in 66385255 66385255; None if there are not two.

    Return the second number, which may correct the first. But if the second is only a repetition of
    the end of the first, return the first, which has more digits.
    """
    for at in range(7, len(number) - 1):
        first, second = number[:at], number[at:]
        if is_telephone_number(first) and first.endswith(second):
            return first
    halves = (number[at:] for at in (11, 12, 8) if is_telephone_number(number[:at]))
    return next((second for second in halves if is_telephone_number(second)), None)


def _begun_again(number: str) -> str | None:
    """Return the complete number after a false start, as 18039274658 in 180 18039274658.

    Return None if ``number`` does not begin twice in this way.
    """
    starts = range(1, len(number) - _MOBILE + 1)
    whole = (number[at:] for at in starts if number[at:].startswith(number[:at]))
    return next((rest for rest in whole if is_telephone_number(rest)), None)


def _chosen(run: DigitRun, fits: Callable[[str], bool]) -> str:
    """Return the likeliest digits that ``run`` may stand for and for which ``fits`` is True.

    If there are none, return the likeliest digits of all (see :func:`readings`).
    """
    likeliest = next(readings(run))
    return next((one for one in readings(run) if fits(one)), likeliest)


def _joined(said: str, run: DigitRun) -> str:
    """Return the digits ``said`` before with the digits of ``run`` appended, with two exceptions.

    If ``said`` is a complete number already, return the run alone if it has at least 7 digits or is
    complete too, otherwise ``said``. If ``said`` is not complete, return the run alone if it is a
    complete number by itself and the two together are not.
    """
    new = _chosen(run, is_whole)
    if is_whole(said):
        return new if is_whole(new) or len(new) >= 7 else said
    together = said + _chosen(run, lambda reading: is_whole(said + reading))
    return new if is_whole(new) and not is_whole(together) else together


def _placed(said: str, piece: _Piece) -> str:
    """Return the digits ``said``, with their end or beginning replaced by those of ``piece``.

    The caller says 后四位是… (the last four are …) or 前三位是… (the first three are …). If
    ``said`` is incomplete, new last digits are appended instead if they make it complete or are
    more than ``said`` has. If the new digits are a complete number, return them alone.
    """
    size = piece.places
    new = _chosen(piece.run, lambda one: is_whole(one) or len(one) == size)
    if is_whole(new) and len(new) != size:
        return new
    if piece.mark is _Mark.BEGINNING:
        return new + said[size or len(new) :]
    if not is_whole(said) and (is_whole(said + new) or len(said) < len(new)):
        return said + new
    return said[: -(size or len(new))] + new


def _replaced(said: str, denied: str, new: str) -> str:
    """Return ``said`` with the last occurrence of ``denied`` replaced by ``new``.

    In 不是八是九 (not 8 but 9), ``denied`` is 8 and ``new`` is 9. Without ``denied`` in it,
    ``said`` is returned as it is.
    """
    before, found, after = said.rpartition(denied)
    return before + new + after if found else said


def _corrected(said: str, run: DigitRun) -> str:
    """Return the digits ``said`` before, as corrected by the digits of ``run``.

    A run that is a complete number replaces ``said``. Any other run is laid over ``said`` at the
    place where the result is a complete number, or else where the most digits agree. This counts
    only if at least half of the run agrees there and, for a run of at least 7 digits, if the result
    is complete. Otherwise a run of at least 7 digits replaces all of ``said``, and a shorter run
    replaces its end.
    """
    new = _chosen(run, is_whole)
    if is_whole(new):
        return new
    if is_whole(new[-_MOBILE:]) and len(new) > _MOBILE:  # a part, and then the complete number
        return new[-_MOBILE:]
    overlaid = [
        (said[:at] + new + said[at + len(new) :], sum(map(str.__eq__, said[at:], new)), at)
        for at in range(len(said))
    ]
    wanted = [one for one in overlaid if is_whole(one[0]) or not is_whole(said)]
    best = max(wanted, key=lambda one: (is_whole(one[0]), one[1], one[2]), default=None)
    if best and best[1] * 2 >= len(new) and (is_whole(best[0]) or len(new) < 7):
        return best[0]
    return new if len(new) >= 7 else said[: -len(new)] + new


def _pieces(heard: Syllables, *, corrects: bool) -> Iterator[_Piece]:
    """Yield the runs of digits in ``heard``, each with the mark that was said before it.

    If ``corrects`` is True, a run without a mark counts as a correction (INSTEAD).
    """
    marks = {at: found for at in range(len(heard)) if (found := _mark_at(heard, at))}
    stops = frozenset(marks)
    default = _Mark.INSTEAD if corrects else _Mark.NONE
    at, mark, places = 0, default, 0
    while at < len(heard):
        if at in marks:
            mark, places, at = marks[at]
            if mark is _Mark.INSTEAD and (denied := _denied(heard, at, stops)):
                yield denied
                at, mark = denied.run.end, default
        elif run := run_at(heard, at, stops):
            alone = len(run.digits) == 1 and len(run.digits[0].value) < _FEWEST
            if not is_count(heard, run) and not (alone and mark is _Mark.NONE):
                yield _Piece(run, mark, places)
                mark, places = default, 0
            at = max(run.end, at + 1)
        else:
            at += 1


def _mark_at(heard: Syllables, at: int) -> tuple[_Mark, int, int] | None:
    """Return the mark at syllable ``at``, the number of digits it names (0 for none), and its end.

    The end is the index of the first syllable after the mark. Return None if there is no mark.
    """
    for words, mark in _MARKS:
        if heard.sounds[at : at + len(words)] != words:
            continue
        end, places = at + len(words), 0
        if mark in (_Mark.END, _Mark.BEGINNING):
            if end + 1 < len(heard) and heard.sounds[end + 1] in _PLACES:
                places, end = int(digit_at(heard, end) or 0), end + 2
            elif words != ("wei", "hao"):
                return None
        while end < len(heard) and heard.sounds[end] == "shi" and heard.words(end, end + 1) == "是":
            end += 1
        return mark, places, end
    return None


def _denied(heard: Syllables, at: int, stops: frozenset[int]) -> _Piece | None:
    """Return the piece with the right digits of a correction such as 不是八是九 (not 8 but 9).

    ``at`` is the index of the syllable behind 不是 (not). The wrong digits, 是 and the right digits
    must follow there; return None if they do not.
    """
    wrong = ""
    while at < len(heard) and heard.words(at, at + 1) != "是" and at not in stops:
        if (value := digit_at(heard, at)) is None:
            return None
        wrong, at = wrong + value, at + 1
    run = run_at(heard, at + 1, stops) if wrong and at + 1 < len(heard) else None
    return _Piece(run, _Mark.DENIED, denied=wrong) if run else None
