"""The words of the scenario language: what a caller does, and what he must hear.

A tester's mistake is found here by its type and range; what depends on a sheet (the ids of prompts
and rows) is looked at in :mod:`ivr.scenario.files`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from ivr.dialogue.meaning import Title
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Rendering
from ivr.dialogue.ticket import TicketKind

TOLERANCE_SECONDS = 0.15
"""Beside the seconds of a scenario, for a busy machine; `ivr bench waits` shows what is reached."""
THINKING_SECONDS = 1.0
"""Between the end of what the bot says and what the caller does, when a scenario tells nothing."""
LEAST_PAUSE = 0.7
"""Only after so much quiet is it certain that the bot has finished: within a slow prompt it makes
pauses of 0.65 s."""

Level = Annotated[float, Field(ge=-75, le=-6)]
Seconds = Annotated[float, Field(ge=0, le=300)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

LineKind = Literal[
    "silence", "no_rtp", "comfort_noise", "noise", "room", "hum", "breathing", "television",
    "music", "fax", "ringback",
]  # fmt: skip


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Hears(_Table):
    """A prompt of the sheet must be heard next."""

    hears: Text
    """Its id: ``no_sound.ask``."""
    after: Seconds | None = None
    """So long after the end of what came before; not told: at once, or soon after the caller."""
    within: Annotated[float, Field(gt=0, le=30)] = TOLERANCE_SECONDS
    """How much ``after`` may be missed by."""
    cut: bool = False
    """It must have been cut off; otherwise it must be heard to its end."""
    rendering: Rendering | None = None
    values: Mapping[str, str] = Field(default_factory=dict, alias="with")
    """What its slots must have been filled with."""


class Act(_Table):
    """Something the caller does."""

    after: Annotated[float, Field(ge=LEAST_PAUSE, le=300)] | None = None
    """So long after the end of the last prompt, as he hears it."""
    into: Annotated[float, Field(ge=0.2, le=60)] | None = None
    """So long after the beginning of the last prompt, which is still being spoken."""


class Says(Act):
    """The caller speaks."""

    says: Text
    voice: Annotated[int, Field(ge=1, le=4)] | Text = 3
    """One of the laboratory's callers, or any voice of espeak-ng: ``de+m3``."""
    dbov: Level = -25.0
    hands_free: bool = False
    """From across a room."""


class Plays(Act):
    """The caller plays a recording."""

    plays: Path
    """WAV; a relative path begins where the scenario file lies."""
    words: str = Field("", alias="as")
    """What is said in it, for virtual time; without, it is taken for speech that nobody knows."""


class Presses(Act):
    """The caller presses keys."""

    presses: Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]+$")]


class LineSound(Act):
    """From here on his line carries this beside his voice."""

    line: LineKind
    dbov: Level | None = None


class HangsUp(Act):
    """The caller hangs up."""

    hangs_up: Literal[True]


class HungUp(_Table):
    """The bot must hang up."""

    hung_up: Literal[True]
    after: Seconds | None = None
    within: Annotated[float, Field(gt=0, le=30)] = TOLERANCE_SECONDS


class TicketLeft(_Table):
    """A ticket that the call must have left; what is not told may be anything."""

    kind: TicketKind
    surname: str | None = None
    title: Title | None = None
    contact: str | None = None
    department: str | None = None
    hours: float | None = None


STEP_KINDS: Mapping[str, type[_Table]] = {
    "hears": Hears, "says": Says, "plays": Plays, "presses": Presses, "line": LineSound,
    "hangs_up": HangsUp, "hung_up": HungUp,
}  # fmt: skip
"""Every step by the key that makes it one."""


def kind_of(table: object) -> str | None:
    """Which step a table is; None when it is none, or two."""
    named = [key for key in STEP_KINDS if isinstance(table, Mapping) and key in table]
    named += [key for key, kind in STEP_KINDS.items() if isinstance(table, kind)]
    return named[0] if len(named) == 1 else None


Step = Annotated[
    Annotated[Hears, Tag("hears")]
    | Annotated[Says, Tag("says")]
    | Annotated[Plays, Tag("plays")]
    | Annotated[Presses, Tag("presses")]
    | Annotated[LineSound, Tag("line")]
    | Annotated[HangsUp, Tag("hangs_up")]
    | Annotated[HungUp, Tag("hung_up")],
    Discriminator(kind_of),
]


class ScenarioTable(_Table):
    """One ``[[scenario]]`` as it is written."""

    name: Text
    rows: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The rows of the sheet that it proves."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    tickets: tuple[TicketLeft, ...] | None = None
    """All that the call must leave; not told: whatever it leaves."""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call to be made, and where it is written."""

    table: ScenarioTable
    file: Path
    line: int
    lines: tuple[int, ...]
    """Of its steps."""

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.table.name

    @property
    def steps(self) -> tuple[Step, ...]:
        """In the order of the call."""
        return self.table.steps

    def place(self, step: int | None = None) -> str:
        """``file:line`` of a step, or of the scenario."""
        return f"{self.file}:{self.line if step is None else self.lines[step]}"


def step_text(step: Act) -> str:
    """What the caller does, for reports."""
    match step:
        case Says(says=text):
            return text
        case Plays(plays=path):
            return path.name
        case Presses(presses=keys):
            return f"presses {keys}"
        case LineSound(line=kind):
            return f"line: {kind}"
        case _:
            return "hangs up"
