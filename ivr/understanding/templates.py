"""Short notation for many wordings: ``[我|我们]要投诉(你们|)客服``.

``[a|b]`` is one of these, ``(a|b|)`` one of these or nothing: an empty alternative may be left out,
and both brackets mean the same. ``{姓}`` is a word of that class. They may be nested. Everything
else stands for itself; punctuation and spaces are not spoken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

_CLOSING = {"(": ")", "[": "]"}
_WIDE = str.maketrans("（）［］｛｝｜", "()[]{}|")
_SIGNS = frozenset("()[]{}|")


class TemplateError(ValueError):
    """A template cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class TemplateSlot:
    """A place for any word of a class."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some sequences."""

    options: tuple["Sequence_", ...]


Sequence_ = tuple["str | TemplateSlot | Choice", ...]


def parse_template(template: str) -> Sequence_:
    """The parts of a template; TemplateError when brackets do not match."""
    reader = _Reader(template.translate(_WIDE))
    options = reader.options("")
    return options[0] if len(options) == 1 else (Choice(options),)


class _Reader:
    """Reads a template once, from the left."""

    def __init__(self, template: str) -> None:
        self._template, self._at = template, 0

    def options(self, closing: str) -> tuple[Sequence_, ...]:
        """Alternatives up to the bracket that closes them ("" is the end of the template)."""
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
                        f"{self._template!r} has brackets round one thing: write (…|) "
                        "when it may be left out, else leave them out"
                    )
                parts.append(Choice(choices))
            elif sign == "{":
                parts.append(TemplateSlot(self._name()))
            elif sign in _SIGNS or not sign:
                raise TemplateError(
                    f"{self._template!r} has a bracket without its other half: "
                    f"{'close it' if not sign else f'open {sign} or leave it out'}"
                )
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
            raise TemplateError(f"{self._template!r} has {{ without }}: close it")
        name = self._template[self._at : end].strip()
        self._at = end + 1
        return name


def slots(parts: Sequence_) -> Iterator[str]:
    """The names of all classes in a template."""
    for part in parts:
        if isinstance(part, TemplateSlot):
            yield part.name
        elif isinstance(part, Choice):
            for option in part.options:
                yield from slots(option)


def count(parts: Sequence_) -> int:
    """In how many ways a template can be read."""
    ways = 1
    for part in parts:
        if isinstance(part, Choice):
            ways *= sum(count(option) for option in part.options)
    return ways


def wordings(parts: Sequence_, most: int) -> list[str]:
    """The first ``most`` wordings, each once, with classes still in braces."""
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
