"""The commands of one call, numbered so that an answer finds the command it answers."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.dialogue.commands import BeginLookUp, Command, EnterRow, MakeTicket, Play, StopPlaying
from ivr.dialogue.look_up import Found
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket
from ivr.dialogue.verbs import Say


class Orders:
    """The commands that the shell has not fetched yet, and what is under way in it."""

    def __init__(self, compose: Callable[[Prompt, Mapping[str, str]], Prompt]) -> None:
        """``compose`` fills the slots of a prompt with values."""
        self._compose = compose
        self._waiting: list[Command] = []
        self._row = ""
        self._plays = 0
        self._tickets = 0
        self._draft: Ticket | None = None
        self._look_ups = 0
        self.playing: Play | None = None
        """The prompt that is being spoken."""
        self.played_at = 0.0
        """When the last prompt was ordered, in the seconds of ``now``."""
        self.found: dict[int, Found] = {}
        """The results of the look-ups that have ended, by their order."""

    def give(self, command: Command) -> None:
        """Order something that is not answered."""
        self._waiting.append(command)

    def fetch(self) -> list[Command]:
        """Return what was ordered since the last time, in order."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def enter(self, entry: EnterRow) -> None:
        """Begin a row of the sheet; the tickets that follow belong to it."""
        self._row = entry.row
        self.give(entry)

    def play(self, say: Say, now: float, *, barge_in: bool) -> None:
        """Speak a prompt; there is only one at a time."""
        self._plays += 1
        prompt = self._compose(say.prompt, say.values)
        self.playing, self.played_at = Play(self._plays, prompt, barge_in, say.rendering), now
        self.give(self.playing)

    def stop_playing(self) -> None:
        """Cut the prompt that is being spoken, if there is one."""
        if self.playing is not None:
            self.give(StopPlaying(self.playing.play))
            self.playing = None

    @property
    def prompt_began(self) -> float | None:
        """When the prompt that is being spoken was ordered; None without one."""
        return None if self.playing is None else self.played_at

    def is_playing(self, play: int) -> bool:
        """Return whether this prompt is being spoken: its end may cross the order to cut it."""
        return self.playing is not None and self.playing.play == play

    def look_up(self, request: BeginLookUp) -> int:
        """Begin to look something up; return the order under which the result will be ``found``."""
        self._look_ups += 1
        self.give(replace(request, order=self._look_ups))
        return self._look_ups

    def draft(self, ticket: Ticket) -> None:
        """Remember what the caller has told so far."""
        self._draft = self._of_this_row(ticket)

    def make(self, ticket: Ticket) -> None:
        """Write a ticket; it takes the place of the draft."""
        self._draft = None
        self._make(self._of_this_row(ticket))

    def keep_draft(self) -> None:
        """Write the draft, if there is one, as the script ends before its time."""
        if self._draft is not None:
            ticket, self._draft = self._draft, None
            self._make(ticket)

    def is_newest_ticket(self, order: int) -> bool:
        """Return whether this is the order of the ticket that was written last."""
        return order == self._tickets

    def _of_this_row(self, ticket: Ticket) -> Ticket:
        return replace(ticket, row=self._row)

    def _make(self, ticket: Ticket) -> None:
        self._tickets += 1
        self.give(MakeTicket(ticket, self._tickets))
