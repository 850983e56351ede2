"""Commands: what a call wants done, named in the imperative. The call's shell carries them out.

A script can await the last six commands of this module directly (see :mod:`ivr.dialogue.verbs`).
The records of every call hold the names of its commands (table ``steps``, column ``what``). The
names must therefore not change.
"""

from dataclasses import dataclass

from ivr.dialogue.look_up import Query
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Rendering
from ivr.dialogue.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Play:
    """Play a prompt. The event PromptFinished or PromptFailed with the same number answers it."""

    play: int
    """Number of the prompt in the call, from 1."""
    prompt: Prompt
    """The prompt with its slots filled in. Its ``clips`` (sound files) are played without a gap."""
    barge_in: bool
    """Whether a key ends the prompt. The call gets the event KeyPressed in either case."""
    rendering: Rendering = "normal"


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """Cut the prompt that is being played; no PromptFinished follows."""

    play: int
    """Number of the prompt to cut, as in its :class:`Play`."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call by hanging up."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class HandBack:
    """Give the unfinished call back to the PBX.

    The dialplan of the PBX then tries a second service or plays an apology.
    """


@dataclass(frozen=True, slots=True)
class EnterRow:
    """Begin a row of the etiquette sheet, which says how the agent acts in one situation.

    The record of the call notes the row, and tickets made from now on name it.
    """

    row: str
    """The id of the row, such as ``greeting``."""


@dataclass(frozen=True, slots=True)
class MakeTicket:
    """Write a ticket (a task for the staff) to the disk.

    The event TicketMade with the same ``order`` answers this command.
    """

    ticket: Ticket
    order: int = 0
    """Number of the ticket within its call, from 1. The caller is told another number. Scripts
    leave ``order`` at 0, and :class:`~ivr.dialogue.orders.Orders` sets it."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the call from now on: the caller's audio and ours."""


@dataclass(frozen=True, slots=True)
class DropRecording:
    """Stop the recording and delete it, because the caller does not agree to be recorded."""


@dataclass(frozen=True, slots=True)
class BeginLookUp:
    """Begin to look up the answer to ``query``, while the call goes on.

    The event LookedUp with the same ``order`` answers this command.
    """

    query: Query
    order: int = 0
    """Number of the look-up within its call, from 1. Scripts leave it at 0, and
    :class:`~ivr.dialogue.orders.Orders` sets it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect the caller to an extension of the PBX. This service then leaves the call."""

    target: str
    """The extension, in the dialplan's context ``ivr-transfer``; never taken from a caller's
    words."""


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
