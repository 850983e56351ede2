"""Commands: things that a call wants done, in the imperative. The shell carries them out.

A script awaits many of them as they are (see :mod:`ivr.dialogue.verbs`). The name of a command is
kept in the records of every call (table ``steps``, column ``what``) and must not change.
"""

from dataclasses import dataclass

from ivr.dialogue.look_up import Query
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Rendering
from ivr.dialogue.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Play:
    """Speak a prompt; answered by PromptFinished or PromptFailed with the same number."""

    play: int
    """Number of the prompt in the call, from 1."""
    prompt: Prompt
    """The prompt as it is spoken: its slots are filled in, its ``clips`` follow without a gap."""
    barge_in: bool
    """Whether a key ends the prompt. Keys that are pressed during any other prompt are delivered,
    too."""
    rendering: Rendering = "normal"


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """Cut the prompt that is being played; no PromptFinished follows."""

    play: int
    """Number of the :class:`Play` to be cut."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class HandBack:
    """Leave the caller to the PBX, unfinished: its dialplan has a second service and an apology."""


@dataclass(frozen=True, slots=True)
class EnterRow:
    """Begin a row of the sheet: for the record, and for the tickets that are left in the row."""

    row: str


@dataclass(frozen=True, slots=True)
class MakeTicket:
    """Write a ticket to the disk; answered by TicketMade with the same ``order``."""

    ticket: Ticket
    order: int = 0
    """Number of the ticket in the call, from 1; not the number that the caller is told. A script
    leaves it 0, and :class:`~ivr.dialogue.orders.Orders` counts."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the call from now on, both sides of it."""


@dataclass(frozen=True, slots=True)
class DropRecording:
    """Stop recording, and keep nothing of what has been recorded: the caller does not agree."""


@dataclass(frozen=True, slots=True)
class BeginLookUp:
    """Look something up while the call goes on; answered by LookedUp with the same ``order``."""

    query: Query
    order: int = 0
    """Number of the look-up in the call, from 1. A script leaves it 0, and
    :class:`~ivr.dialogue.orders.Orders` counts."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Have the PBX connect the caller to somebody else: the call is over for this service."""

    target: str
    """An extension of the dialplan's context ``ivr-transfer``; never a caller's words."""


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
