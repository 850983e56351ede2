"""A row of the etiquette sheet, as the scripts see it: its words and its seconds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

_SLOT = re.compile(r"\{([^{}]+)\}")

Rendering = Literal["normal", "louder", "loudest", "slow"]
"""How a prompt is spoken: as usual, 6 or 9 dB louder, or a quarter slower with longer pauses."""


class Edges(StrEnum):
    """How much silence a clip keeps at its edges: only a whole sentence has both pauses."""

    WHOLE = "whole"
    FIRST = "first"
    """Begins a sentence; another clip follows."""
    INNER = "inner"
    """Stands between others, or names a value that may stand anywhere."""
    LAST = "last"
    """Ends a sentence that another clip began."""
    GROUP = "group"
    """Ends a group of digits: a person takes a breath here, for less than 120 ms."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words to be spoken. ``id`` is ``row.key`` and names the rendered files, too."""

    id: str
    text: str
    edges: Edges = Edges.WHOLE
    parts: tuple[str, ...] = ()
    """Of a composed sentence: the clips it is joined from."""

    @property
    def clips(self) -> tuple[str, ...]:
        """What is played, one after the other."""
        return self.parts or (self.id,)


MUSIC = Prompt("music.hold", "（音乐）")
"""Half a minute of music, to be played again and again while something is looked up (17)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One situation of the sheet; the same ``id`` runs through code, files, tests and records."""

    number: int
    """The row's place on the paper sheet, from 1."""
    id: str
    situation: str
    """情况: the sheet's own words."""
    say: Mapping[str, str]
    """应该: the words to speak, by key."""
    never: tuple[str, ...] = ()
    """不应该: words no prompt of the product may contain."""
    seconds: float = 5.0
    """How long the row waits for the caller, counted from the end of the prompt."""
    tries: int = 1
    """How often the row asks before it goes on."""

    def prompt(self, key: str) -> Prompt:
        """The words under ``key``; KeyError names the row when the sheet has none."""
        if key not in self.say:
            raise KeyError(f"row {self.id!r} of the sheet says nothing under {key!r}")
        return Prompt(f"{self.id}.{key}", self.say[key])

    def prompts(self) -> tuple[Prompt, ...]:
        """Everything the row says, in the order of the sheet."""
        return tuple(self.prompt(key) for key in self.say)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a prompt that is filled in during the call."""

    name: str


def parts(prompt: Prompt) -> tuple[Prompt | Slot | str, ...]:
    """A prompt cut at its ``{slots}``: words as prompts of their own, slots, bare punctuation.

    A prompt without slots is its own only part; ``ask_topic.ask`` with a slot in front has the
    words ``ask_topic.ask.1``.
    """
    if not _SLOT.search(prompt.text):
        return (prompt,)
    return tuple(_parts(prompt))


def _parts(prompt: Prompt) -> Iterator[Prompt | Slot | str]:
    pieces = _SLOT.split(prompt.text)
    spoken = 0
    for place, piece in enumerate(pieces):
        if place % 2:
            yield Slot(piece)
        elif re.search(r"\w", piece):
            spoken += 1
            yield Prompt(f"{prompt.id}.{spoken}", piece, _edges(place, len(pieces)))
        elif piece:
            yield piece


def _edges(place: int, of: int) -> Edges:
    if place == 0:
        return Edges.FIRST
    return Edges.LAST if place == of - 1 else Edges.INNER


def fragments(prompt: Prompt) -> tuple[Prompt, ...]:
    """The literal parts of a prompt between its ``{slots}``, each a prompt of its own.

    Parts that carry no spoken character are left out.
    """
    return tuple(part for part in parts(prompt) if isinstance(part, Prompt))


def without_values(prompt: Prompt, values: Mapping[str, str]) -> Prompt:
    """Return the literal words of a prompt alone, without its slots; ``values`` are not used.

    A call without a :class:`ivr.words.composition.Composer` speaks prompts with slots this way.
    """
    if (literal := fragments(prompt)) in ((), (prompt,)):
        return prompt
    text = _SLOT.sub("", prompt.text)
    return Prompt(prompt.id, text, parts=tuple(part.id for part in literal))
