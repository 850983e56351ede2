"""Tone sandhi: how the tones of 一, 不 and of syllables with tone 3 change beside others.

The rules are those of textbooks of standard Mandarin. pypinyin's own rules are not used: they see
one word at a time, and change only the first of several pairs of tone 3.
"""

import re
from collections.abc import Iterator, Sequence

from ivr.voice.reading.dictionary import dictionary_readings
from ivr.voice.reading.neutral import RISING_BEFORE_NEUTRAL
from ivr.voice.reading.pinyin import Toned
from ivr.voice.reading.words import Cutter

_DIGITS = "〇零幺一二两三四五六七八九"
_READ_SINGLY = re.compile(rf"[{_DIGITS}]{{3,}}")
"""Digits that are read one by one. Each keeps its tone, because each is said on its own."""
_ONE = "一"
_TONE_1 = re.compile(
    rf"""(?:第|初|十|零|星期|礼拜)一            # an ordinal, the end of 11 or 101
      | 周一(?![次遍回趟天])
      | (?:统|唯|专|单|之|划|逐)一              # the end of a word
      | 万一(?![十百千万亿个])
      | 一(?=[〇零幺一二三四五六七八九十])      # before a digit
      | (?<=[{_DIGITS}]点)一(?![刻个])          # a decimal
      | (?<=[百千万亿])一(?![百千万亿十个])     # the end of a number
      | 一(?=月|号(?!码)|楼|级|季度|年级)       # a number and not a quantity
      | (?<=月)一(?=日) | (?<=按)一(?=键)
      | 一$""",
    re.VERBOSE,
)
"""Where 一 keeps its own tone 1."""
_ONE_BETWEEN = re.compile(rf"(?<!一)([^{_DIGITS}十百千万])一(?=\1)")
"""一 between the same verb twice, as in 看一看; not in 一天一天."""
_NOT_BETWEEN = re.compile(r"(.)不(?=\1)")
"""不 between the same word twice, as in 好不好."""
_CANNOT = re.compile(
    "[听看找打说记做办买用接连拨讲弄走吃住坐站拿搞想猜分登收发查进出回挂受忘离认靠赶追等对来去划了差帮]不"
    "(?=[清楚懂见到通起出上下住动完开掉着来去得够准多及])|.不(?=了(?![解结然]))"
)
"""不 between a verb and its result, as in 听不清: "cannot"."""


def spoken_tones(words: Sequence[str], readings: Sequence[Toned], cutter: Cutter) -> list[int]:
    """Return the tone with which each character of a run is spoken, after tone sandhi.

    A run is Chinese characters without a pause between them. ``words`` are its words, and
    ``readings`` the syllable of each character before tone sandhi. ``cutter`` divides the words
    into feet, the parts within which tones change first.
    """
    run = "".join(words)
    tones = [reading.tone for reading in readings]
    singly = {at for digits in _READ_SINGLY.finditer(run) for at in range(*digits.span())}
    for at, tone in _one(run, tones):
        if at not in singly:
            tones[at] = tone
    for at, tone in _not(run, tones):
        tones[at] = tone
    for at in range(len(run) - 1):
        if run[at : at + 2] in RISING_BEFORE_NEUTRAL and tones[at : at + 2] == [3, 5]:
            tones[at] = 2
    apart = singly | {at - 1 for at in singly} | set(_before_numerals(run))
    _raise_third_tones(tones, cutter.feet(words), apart)
    return tones


def _one(run: str, tones: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each 一 (one) whose tone changes: its index in ``run``, and its spoken tone.

    ``tones`` are the tones before tone sandhi. A 一 whose tone is not 1 there is left out.
    """
    kept = {match.end() - 1 for match in _TONE_1.finditer(run)}
    between = {match.end() - 1 for match in _ONE_BETWEEN.finditer(run)}
    for at, character in enumerate(run):
        if character != _ONE or tones[at] != 1 or at in kept:
            continue
        if at in between:
            yield at, 5
        elif at + 1 < len(run):
            yield at, 2 if _falls(run[at + 1], tones[at + 1]) else 4


def _not(run: str, tones: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each 不 (not) whose tone changes: its index in ``run``, and its spoken tone.

    ``tones`` are the tones before tone sandhi. A 不 whose tone is not 4 there is left out.
    """
    weak = {
        match.end() - 1 for pattern in (_NOT_BETWEEN, _CANNOT) for match in pattern.finditer(run)
    }
    for at, character in enumerate(run):
        if character != "不" or tones[at] != 4:
            continue
        if at in weak:
            yield at, 5
        elif at + 1 < len(run) and _falls(run[at + 1], tones[at + 1]):
            yield at, 2


def _falls(character: str, tone: int) -> bool:
    """Return True if ``tone`` is 4, or if it is 5 (neutral) and ``character`` alone has tone 4."""
    if tone != 5:
        return tone == 4
    reading, _ = next(dictionary_readings([character]))
    return reading is not None and reading.tone == 4


def _before_numerals(run: str) -> Iterator[int]:
    """Yield the index of each 点 (o'clock or point) between two numerals.

    For example, 九点五十分 (9:50) is said as 九点 and 五十分. The tone of 点 does not change before
    the second part.
    """
    for match in re.finditer(rf"[{_DIGITS}十]点(?=[{_DIGITS}十])", run):
        yield match.end() - 1


def _raise_third_tones(tones: list[int], feet: Iterator[int], apart: set[int]) -> None:
    """Change tone 3 to tone 2 before another tone 3 in ``tones``: 你好 is ni2 hao3 (三声连读).

    ``feet`` has the number of syllables of each foot. Tones change first within each foot. Then the
    last syllable of each foot is compared with the first one of the next foot, from the last foot
    to the first. For example, 保管 好 is 2 2 3, and 老 保管 is 3 2 3. ``apart`` holds the indices
    after which no tone changes.
    """
    last_of_feet: list[int] = []
    start = 0
    for length in feet:
        if length == 2 and tones[start : start + 2] == [3, 3] and start not in apart:
            tones[start] = 2
        start += length
        last_of_feet.append(start - 1)
    for last in reversed(last_of_feet[:-1]):
        if tones[last : last + 2] == [3, 3] and last not in apart:
            tones[last] = 2
