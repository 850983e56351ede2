"""The ports of a call: the interfaces that adapters implement for the call's shell."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ivr.dialogue.commands import Command, Play
from ivr.dialogue.events import Event
from ivr.dialogue.expected import Expected
from ivr.dialogue.look_up import FAILED, Found, Query
from ivr.dialogue.meaning import Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket
from ivr.hearing.g711 import Samples


class Line(Protocol):
    """The caller's telephone line: plays prompts, and sends silence while no prompt is played."""

    def play(self, play: Play) -> None:
        """Play a prompt. If another one is being played, cut it.

        The event PromptFinished or PromptFailed is delivered when the prompt ends.
        """
        ...

    def stop(self, play: int) -> None:
        """Cut the prompt with the number ``play`` if it is still being played."""
        ...

    def hang_up(self, outcome: Outcome) -> None:
        """End the call, and tell the PBX its ``outcome``.

        The PBX is also told that the service has not died, so it does not take the caller back.
        """
        ...

    def transfer(self, target: str) -> None:
        """Have the PBX connect the caller to the extension ``target``, and end the call here."""
        ...

    def hand_back(self) -> None:
        """Leave the call to the PBX, which then acts as if the service had died."""
        ...


class Listening(Protocol):
    """All that hears the caller of one call; it delivers events to the call. No method blocks."""

    def prompt_started(self, play: Play, now: float) -> None:
        """Note that a prompt begins at ``now``, in seconds of the event loop's clock.

        Its echo is then not taken for the caller.
        """
        ...

    def prompt_stopped(self, now: float) -> None:
        """Note that the prompt ended or was cut at ``now`` (seconds of the event loop's clock)."""
        ...

    def close(self) -> None:
        """Deliver no more events, because the call is over. Idempotent."""
        ...


class Recorder(Protocol):
    """Records the audio of one call, the caller's and ours. No method blocks."""

    def start(self) -> None:
        """Begin to record the call."""
        ...

    def drop(self) -> None:
        """Stop recording, and delete what has been recorded."""
        ...


class CallLog(Protocol):
    """The record of one call: every event and command with its time. No method blocks."""

    def note(self, what: Event | Command, now: float) -> None:
        """Add an event or a command with its time, ``now``: seconds of the event loop's clock."""
        ...

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        """Write the ticket. Its command MakeTicket must have been noted immediately before.

        ``made`` is called later, on the event loop. It gets the ticket's number once the ticket is
        on the disk, or None if the ticket could not be written.
        """
        ...

    def close(self, outcome: Outcome, now: float) -> None:
        """Complete the record: the call has ended at ``now`` with ``outcome``."""
        ...


class Recognition(Protocol):
    """One utterance while it is being recognised. Only :meth:`finish` takes time."""

    def feed(self, samples: Samples) -> None:
        """Add the next audio of the utterance to be recognised: 16-bit samples at 8 kHz."""
        ...

    def pause(self) -> None:
        """Take note that the caller has paused and may have finished.

        A recogniser of whole utterances may begin to decode now, so that the words come sooner.
        """
        ...

    def go_on(self) -> None:
        """Take note that the caller goes on speaking after a pause."""
        ...

    async def finish(self) -> Words | None:
        """End the utterance; return its words, or None when recognition failed or took too long."""
        ...

    def cancel(self) -> None:
        """Stop recognising the utterance, whose words are not needed any more. Idempotent."""
        ...


Recogniser = Callable[[Callable[[Meaning | None], None], Expected | None], Recognition]
"""A function that begins to recognise one utterance. It calls its first argument each time the
recognised words change. That call gets the meaning of the words while there are at most 6
characters (:data:`ivr.recognition.interpreter.FEW`), otherwise None. The second argument is the
kind of answer that the caller was asked for; None if it may be anything."""


LookUp = Callable[[Query], Awaitable[Found]]
"""A function that looks up the answer to a query while the caller waits. It never raises: after an
error or a time-out it returns FAILED."""


async def nothing_known(query: Query) -> Found:
    """Return FAILED for every query: the look-up of a service without a source of answers."""
    return FAILED
