"""What was seen of one call, whether it was real or in virtual time. Times are seconds after the
answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ivr.dialogue.row import Rendering
from ivr.hearing.g711 import Samples
from ivr.records.transcript import TranscriptLine as TranscriptLine
from ivr.scenario.steps import TicketLeft
from ivr.softphone.recording import Gaps

NOTHING = np.zeros(0, np.int16)


@dataclass(frozen=True, slots=True)
class SpokenPrompt:
    """One prompt as it reached the caller."""

    ids: frozenset[str]
    """The prompts of the sheet that it may be: some sound alike. Empty: it is none of them."""
    text: str
    start: float
    end: float
    complete: bool
    rendering: Rendering = "normal"
    correlation: float = 1.0
    """Of what was heard with the rendered files, the worst of them."""

    def __str__(self) -> str:
        name = min(self.ids, default="a sound that is no prompt")
        return name if self.complete else f"{name} (cut off)"


@dataclass(frozen=True, slots=True)
class Acted:
    """Something the caller did."""

    step: int
    """Of his scenario."""
    what: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class CallSound:
    """One direction of a call."""

    start: float = 0.0
    samples: Samples = field(default_factory=lambda: NOTHING)
    """8 kHz."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known of a call when it is over."""

    spoken: Sequence[SpokenPrompt]
    acted: Sequence[Acted]
    ended: float
    ended_by: Literal["caller", "bot"]
    tickets: Sequence[TicketLeft] | None = None
    """None where there is no record to look into."""
    outcome: str | None = None
    transcript: Sequence[TranscriptLine] = ()
    caller_sound: CallSound = field(default_factory=CallSound)
    bot_sound: CallSound = field(default_factory=CallSound)
    gaps: Gaps | None = None
    """How evenly the bot's packets came."""
    wrong: Sequence[str] = ()
    """What went wrong beside the conversation itself."""
