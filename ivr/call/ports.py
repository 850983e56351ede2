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
    """The caller's telephone line. It plays prompts, and sends silence while there is none."""

    def play(self, play: Play) -> None:
        """Play a prompt and cut the one that is being played; the end comes back as an event."""
        ...

    def stop(self, play: int) -> None:
        """Cut a prompt, if it is still the one being played."""
        ...

    def hang_up(self, outcome: Outcome) -> None:
        """End the call, and tell the PBX that it has ended properly."""
        ...

    def transfer(self, target: str) -> None:
        """End the call for this service: the PBX connects the caller to this extension."""
        ...

    def hand_back(self) -> None:
        """Leave the call to the PBX, which goes on as if the service had died."""
        ...


class Recorder(Protocol):
    """Records the sound of one call, both sides of it. No method blocks."""

    def start(self) -> None:
        """Begin to record."""
        ...

    def drop(self) -> None:
        """Stop recording, and keep nothing of what has been recorded."""
        ...


class CallLog(Protocol):
    """The record of one call: every event and command with its time. No method blocks."""

    def note(self, what: Event | Command, now: float) -> None:
        """Add an event or a command of the moment ``now``."""
        ...

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        """Write the ticket whose command was noted last.

        ``made`` is called later, on the event loop: with the number of the ticket once it is on the
        disk, or with None when it could not be written.
        """
        ...

    def close(self, outcome: Outcome, now: float) -> None:
        """Complete the record: the call is over."""
        ...


class Recognition(Protocol):
    """One utterance while it is being recognised. Only ``finish`` waits."""

    def feed(self, samples: Samples) -> None:
        """Add sound: 16-bit samples, 8 kHz."""
        ...

    async def finish(self) -> Words | None:
        """End the utterance; return its words, or None when recognition failed or took too long."""
        ...

    def cancel(self) -> None:
        """Give the utterance up: its words are not wanted any more. Idempotent."""
        ...


Recogniser = Callable[[Callable[[Meaning | None], None]], Recognition]
"""Begins to recognise one utterance. The callback is called during the utterance whenever there are
words or they have changed: with the meaning of the words so far while these are few, else None."""


LookUp = Callable[[Query], Awaitable[Found]]
"""Looks something up for a caller who waits. It never raises; it returns FAILED after too long."""


async def nothing_known(query: Query) -> Found:
    """Return FAILED: the look-up of a service that has none."""
    return FAILED
