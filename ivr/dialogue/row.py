"""A row of the etiquette sheet as the scripts see it: its words and its seconds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, NamedTuple

_SLOT = re.compile(r"\{([^{}]+)\}")

Rendering = Literal["normal", "louder", "loudest", "slow"]
"""How a prompt is spoken: as usual, 6 or 9 dB louder, or a quarter slower with longer pauses."""


class Edges(StrEnum):
    """The place of a clip in its sentence, which decides how much silence its edges have.

    Only a whole sentence has the full silence before and after its words.
    """

    WHOLE = "whole"
    """The clip is a whole sentence."""
    FIRST = "first"
    """The clip begins a sentence; another clip follows."""
    INNER = "inner"
    """The clip stands between others, or is a value that may stand anywhere in a sentence."""
    LAST = "last"
    """The clip ends a sentence that another clip began."""
    GROUP = "group"
    """The clip ends a group of digits, after which a person takes a breath of less than 120 ms."""


class PromptId(NamedTuple):
    """The id of a prompt, ``row.key``, taken apart."""

    row: str
    """The id of the row that says the prompt."""
    key: str
    """The prompt's key in that row; for a part between slots, ``key.number``, as in ``ask.1``."""

    @classmethod
    def parse(cls, id: str) -> "PromptId":
        """Return the row and the key of an id: ``ask_topic`` and ``ask.1`` of ``ask_topic.ask.1``.

        An id without a full stop is a row without a key.
        """
        row, _, key = id.partition(".")
        return cls(row, key)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words to be spoken."""

    row: str
    """The id of the row that says the words; for a clip of a value, its kind, such as ``digit``."""
    key: str
    """The key of the words in that row."""
    text: str
    edges: Edges = Edges.WHOLE
    parts: tuple[str, ...] = ()
    """The ids of the clips that a composed sentence is joined from; empty for a single clip."""

    @classmethod
    def named(cls, id: str, text: str, edges: Edges = Edges.WHOLE) -> "Prompt":
        """Return the prompt with this id (``row.key``), text and edges."""
        return cls(*PromptId.parse(id), text, edges)

    @property
    def id(self) -> str:
        """The id ``row.key``, from which the rendered files have their names."""
        return f"{self.row}.{self.key}"

    @property
    def clips(self) -> tuple[str, ...]:
        """The ids of the clips that are played, one after the other."""
        return self.parts or (self.id,)


MUSIC = Prompt("music", "hold", "（音乐）")
"""Half a minute of music, played again and again while something is looked up (row 17)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One situation of the sheet; the same ``id`` runs through code, files, tests and records."""

    number: int
    """The row's place on the paper sheet, from 1."""
    id: str
    situation: str
    """情况: the situation in the sheet's own words."""
    say: Mapping[str, str]
    """应该: the words to speak, by key."""
    never: tuple[str, ...] = ()
    """不应该: words that no prompt of the product may contain."""
    seconds: float = 5.0
    """Seconds that the row waits for the caller to answer, counted from the end of the prompt."""
    tries: int = 1
    """Number of times that the row asks the caller before it goes on to something else."""

    def prompt(self, key: str) -> Prompt:
        """Return the words under ``key``; raise KeyError if the row says nothing under it."""
        if key not in self.say:
            raise KeyError(f"row {self.id!r} of the sheet says nothing under {key!r}")
        return Prompt(self.id, key, self.say[key])

    def prompts(self) -> tuple[Prompt, ...]:
        """Return all prompts that the row says, in the order of the sheet."""
        return tuple(self.prompt(key) for key in self.say)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a prompt that is filled in during the call."""

    name: str
    """The word between the braces: 姓, 单号."""


def parts(prompt: Prompt) -> tuple[Prompt | Slot | str, ...]:
    """Return the parts of a prompt, cut at its ``{slots}``, in order.

    Words become a Prompt, a slot a Slot, and punctuation without words a str. A prompt without
    slots is its own only part. The words are numbered from 1: the first words of ``ask_topic.ask``
    have the id ``ask_topic.ask.1``, even if a slot stands before them.
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
            edges = _edges(place, len(pieces))
            yield Prompt(prompt.row, f"{prompt.key}.{spoken}", piece, edges)
        elif piece:
            yield piece


def _edges(place: int, of: int) -> Edges:
    if place == 0:
        return Edges.FIRST
    return Edges.LAST if place == of - 1 else Edges.INNER


def fragments(prompt: Prompt) -> tuple[Prompt, ...]:
    """Return the literal parts of a prompt between its ``{slots}``, each a prompt of its own.

    Parts without a spoken character are left out.
    """
    return tuple(part for part in parts(prompt) if isinstance(part, Prompt))


def without_values(prompt: Prompt, values: Mapping[str, str]) -> Prompt:
    """Return the prompt with its literal words alone, without its slots; ``values`` are not used.

    A call without a :class:`ivr.words.composition.Composer` speaks prompts with slots this way.
    """
    if (literal := fragments(prompt)) in ((), (prompt,)):
        return prompt
    text = _SLOT.sub("", prompt.text)
    return replace(prompt, text=text, edges=Edges.WHOLE, parts=tuple(part.id for part in literal))
