"""The commands of one call, numbered so that each answer can be matched to its command."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.dialogue.commands import BeginLookUp, Command, EnterRow, MakeTicket, Play, StopPlaying
from ivr.dialogue.look_up import Found
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket
from ivr.dialogue.verbs import Say


class Orders:
    """Collects the commands of one call until the shell fetches them.

    It also keeps the prompt that is being played, the draft of a ticket and the results of
    look-ups.
    """

    def __init__(self, compose: Callable[[Prompt, Mapping[str, str]], Prompt]) -> None:
        """``compose`` returns a prompt whose slots are filled with the given values."""
        self._compose = compose
        self._waiting: list[Command] = []
        self._row = ""
        self._plays = 0
        self._tickets = 0
        self._draft: Ticket | None = None
        self._look_ups = 0
        self.playing: Play | None = None
        """The prompt that is being played; None if none is."""
        self.played_at = 0.0
        """Time, in seconds of the call's clock (``now``), at which the last prompt was ordered; 0
        before the first."""
        self.found: dict[int, Found] = {}
        """The results of the look-ups that have ended, by the ``order`` of the look-up."""

    def give(self, command: Command) -> None:
        """Add ``command`` to the commands that :meth:`fetch` returns."""
        self._waiting.append(command)

    def fetch(self) -> list[Command]:
        """Return the commands added since this method was called last, in order."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def enter(self, entry: EnterRow) -> None:
        """Begin a row of the sheet; the tickets made from now on name that row."""
        self._row = entry.row
        self.give(entry)

    def play(self, say: Say, now: float, *, barge_in: bool) -> None:
        """Order a prompt to be played. It replaces the prompt now being played, if there is one.

        ``now`` is the time in seconds of the call's clock. ``barge_in``: a key ends the prompt.
        """
        self._plays += 1
        prompt = self._compose(say.prompt, say.values)
        self.playing, self.played_at = Play(self._plays, prompt, barge_in, say.rendering), now
        self.give(self.playing)

    def stop_playing(self) -> None:
        """Order the prompt that is being played to be cut, if there is one."""
        if self.playing is not None:
            self.give(StopPlaying(self.playing.play))
            self.playing = None

    @property
    def prompt_began(self) -> float | None:
        """Time, in seconds of the call's clock (``now``), at which the prompt now being played was
        ordered; None if none is being played."""
        return None if self.playing is None else self.played_at

    def is_playing(self, play: int) -> bool:
        """Return whether the prompt with the number ``play`` is being played.

        False as soon as a command to cut that prompt has been given, even if an event reports the
        prompt's end later.
        """
        return self.playing is not None and self.playing.play == play

    def look_up(self, request: BeginLookUp) -> int:
        """Order a look-up and return its number. Later ``found[number]`` holds the result."""
        self._look_ups += 1
        self.give(replace(request, order=self._look_ups))
        return self._look_ups

    def draft(self, ticket: Ticket) -> None:
        """Keep ``ticket``, with what the caller has told so far, as the draft of a ticket."""
        self._draft = self._of_this_row(ticket)

    def make(self, ticket: Ticket) -> None:
        """Order ``ticket`` to be written; the draft, if there is one, is discarded."""
        self._draft = None
        self._make(self._of_this_row(ticket))

    def keep_draft(self) -> None:
        """Order the draft, if there is one, to be written as a ticket.

        This is called when the script has ended. A script leaves a draft if it ends early, for
        example when the caller hangs up.
        """
        if self._draft is not None:
            ticket, self._draft = self._draft, None
            self._make(ticket)

    def is_newest_ticket(self, order: int) -> bool:
        """Return whether ``order`` is the number of the ticket that was ordered last."""
        return order == self._tickets

    def _of_this_row(self, ticket: Ticket) -> Ticket:
        return replace(ticket, row=self._row)

    def _make(self, ticket: Ticket) -> None:
        self._tickets += 1
        self.give(MakeTicket(ticket, self._tickets))
