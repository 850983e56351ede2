"""What the shell of a call needs of the world, as Protocols: adapters implement them."""

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
    """The caller's telephone line. Speaks prompts; sends silence while there is none."""

    def play(self, play: Play) -> None:
        """Speak a prompt, cutting what is being spoken; its end comes back as an event."""
        ...

    def stop(self, play: int) -> None:
        """Cut a prompt, if it is still the one being spoken."""
        ...

    def hang_up(self, outcome: Outcome) -> None:
        """End the call properly: the PBX is told that this was no accident."""
        ...

    def transfer(self, target: str) -> None:
        """End the call for us: the PBX connects the caller to this extension."""
        ...

    def hand_back(self) -> None:
        """Leave the call to the PBX, which then does what it does when a service dies."""
        ...


class Recorder(Protocol):
    """Records the sound of one call, both sides of it. Never waits."""

    def start(self) -> None:
        """Record from now on."""
        ...

    def drop(self) -> None:
        """Record no longer; what has been recorded is not kept."""
        ...


class CallLog(Protocol):
    """The record of one call: every event and command with its time. Never waits."""

    def note(self, what: Event | Command, now: float) -> None:
        """Something happened, or was asked for, at ``now``."""
        ...

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        """Keep what was noted last. ``made`` is called later, on the event loop: with the number
        of the ticket once it is safe on the disk, or with None when it could not be written."""
        ...

    def close(self, outcome: Outcome, now: float) -> None:
        """The call is over."""
        ...


class Recognition(Protocol):
    """One utterance while it is being recognised. Nothing but ``finish`` waits."""

    def feed(self, samples: Samples) -> None:
        """Some more sound: 16-bit, 8 kHz."""
        ...

    async def finish(self) -> Words | None:
        """The utterance is over: its words, or None when they cannot be known."""
        ...

    def cancel(self) -> None:
        """Nobody wants to know any more. Idempotent."""
        ...


Recogniser = Callable[[Callable[[Meaning | None], None]], Recognition]
"""Begins to recognise one utterance. What it is given is called while the utterance goes on,
whenever there are words in it so far, or others than before: with what they would mean if they were
all, as long as they are few."""


LookUp = Callable[[Query], Awaitable[Found]]
"""Finds something out for a caller who waits. Never raises; FAILED when it takes too long."""


async def nothing_known(query: Query) -> Found:
    """The look-up of a service that has none."""
    return FAILED
