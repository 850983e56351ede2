"""Compose sentences with slots from clips (sound files) that were rendered before the call.

For example, ``{姓}{先生}，请问您需要…`` becomes the clips 张先生 and 请问您需要…. The slot
``{电话}`` becomes one clip for each digit. A value without a clip is replaced by a neutral wording
(先生/女士). No value can therefore cause silence, a missing file or an exception. The complete text
is checked for forbidden phrases before it is spoken. If a value causes such a phrase, the values
are left out.

This module reads no files. It is given the tables as text, and a function that says whether a clip
exists.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr.dialogue.row import Prompt, Slot, parts
from ivr.translation import tr
from ivr.understanding.numerals import digit_groups, telephone_groups

TITLES = {"先生": "sir", "小姐": "miss", "女士": "madam"}
"""Titles of callers, each with its word in the names of clips: ``sir`` in ``name.zhang1.sir``."""
NEUTRAL_TITLE = "先生/女士"
NEUTRAL_DEPARTMENT = "相关部门"
NEUTRAL_MEANING = "这样"
NEUTRAL_NUMBER = "数"
"""Word spoken instead of an unknown number: 并在数小时内, "within several hours"."""
NEUTRAL_CODE = "已登记的号码"
LARGEST_NUMBER = 99
"""Upper limit for a number with a clip of its own; above it the neutral word 数 is spoken."""
LONGEST_HOURS = 72
"""Upper limit for hours with a clip of their own; above it 数小时 (several hours) is spoken."""
LONGEST_CODE = 24
"""Upper limit for the digits and letters spoken one by one; a longer code is replaced by neutral
words. Callers cannot write down more. No ticket, staff or telephone number is longer."""

_MEASURES = re.compile(r"\s*(?:小时|个|天|位|次|分钟|周)")
_TABLES = ("surnames", "departments", "meanings")
_PINYIN = re.compile(r"(?:[a-z]{1,6}[1-5])+")
_KEY = re.compile(r"[a-z0-9_]+")


class VocabularyError(Exception):
    """The tables of values for slots are wrong; the message names the entry and the remedy."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values that can be inserted into sentences, and the names of their clips."""

    surnames: Mapping[str, str] = field(default_factory=dict)
    """For each surname, its pinyin with the tone number: ``zhang1`` for 张. The name of the
    surname's clip contains the pinyin, so surnames that sound alike share a clip."""
    departments: Mapping[str, str] = field(default_factory=dict)
    """For each department, as it is spoken, the name of its clip: ``sales`` for 销售部."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """For each meaning, as it is spoken, the name of its clip: ``wrong_number`` for 打错了电话."""

    @classmethod
    def parse(cls, *texts: str) -> "Vocabulary":
        """Read the texts of ``surnames.toml`` and ``values.toml``.

        Raise VocabularyError, with the entry and the remedy, if one of them is wrong.
        """
        tables: dict[str, dict[str, str]] = {name: {} for name in _TABLES}
        for text in texts:
            try:
                raw = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                raise VocabularyError(
                    tr("not valid TOML: {error}; correct that line").format(error=error)
                ) from None
            for name, table in raw.items():
                if name not in tables or not isinstance(table, dict):
                    raise VocabularyError(
                        tr("unknown table {name}; use {known}").format(
                            name=name, known=", ".join(_TABLES)
                        )
                    )
                tables[name].update(_by_words(name, table))
        return cls(tables["surnames"], tables["departments"], tables["meanings"])


def _by_words(name: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each entry of the table ``name`` as a pair: the spoken words, and their clip's name.

    Raise VocabularyError if an entry is wrong.
    """
    for key, words in table.items():
        if not (_PINYIN if name == "surnames" else _KEY).fullmatch(key):
            raise VocabularyError(
                tr("{name}: {key!r} is not a name of a clip; write it as zhang1").format(
                    name=name, key=key
                )
            )
        if not isinstance(words, str) or not words.strip():
            raise VocabularyError(
                tr("{name}: {key} has no words; write them in quotes").format(name=name, key=key)
            )
        for each in words.split() if name == "surnames" else [words]:
            yield each, key


