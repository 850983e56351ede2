"""A short notation for many wordings: ``[我|我们]要投诉(你们|)客服``.

``[a|b]`` means a or b. ``(a|b|)`` means a, b or nothing, because one alternative is empty. Round
and square brackets mean the same and may be nested. ``{姓}`` means a word of that class. Everything
else stands for itself; punctuation and spaces are not spoken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ivr.translation import tr

_CLOSING = {"(": ")", "[": "]"}
_WIDE = str.maketrans("（）［］｛｝｜", "()[]{}|")
_SIGNS = frozenset("()[]{}|")


class TemplateError(ValueError):
    """A template is wrong; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class TemplateSlot:
    """A place in a template for any word of the class ``name``, such as 姓 (surname)."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of a template with several alternatives, of which a wording has one."""

    options: tuple["Sequence_", ...]


Sequence_ = tuple["str | TemplateSlot | Choice", ...]


def parse_template(template: str) -> Sequence_:
    """Return the parts of a template: texts, places for words, and choices between alternatives.

    Raise TemplateError if a bracket has no partner or only one alternative in it.
    """
    reader = _Reader(template.translate(_WIDE))
    options = reader.options("")
    return options[0] if len(options) == 1 else (Choice(options),)


class _Reader:
    """Parses one template, from left to right; an object serves for one template only."""

    def __init__(self, template: str) -> None:
        self._template, self._at = template, 0

    def options(self, closing: str) -> tuple[Sequence_, ...]:
        """Read alternatives up to the bracket ``closing`` and return the parts of each.

        "" for ``closing`` means the end of the template. Raise TemplateError if a bracket has no
        partner or only one alternative in it.
        """
        options: list[Sequence_] = []
        parts: list[str | TemplateSlot | Choice] = []
        while True:
            sign = self._next()
            if sign == closing:
                return (*options, tuple(parts))
            if sign == "|":
                options.append(tuple(parts))
                parts = []
            elif sign in _CLOSING:
                choices = self.options(_CLOSING[sign])
                if len(choices) == 1:
                    raise TemplateError(
                        tr(
                            "{template!r} has brackets around a single alternative: write (…|) if "
                            "it may be left out, otherwise remove the brackets"
                        ).format(template=self._template)
                    )
                parts.append(Choice(choices))
            elif sign == "{":
                parts.append(TemplateSlot(self._name()))
            elif sign in _SIGNS or not sign:
                sentence = tr(
                    "{template!r} has a bracket without a partner: open {sign} before or remove it"
                )
                if not sign:
                    sentence = tr("{template!r} has a bracket without a partner: close it")
                raise TemplateError(sentence.format(template=self._template, sign=sign))
            elif parts and isinstance(parts[-1], str):
                parts[-1] += sign
            else:
                parts.append(sign)

    def _next(self) -> str:
        sign = self._template[self._at : self._at + 1]
        self._at += 1
        return sign

    def _name(self) -> str:
        end = self._template.find("}", self._at)
        if end < 0:
            raise TemplateError(
                tr("{template!r} has {{ without }}: close it").format(template=self._template)
            )
        name = self._template[self._at : end].strip()
        self._at = end + 1
        return name


def slots(parts: Sequence_) -> Iterator[str]:
    """Yield the names of all classes in a template, such as 姓 (surname) for {姓}."""
    for part in parts:
        if isinstance(part, TemplateSlot):
            yield part.name
        elif isinstance(part, Choice):
            for option in part.options:
                yield from slots(option)


def count(parts: Sequence_) -> int:
    """Return the number of wordings that a template stands for, duplicates included."""
    ways = 1
    for part in parts:
        if isinstance(part, Choice):
            ways *= sum(count(option) for option in part.options)
    return ways


def wordings(parts: Sequence_, most: int) -> list[str]:
    """Return the first ``most`` wordings of a template, without those that repeat an earlier one.

    A class of words stays as it is written in the template, such as {姓} (surname).
    """
    return list(dict.fromkeys(islice(_wordings(parts), most)))


def _wordings(parts: Sequence[str | TemplateSlot | Choice]) -> Iterator[str]:
    if not parts:
        yield ""
        return
    first, rest = parts[0], parts[1:]
    for head in _heads(first):
        for tail in _wordings(rest):
            yield head + tail


def _heads(part: str | TemplateSlot | Choice) -> Iterator[str]:
    if isinstance(part, Choice):
        for option in part.options:
            yield from _wordings(option)
    else:
        yield f"{{{part.name}}}" if isinstance(part, TemplateSlot) else part
