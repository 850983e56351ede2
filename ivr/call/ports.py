"""The ports of a call: what its shell needs from adapters, as Protocols."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ivr.dialogue.commands import Command, Play
from ivr.dialogue.events import Event
from ivr.dialogue.look_up import FAILED, Found, Query
from ivr.dialogue.meaning import Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket
from ivr.hearing.g711 import Samples


class Line(Protocol):
    """The caller's telephone line: plays prompts, and sends silence while no prompt is played."""

    def play(self, play: Play) -> None:
        """Play a prompt; cut the one that is being played.

        PromptFinished or PromptFailed is delivered as an event when the prompt ends.
        """
        ...

    def stop(self, play: int) -> None:
        """Cut the prompt with the number ``play`` if it is still being played."""
        ...

    def hang_up(self, outcome: Outcome) -> None:
        """End the call, and tell the PBX that it has ended properly."""
        ...

    def transfer(self, target: str) -> None:
        """End the call for this service: the PBX connects the caller to extension ``target``."""
        ...

    def hand_back(self) -> None:
        """Leave the call to the PBX, which goes on as if the service had died."""
        ...


class Recorder(Protocol):
    """Records the audio of one call, the caller's and ours. No method blocks."""

    def start(self) -> None:
        """Begin to record the call."""
        ...

    def drop(self) -> None:
        """Stop recording, and keep nothing of what has been recorded."""
        ...


class CallLog(Protocol):
    """The record of one call: every event and command with its time. No method blocks."""

    def note(self, what: Event | Command, now: float) -> None:
        """Add an event or a command with its time, ``now``: seconds of the event loop's clock."""
        ...

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        """Write the ticket, whose command MakeTicket was the last thing noted.

        ``made`` is called later, on the event loop: with the number of the ticket once it is on the
        disk, or with None when it could not be written.
        """
        ...

    def close(self, outcome: Outcome, now: float) -> None:
        """Complete the record: the call has ended at ``now`` with ``outcome``."""
        ...


class Recognition(Protocol):
    """One utterance while it is being recognised. Only ``finish`` waits."""

    def feed(self, samples: Samples) -> None:
        """Add the next audio of the utterance: 16-bit samples at 8 kHz."""
        ...

    async def finish(self) -> Words | None:
        """End the utterance; return its words, or None when recognition failed or took too long."""
        ...

    def cancel(self) -> None:
        """Stop recognising the utterance, whose words are not needed any more. Idempotent."""
        ...


Recogniser = Callable[[Callable[[Meaning | None], None]], Recognition]
"""Begins to recognise one utterance. The callback is called each time the words recognised so far
change: with their meaning while they have at most 6 characters
(:data:`ivr.recognition.interpreter.FEW`), with None once they have more."""


LookUp = Callable[[Query], Awaitable[Found]]
"""Finds the answer to a query for a caller who waits. It never raises; it returns FAILED after an
error or after too long a time."""


async def nothing_known(query: Query) -> Found:
    """Return FAILED for every query: the look-up of a service that can look nothing up."""
    return FAILED
