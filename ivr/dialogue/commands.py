"""Commands: what a call wants done, named in the imperative. The call's shell carries them out.

A script can await the last six commands of this module directly (see :mod:`ivr.dialogue.verbs`).
The name of a command is kept in the records of every call (table ``steps``, column ``what``) and
must not change.
"""

from dataclasses import dataclass

from ivr.dialogue.look_up import Query
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Rendering
from ivr.dialogue.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Play:
    """Play a prompt; answered by PromptFinished or PromptFailed with the same number."""

    play: int
    """Number of the prompt in the call, from 1."""
    prompt: Prompt
    """The prompt with its slots filled in. Its ``clips`` are played one after the other without a
    gap."""
    barge_in: bool
    """Whether a key ends the prompt. The call gets the event KeyPressed in either case."""
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
    """Give the unfinished call back to the PBX.

    The PBX's dialplan has a second service and an apology for this case.
    """


@dataclass(frozen=True, slots=True)
class EnterRow:
    """Begin a row of the sheet: the record notes it, and tickets made from now on name it."""

    row: str


@dataclass(frozen=True, slots=True)
class MakeTicket:
    """Write a ticket to the disk; answered by TicketMade with the same ``order``."""

    ticket: Ticket
    order: int = 0
    """Place of the ticket among the tickets of the call, from 1; not the number that the caller is
    told. Scripts leave it 0, and :class:`~ivr.dialogue.orders.Orders` sets it."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the call from now on: the caller's audio and ours."""


@dataclass(frozen=True, slots=True)
class DropRecording:
    """Stop recording and delete what has been recorded: the caller does not agree to it."""


@dataclass(frozen=True, slots=True)
class BeginLookUp:
    """Begin a look-up while the call goes on; answered by LookedUp with the same ``order``."""

    query: Query
    order: int = 0
    """Number of the look-up within the call, from 1. Scripts leave it 0, and
    :class:`~ivr.dialogue.orders.Orders` sets it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Have the PBX connect the caller to somebody else: the call is over for this service."""

    target: str
    """The extension to connect the caller to, in the dialplan's context ``ivr-transfer``; never
    taken from a caller's words."""


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
