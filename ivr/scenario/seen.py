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
"""No samples: the sound of a direction in which nothing was recorded, as in virtual time."""


@dataclass(frozen=True, slots=True)
class SpokenPrompt:
    """One prompt that the caller heard; times are seconds after the answer of the call."""

    ids: frozenset[str]
    """Ids of the sheet's prompts that fit what was heard. There are several if prompts sound alike,
    and none for a sound that is no prompt."""
    text: str
    start: float
    end: float
    complete: bool
    rendering: Rendering = "normal"
    correlation: float = 1.0
    """Correlation of what was heard with the rendered file; 1.0 if they have the same waveform. If
    the prompt consists of several files, it is their lowest correlation."""

    def __str__(self) -> str:
        name = min(self.ids, default=tr("a sound that is no prompt"))
        return name if self.complete else tr("{prompt} (cut off)").format(prompt=name)


@dataclass(frozen=True, slots=True)
class Acted:
    """One step of a scenario that the caller has carried out, with its beginning and end.

    ``start`` and ``end`` are seconds after the answer of the call. In
    :class:`ivr.scenario.caller.Caller` they are still seconds of the caller's clock.
    """

    step: int
    """Index of the step in the scenario's list of all steps; the first is 0."""
    what: str
    """The step in words, for reports."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class CallSound:
    """The sound of one direction of a call; it starts ``start`` seconds after the answer."""

    start: float = 0.0
    samples: Samples = field(default_factory=lambda: NOTHING)
    """The samples of this direction at 8 kHz; empty if no sound is known."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was observed in one call of a scenario, for the comparison with the scenario.

    ``ended`` is the end of the call, in seconds after the answer.
    """

    spoken: Sequence[SpokenPrompt]
    acted: Sequence[Acted]
    ended: float
    ended_by: Literal["caller", "bot"]
    tickets: Sequence[TicketLeft] | None = None
    """The tickets that the call left; None if the service's record of the call was not read."""
    outcome: str | None = None
    """The call's outcome in the service's record; None if that record was not read."""
    transcript: Sequence[TranscriptLine] = ()
    caller_sound: CallSound = field(default_factory=CallSound)
    bot_sound: CallSound = field(default_factory=CallSound)
    gaps: Gaps | None = None
    """How regularly the bot's packets arrived, and how many were lost; None in virtual time."""
    wrong: Sequence[str] = ()
    """Problems found outside the conversation, each as a sentence; they make the scenario fail."""
