"""The observations of one call, real or in virtual time; times are seconds after the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ivr.dialogue.row import Rendering
from ivr.hearing.g711 import Samples
from ivr.records.transcript import TranscriptLine as TranscriptLine
from ivr.scenario.steps import TicketLeft
from ivr.softphone.recording import Gaps
from ivr.translation import tr

NOTHING = np.zeros(0, np.int16)
"""The samples of a direction of which no sound is known."""


@dataclass(frozen=True, slots=True)
class SpokenPrompt:
    """One prompt as it reached the caller."""

    ids: frozenset[str]
    """The prompts of the sheet that it may be, as some sound alike; empty for another sound."""
    text: str
    start: float
    end: float
    complete: bool
    rendering: Rendering = "normal"
    correlation: float = 1.0
    """Least correlation of what was heard with one of the rendered files."""

    def __str__(self) -> str:
        name = min(self.ids, default=tr("a sound that is no prompt"))
        return name if self.complete else tr("{prompt} (cut off)").format(prompt=name)


@dataclass(frozen=True, slots=True)
class Acted:
    """One step that the caller carried out."""

    step: int
    """Index of the step in the scenario."""
    what: str
    """The step as a text for reports."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class CallSound:
    """The sound of one direction of a call."""

    start: float = 0.0
    samples: Samples = field(default_factory=lambda: NOTHING)
    """Samples at 8 kHz."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known of a call after its end."""

    spoken: Sequence[SpokenPrompt]
    acted: Sequence[Acted]
    ended: float
    ended_by: Literal["caller", "bot"]
    tickets: Sequence[TicketLeft] | None = None
    """The tickets that the call left; None if there is no record of it."""
    outcome: str | None = None
    """The outcome that the service recorded; None if there is no record of it."""
    transcript: Sequence[TranscriptLine] = ()
    caller_sound: CallSound = field(default_factory=CallSound)
    bot_sound: CallSound = field(default_factory=CallSound)
    gaps: Gaps | None = None
    """The time between the bot's packets, and how many were lost."""
    wrong: Sequence[str] = ()
    """Problems other than those of the conversation, as sentences."""