@dataclass(frozen=True, slots=True)
class _Piece:
    """One part of a composed sentence: its text, and the ids of the clips that speak it."""

    text: str
    clips: tuple[str, ...]


_NOTHING = _Piece("", ())


class Composer:
    """A function object that fills the slots of a prompt with values, and finds its clips."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        has: Callable[[str], bool] = lambda id: True,
        forbids: Callable[[str], object] = lambda text: None,
    ) -> None:
        """Store ``vocabulary``, the values that can be spoken in slots, and two functions.

        ``has`` returns True if the clip with the given id is rendered. ``forbids`` returns None if
        the given text has no forbidden phrase, else any other value (``Sheet.forbidden_in``).
        """
        self._vocabulary, self._has, self._forbids = vocabulary, has, forbids
        self._meanings = {name: words for words, name in vocabulary.meanings.items()}

    def __call__(self, prompt: Prompt, values: Mapping[str, str]) -> Prompt:
        """Return the prompt as it is spoken: its text with values, and its clips in order.

        ``values`` holds the value of each slot. For {意思} the value is the words or the name of
        their clip. If the text contains a forbidden phrase, the prompt is composed again without
        values. Raises nothing.
        """
        if not any(isinstance(part, Slot) for part in parts(prompt)):
            return prompt
        spoken = self._filled(prompt, values)
        return spoken if self._forbids(spoken.text) is None else self._filled(prompt, {})

    def _filled(self, prompt: Prompt, values: Mapping[str, str]) -> Prompt:
        pieces = tuple(self._pieces(parts(prompt), values))
        text = "".join(piece.text for piece in pieces).lstrip("，：、 ")
        clips = tuple(id for piece in pieces for id in piece.clips)
        return Prompt(prompt.row, prompt.key, text, parts=clips)

    def _pieces(
        self, of: Sequence[Prompt | Slot | str], values: Mapping[str, str]
    ) -> Iterator[_Piece]:
        at = 0
        while at < len(of):
            part, after = of[at], of[at + 1] if at + 1 < len(of) else ""
            at += 1
            match part:
                case Prompt(id=id, text=text):
                    yield _Piece(text, (id,))
                case str():
                    yield _Piece(part, ())
                case Slot("姓"):
                    title, rest = _title_after(after, values)
                    at += title is not None
                    yield self._address(values.get("姓", ""), title or values.get("先生", ""))
                    yield _Piece(rest, ())
                case Slot(name):
                    yield self._value(name, values.get(name, ""), after)

    def _first(self, *candidates: _Piece) -> _Piece:
        """Return the first candidate whose clips all exist; if none, return an empty piece."""
        usable = (one for one in candidates if one.clips and all(map(self._has, one.clips)))
        return next(usable, _NOTHING)

    def _address(self, surname: str, title: str) -> _Piece:
        """Return the words and the clip that address a caller.

        They are surname and title, such as 张先生 (Mr Zhang), or the title alone, or 先生/女士 (Mr
        or Ms): the first of these that has a clip.
        """
        candidates = [_Piece(NEUTRAL_TITLE, ("title.neutral",))]
        if title in TITLES:
            candidates.insert(0, _Piece(title, (title_clip(title),)))
            if pinyin := self._vocabulary.surnames.get(surname):
                candidates.insert(0, _Piece(surname + title, (name_clip(pinyin, title),)))
        return self._first(*candidates)

    def _value(self, slot: str, value: str, after: Prompt | Slot | str) -> _Piece:
        match slot:
            case "先生":
                return self._address("", value)
            case "部门":
                id = self._vocabulary.departments.get(value, "neutral")
                return self._listed("department", id, value, NEUTRAL_DEPARTMENT)
            case "意思":
                words = self._meanings.get(value, value)
                id = self._vocabulary.meanings.get(words, "neutral")
                return self._listed("meaning", id, words, NEUTRAL_MEANING)
            case "小时":
                return self._hours(value)
            case "电话":
                return self._digits(telephone_groups(value), NEUTRAL_CODE)
            case "单号" | "工号":
                return self._digits(digit_groups(value), NEUTRAL_CODE)
            case "N" if isinstance(after, Prompt) and after.text.startswith("号"):
                return self._digits(digit_groups(value), NEUTRAL_CODE.removesuffix("号码"))
            case "N":
                measured = isinstance(after, Prompt) and _MEASURES.match(after.text) is not None
                return self._number(value, measured)
            case _:
                return _NOTHING

    def _listed(self, kind: str, id: str, value: str, neutral: str) -> _Piece:
        named = _Piece(value, () if id == "neutral" else (f"{kind}.{id}",))
        return self._first(named, _Piece(neutral, (f"{kind}.neutral",)))

    def _number(self, value: str, measured: bool) -> _Piece:
        """Return the clip of a number from 0 to 99, or 数 (several) for any other value.

        ``measured`` says that a measure word follows: 2 is then spoken as 两, as in 两小时 (two
        hours).
        """
        neutral = _Piece(NEUTRAL_NUMBER, ("number.neutral",))
        number = _whole(value)
        if number is None or number > LARGEST_NUMBER:
            return self._first(neutral)
        id = "number.liang" if number == 2 and measured else f"number.{number}"
        return self._first(_Piece(str(number), (id,)), neutral)

    def _hours(self, value: str) -> _Piece:
        number = _whole(value)
        known = number is not None and 1 <= number <= LONGEST_HOURS
        clips = (f"hours.{number}",) if known else ()
        neutral = _Piece(f"{NEUTRAL_NUMBER}小时", ("hours.neutral",))
        return self._first(_Piece(f"{number}小时", clips), neutral)

    def _digits(self, groups: Sequence[str], neutral: str) -> _Piece:
        """Return one clip for each digit or letter of ``groups``, such as ``138`` and ``0371``.

        A digit has another clip at the beginning, inside and at the end of its group. If there are
        more than LONGEST_CODE (24) of them, or a clip is missing, return the words ``neutral``
        instead.
        """
        clips = tuple(id for group in groups for id in _group_clips(group))
        fits = len(clips) <= LONGEST_CODE
        code = "number" if neutral == NEUTRAL_CODE else "attribute"
        return self._first(
            _Piece("-".join(groups), clips if fits else ()), _Piece(neutral, (f"code.{code}",))
        )


def name_clip(pinyin: str, title: str) -> str:
    """Return the id of the clip of a surname with its title: ``name.zhang1.sir``."""
    return f"name.{pinyin}.{TITLES[title]}"


def title_clip(title: str) -> str:
    """Return the id of the clip of a title alone: ``title.sir``."""
    return f"title.{TITLES[title]}"


def _group_clips(group: str) -> Iterator[str]:
    """Yield the ids of a group's clips: for ``138`` digit.yao.start, digit.3.middle, digit.8.end.

    A letter has one clip for all places.
    """
    for at, sign in enumerate(group):
        place = "end" if at == len(group) - 1 else "middle" if at else "start"
        if sign.isdecimal():
            yield f"digit.{'yao' if sign == '1' else sign}.{place}"
        else:
            yield f"letter.{sign.lower()}"


def _title_after(after: Prompt | Slot | str, values: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the title that follows a surname, and the punctuation beside the title.

    ``after`` is the part of the prompt after the surname, and ``values`` the values of the slots.
    Return None and "" if ``after`` is no title. Otherwise one clip can speak surname and title.
    """
    if isinstance(after, Slot) and after.name == "先生":
        return values.get("先生", ""), ""
    if isinstance(after, Prompt) and (words := re.sub(r"\W", "", after.text)) in TITLES:
        return words, after.text.replace(words, "")
    return None, ""


def _whole(value: str) -> int | None:
    """Return ``value`` as a number if it has one to four digits (also full-width), else None."""
    plain = unicodedata.normalize("NFKC", value).strip()
    return int(plain) if re.fullmatch(r"[0-9]{1,4}", plain) else None
