"""The language of scenario files: steps that a caller carries out, and prompts they must hear.

The types and ranges of values are checked here. The ids of prompts and rows depend on a sheet, and
are checked in :mod:`ivr.scenario.files`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from ivr.dialogue.meaning import Title
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Rendering
from ivr.dialogue.ticket import TicketKind
from ivr.translation import tr

TOLERANCE_SECONDS = 0.15
"""Default tolerance of a wait, in seconds, for a step without ``within``. The wait may be this much
shorter or longer than written. `ivr bench waits` measures how much waits differ."""
THINKING_SECONDS = 1.0
"""Default time, in seconds, from the end of the bot's words to the caller's next step. It holds for
a step without ``after``."""
LEAST_PAUSE = 0.7
"""Least time of quiet, in seconds, after which the bot has certainly finished. Pauses within a slow
prompt reach 0.65 s."""

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
    """A step of a scenario: the caller must hear a certain prompt next."""

    hears: Text
    """Id of the prompt that must be heard: ``no_sound.ask``."""
    after: Seconds | None = None
    """Wanted seconds of wait before this prompt, from the end of the prompt or step before. If
    None, the wait has only a limit: 0.6 s after a prompt, 2.5 s after a step of the caller."""
    within: Annotated[float, Field(gt=0, le=30)] = TOLERANCE_SECONDS
    """Tolerance of ``after``, in seconds: the wait may be this much shorter or longer."""
    cut: bool = False
    """True if the prompt must be cut off; False if it must be heard to its end."""
    rendering: Rendering | None = None
    """The rendering in which the prompt must be heard; None allows any."""
    values: Mapping[str, str] = Field(default_factory=dict, alias="with")
    """The values that must be heard in the prompt's slots, by slot name; empty allows any."""


class Act(_Table):
    """A step of a scenario that the caller carries out; base class of the kinds of such steps."""

    after: Annotated[float, Field(ge=LEAST_PAUSE, le=300)] | None = None
    """Seconds from the end of the last prompt, as the caller hears it, to this step. If None, it is
    1.0 s (THINKING_SECONDS), unless ``into`` is given."""
    into: Annotated[float, Field(ge=0.2, le=60)] | None = None
    """Seconds from the beginning of the last prompt to this step, which interrupts the prompt. If
    None, the step waits for the end of the prompt."""


class Says(Act):
    """A step of a scenario: the caller speaks."""

    says: Text
    voice: Annotated[int, Field(ge=1, le=4)] | Text = 3
    """The caller's voice: number of one of the laboratory's four callers with voices of espeak-ng,
    ``natural`` or ``natural 1`` to ``natural 4`` for one with a natural voice, or name of another
    voice of espeak-ng (``de+m3``)."""
    dbov: Level = -25.0
    """Active speech level of the caller's words in dBov."""
    hands_free: bool = False
    """True if the caller speaks from across a room; False if they speak into the handset."""


class Plays(Act):
    """A step of a scenario: the caller plays a recording into the telephone."""

    plays: Path
    """Path of a WAV file, relative to the directory of the scenario file."""
    words: str = Field("", alias="as")
    """The words in the recording, needed in virtual time, where no speech is recognised. Without
    them the recording is taken for speech that is not understood."""


class Presses(Act):
    """A step of a scenario: the caller presses telephone keys."""

    presses: Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]+$")]


class LineSound(Act):
    """A step of a scenario: from here on, the caller's telephone line carries a sound.

    The caller's voice is mixed with it.
    """

    line: LineKind
    dbov: Level | None = None
    """Level of the sound in dBov. If None, it is the default for this kind of sound from
    :mod:`ivr.scenario.sounds`, such as -24 dBov for noise."""


class HangsUp(Act):
    """A step of a scenario: the caller hangs up."""

    hangs_up: Literal[True]


class HungUp(_Table):
    """A step of a scenario: the bot must hang up."""

    hung_up: Literal[True]
    after: Seconds | None = None
    within: Annotated[float, Field(gt=0, le=30)] = TOLERANCE_SECONDS


class TicketLeft(_Table):
    """A ticket that the call must leave; a field that is not given may have any value."""

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
"""The class of each kind of step, by the key that marks the kind in a scenario file: ``says``."""


def kind_of(table: object) -> str | None:
    """Return the kind of a step of a scenario, as the key that marks it: ``says``.

    ``table`` is the step, as a table read from the file or as a model. Return None if it has none
    of the keys in STEP_KINDS, or more than one.
    """
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
    """One ``[[scenario]]`` table of a scenario file."""

    name: Text
    rows: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Ids of the sheet's rows that the scenario proves, such as ``no_sound``."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    tickets: tuple[TicketLeft, ...] | None = None
    """All tickets that the call must leave, in order. If None, tickets are not judged."""
    outcome: Outcome | None = None
    """The outcome that the service must record for the call; None allows any."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call that a tester has described in a scenario file, with its place in the file."""

    table: ScenarioTable
    file: Path
    line: int
    """Line of ``[[scenario]]`` in the file, counted from 1."""
    lines: tuple[int, ...]
    """Line number of each step in the file, counted from 1."""

    @property
    def name(self) -> str:
        """The name of the scenario, as reports show it."""
        return self.table.name

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the scenario, in the order of the call."""
        return self.table.steps

    def spoken_by(self, voice: int | str) -> "Scenario":
        """Return the scenario with ``voice`` in every step that names no voice; see Says.voice."""
        steps = tuple(
            step.model_copy(update={"voice": voice})
            if isinstance(step, Says) and "voice" not in step.model_fields_set
            else step
            for step in self.steps
        )
        return replace(self, table=self.table.model_copy(update={"steps": steps}))

    def place(self, step: int | None = None) -> str:
        """Return the place of a step in the scenario file as ``file:line``.

        ``step`` is the step's index, the first is 0. If it is None, return the place of the
        scenario.
        """
        return f"{self.file}:{self.line if step is None else self.lines[step]}"


def step_text(step: Act) -> str:
    """Return a step of the caller in words, for reports: what the caller says, plays or presses."""
    match step:
        case Says(says=text):
            return text
        case Plays(plays=path):
            return path.name
        case Presses(presses=keys):
            return tr("presses {keys}").format(keys=keys)
        case LineSound(line=kind):
            return tr("line: {kind}").format(kind=kind)
        case _:
            return tr("hangs up")
