"""A row of the etiquette sheet as the scripts use it: its words, waiting time and tries."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, NamedTuple

_SLOT = re.compile(r"\{([^{}]+)\}")

Rendering = Literal["normal", "louder", "loudest", "slow"]
"""How a prompt is spoken: ``louder`` is 6 dB and ``loudest`` 9 dB above ``normal``; ``slow`` is a
quarter slower than ``normal`` and has longer pauses."""


class Edges(StrEnum):
    """The position of a sound clip in its sentence, which decides the silence around its words.

    Only a whole sentence has the full silence before and after its words.
    """

    WHOLE = "whole"
    """The clip is a whole sentence."""
    FIRST = "first"
    """The clip begins a sentence; another clip follows."""
    INNER = "inner"
    """The clip stands between other clips, or is a value that may stand anywhere in a sentence."""
    LAST = "last"
    """The clip ends a sentence that another clip began."""
    GROUP = "group"
    """The clip is the last digit of a group, such as the 8 of 138. A pause of less than 120 ms
    follows, as long as a breath."""


class PromptId(NamedTuple):
    """The id of a prompt, ``row.key``, split into its row and its key."""

    row: str
    """The id of the row that says the prompt."""
    key: str
    """The prompt's key in its row, such as ``ask``. If slots cut the prompt into several clips, the
    key of a clip has a number: ``ask.1``."""

    @classmethod
    def parse(cls, id: str) -> "PromptId":
        """Split an id at its first full stop: ``ask_topic.ask.1`` has the key ``ask.1``.

        An id without a full stop is a row; its key is empty.
        """
        row, _, key = id.partition(".")
        return cls(row, key)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words that are spoken to the caller, such as a sentence of the etiquette sheet."""

    row: str
    """The id of the row that says the words. For the clip of a value it is the kind of value, such
    as ``digit``."""
    key: str
    """The key of the words in that row, such as ``ask``."""
    text: str
    edges: Edges = Edges.WHOLE
    parts: tuple[str, ...] = ()
    """The ids of the clips of a composed sentence, in order. Empty for a sentence of one clip."""

    @classmethod
    def named(cls, id: str, text: str, edges: Edges = Edges.WHOLE) -> "Prompt":
        """Return the prompt with this id (``row.key``), text and edges."""
        return cls(*PromptId.parse(id), text, edges)

    @property
    def id(self) -> str:
        """The id ``row.key``, such as ``no_sound.ask``. The rendered files are named after it."""
        return f"{self.row}.{self.key}"

    @property
    def clips(self) -> tuple[str, ...]:
        """The ids of the clips to play for this prompt, one after the other."""
        return self.parts or (self.id,)


MUSIC = Prompt("music", "hold", "（音乐）")
"""Half a minute of music, played again and again while something is looked up (row 17)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the etiquette sheet: a situation in a call, and what the agent says in it.

    Code, files, tests and records use the same ``id`` for it.
    """

    number: int
    """The row's place on the paper sheet, from 1."""
    id: str
    situation: str
    """The situation in the sheet's own words (column 情况)."""
    say: Mapping[str, str]
    """The words to speak, by key (column 应该)."""
    never: tuple[str, ...] = ()
    """Words that no prompt of the product may contain (column 不应该)."""
    seconds: float = 5.0
    """Seconds from the end of a prompt that the row waits for the caller's answer."""
    tries: int = 1
    """Number of times that the row asks the caller before it goes on to something else."""

    def prompt(self, key: str) -> Prompt:
        """Return the prompt with the words that the row says under ``key``.

        Raise KeyError if the row has no such key.
        """
        if key not in self.say:
            raise KeyError(f"row {self.id!r} of the sheet says nothing under {key!r}")
        return Prompt(self.id, key, self.say[key])

    def prompts(self) -> tuple[Prompt, ...]:
        """Return all prompts that the row says, in the order of the sheet."""
        return tuple(self.prompt(key) for key in self.say)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a prompt that is filled in during the call, such as {姓} (surname)."""

    name: str
    """The word between the braces: 姓, 单号."""


def parts(prompt: Prompt) -> tuple[Prompt | Slot | str, ...]:
    """Cut a prompt at its ``{slots}`` and return the parts in order.

    Words become a Prompt, a slot becomes a Slot, and punctuation without words becomes a str. A
    prompt without slots is the only part. Otherwise the parts with words are numbered from 1. For
    example, the first words of ``ask_topic.ask`` have the id ``ask_topic.ask.1``.
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
    """Return the words of a prompt that stand outside its ``{slots}``, each as a prompt.

    Parts that have only punctuation are left out.
    """
    return tuple(part for part in parts(prompt) if isinstance(part, Prompt))


def without_values(prompt: Prompt, values: Mapping[str, str]) -> Prompt:
    """Return the prompt without its ``{slots}``: only its literal words are left.

    This is the default for a call that has no :class:`ivr.words.composition.Composer`, which would
    fill the slots. ``values`` is ignored; it is there because a Composer has this parameter.
    """
    if (literal := fragments(prompt)) in ((), (prompt,)):
        return prompt
    text = _SLOT.sub("", prompt.text)
    return replace(prompt, text=text, edges=Edges.WHOLE, parts=tuple(part.id for part in literal))
