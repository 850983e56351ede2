"""What the shell of a call needs of the world, as Protocols: adapters implement them."""

from typing import Protocol

from ivr.dialogue.commands import Command, Play
from ivr.dialogue.events import Event
from ivr.dialogue.outcome import Outcome


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

    def hand_back(self) -> None:
        """Leave the call to the PBX, which then does what it does when a service dies."""
        ...


class CallLog(Protocol):
    """The record of one call: every event and command with its time."""

    def note(self, what: Event | Command, now: float) -> None:
        """Something happened, or was asked for, at ``now``."""
        ...

    def close(self, outcome: Outcome, now: float) -> None:
        """The call is over."""
        ...
