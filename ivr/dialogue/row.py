"""A row of the etiquette sheet, as the scripts see it: its words and its seconds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SLOT = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words to be spoken. ``id`` is ``row.key`` and names the rendered files, too."""

    id: str
    text: str


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


def fragments(prompt: Prompt) -> tuple[Prompt, ...]:
    """The literal parts of a prompt between its ``{slots}``, each a prompt of its own.

    A prompt without slots is its own only fragment; ``ask_topic.ask`` with a slot in front
    becomes ``ask_topic.ask.1``. Parts that carry no spoken character are left out.
    """
    parts = _SLOT.split(prompt.text)[::2]
    if len(parts) == 1:
        return (prompt,)
    spoken = [part for part in parts if re.search(r"\w", part)]
    return tuple(Prompt(f"{prompt.id}.{n}", part) for n, part in enumerate(spoken, 1))
