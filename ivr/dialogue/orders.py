"""What a call has ordered of the shell: numbered, so that an answer finds what it answers."""

from collections.abc import Callable, Mapping

from ivr.dialogue.commands import (
    BeginLookUp,
    Command,
    EnterRow,
    MakeTicket,
    Play,
    StopPlaying,
)
from ivr.dialogue.look_up import Found, Query
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket
from ivr.dialogue.verbs import Say


class Orders:
    """The commands of one call that have not been fetched, and what is under way."""

    def __init__(self, compose: Callable[[Prompt, Mapping[str, str]], Prompt]) -> None:
        self._compose = compose
        self._waiting: list[Command] = []
        self._row = ""
        self._plays = 0
        self._tickets = 0
        self._draft: tuple[str, Ticket] | None = None
        self._look_ups = 0
        self.playing: Play | None = None
        """The prompt that is being spoken."""
        self.played_at = 0.0
        """When it was ordered."""
        self.found: dict[int, Found] = {}
        """What was looked up, by order."""

    def give(self, command: Command) -> None:
        """Order something that is not answered."""
        self._waiting.append(command)

    def fetch(self) -> list[Command]:
        """What was ordered since the last time, in order."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def enter(self, row: str) -> None:
        """What is ordered from now on belongs to this row of the sheet."""
        self._row = row
        self.give(EnterRow(row))

    def play(self, say: Say, now: float, *, barge_in: bool) -> None:
        """Speak a prompt; one at a time."""
        self._plays += 1
        prompt = self._compose(say.prompt, say.values)
        self.playing, self.played_at = Play(self._plays, prompt, barge_in, say.rendering), now
        self.give(self.playing)

    def stop_playing(self) -> None:
        """Cut the prompt that is being spoken, if one is."""
        if self.playing is not None:
            self.give(StopPlaying(self.playing.play))
            self.playing = None

    def is_playing(self, play: int) -> bool:
        """Whether this order is being spoken; the end of one that was cut may cross the order."""
        return self.playing is not None and self.playing.play == play

    def look_up(self, query: Query) -> int:
        """Begin to look something up; the number under which it will be ``found``."""
        self._look_ups += 1
        self.give(BeginLookUp(self._look_ups, query))
        return self._look_ups

    def draft(self, ticket: Ticket) -> None:
        """Remember what the caller has left until now."""
        self._draft = self._row, ticket

    def make(self, ticket: Ticket) -> None:
        """Write a ticket; what was remembered for it is in it."""
        self._draft = None
        self._make(self._row, ticket)

    def keep_draft(self) -> None:
        """The script ends before its time; what he has left until then is not lost."""
        if self._draft is not None:
            row, ticket = self._draft
            self._draft = None
            self._make(row, ticket)

    def is_newest_ticket(self, order: int) -> bool:
        """Whether a ticket's number answers the last one ordered."""
        return order == self._tickets

    def _make(self, row: str, ticket: Ticket) -> None:
        self._tickets += 1
        self.give(MakeTicket(self._tickets, row, ticket))
