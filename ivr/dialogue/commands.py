"""What a call wants done: intents, in the imperative. The shell carries them out."""

from dataclasses import dataclass

from ivr.dialogue.look_up import Query
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Rendering
from ivr.dialogue.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Play:
    """Speak a prompt; answered by PromptFinished or PromptFailed with the same number."""

    play: int
    prompt: Prompt
    """As it is spoken: its slots are filled in, and its ``clips`` are played without a gap."""
    barge_in: bool
    """Whether a key ends it; keys pressed into a prompt that is heard out are told all the same."""
    rendering: Rendering = "normal"


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """Cut the prompt that is being played; no PromptFinished follows."""

    play: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class HandBack:
    """Leave the caller to the PBX, unfinished: its dialplan has a second service and an apology."""


@dataclass(frozen=True, slots=True)
class EnterRow:
    """A row of the sheet begins. For the record only."""

    row: str


@dataclass(frozen=True, slots=True)
class MakeTicket:
    """Keep what the caller left; answered by TicketMade with the same ``order``."""

    order: int
    """Which ticket of the call it is, from 1; not the number the caller hears."""
    row: str
    """The row that asks for it."""
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the call from now on, both sides of it."""


@dataclass(frozen=True, slots=True)
class DropRecording:
    """Record no longer, and keep nothing of what has been recorded: the caller does not agree."""


@dataclass(frozen=True, slots=True)
class BeginLookUp:
    """Look something up while the call goes on; answered by LookedUp with the same ``order``."""

    order: int
    """Which look-up of the call it is, from 1."""
    query: Query


@dataclass(frozen=True, slots=True)
class Transfer:
    """Leave the caller to the PBX, which connects him: the call is over for us."""

    target: str
    """An extension of the dialplan's context ``ivr-transfer``; never anything a caller said."""


Command = (
    Play
    | StopPlaying
    | HangUp
    | HandBack
    | EnterRow
    | MakeTicket
    | StartRecording
    | DropRecording
    | BeginLookUp
    | Transfer
)
