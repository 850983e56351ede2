"""The commands of one call. Each has a number, by which its answer is matched to it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.dialogue.commands import BeginLookUp, Command, EnterRow, MakeTicket, Play, StopPlaying
from ivr.dialogue.look_up import Found
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket
from ivr.dialogue.verbs import Say


class Orders:
    """Collects the commands of one call until the call's shell fetches them.

    It also stores the prompt that is being played, an unfinished ticket (the draft) and the results
    of look-ups.
    """

    def __init__(self, compose: Callable[[Prompt, Mapping[str, str]], Prompt]) -> None:
        """Take ``compose``, the function that fills the slots of a prompt with values."""
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
        """Time, in seconds of the call's clock (``now``), at which the newest prompt was ordered; 0
        before the first prompt."""
        self.found: dict[int, Found] = {}
        """The results of the look-ups that have ended, by the ``order`` of the look-up."""

    def give(self, command: Command) -> None:
        """Add ``command`` to the commands that :meth:`fetch` returns."""
        self._waiting.append(command)

    def fetch(self) -> list[Command]:
        """Return the commands added since the last fetch, in order."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def enter(self, entry: EnterRow) -> None:
        """Begin a row of the etiquette sheet: tickets made from now on name that row."""
        self._row = entry.row
        self.give(entry)

    def play(self, say: Say, now: float, *, barge_in: bool) -> None:
        """Order a prompt to be played. It replaces the present prompt, if there is one.

        ``now`` is the time in seconds of the call's clock. With ``barge_in`` the PBX ends the
        prompt at a key; without it the prompt goes on after a key. Speech is not treated here.
        """
        self._plays += 1
        prompt = self._compose(say.prompt, say.values)
        self.playing, self.played_at = Play(self._plays, prompt, barge_in, say.rendering), now
        self.give(self.playing)

    def stop_playing(self) -> None:
        """Add the command to cut the present prompt; if no prompt is being played, do nothing."""
        if self.playing is not None:
            self.give(StopPlaying(self.playing.play))
            self.playing = None

    @property
    def prompt_began(self) -> float | None:
        """Time at which the present prompt was ordered, in seconds of the call's clock (``now``);
        None if no prompt is being played."""
        return None if self.playing is None else self.played_at

    def is_playing(self, play: int) -> bool:
        """Return True if the prompt with the number ``play`` is being played, otherwise False.

        False is returned as soon as the command to cut the prompt has been given, even if the
        prompt still sounds.
        """
        return self.playing is not None and self.playing.play == play

    def look_up(self, request: BeginLookUp) -> int:
        """Add the command for a look-up, and return the look-up's number in the call, from 1.

        When the look-up has ended, ``found[number]`` holds its result.
        """
        self._look_ups += 1
        self.give(replace(request, order=self._look_ups))
        return self._look_ups

    def draft(self, ticket: Ticket) -> None:
        """Store ``ticket`` as the call's unfinished ticket, in place of an earlier one.

        :meth:`keep_draft` writes it if the script ends before the ticket is finished.
        """
        self._draft = self._of_this_row(ticket)

    def make(self, ticket: Ticket) -> None:
        """Order ``ticket`` to be written, and discard the unfinished ticket, if there is one."""
        self._draft = None
        self._make(self._of_this_row(ticket))

    def keep_draft(self) -> None:
        """Order the unfinished ticket (the draft) to be written, if there is one.

        This is called at the end of a script. A script leaves a draft if it ends early, for example
        because the caller hangs up.
        """
        if self._draft is not None:
            ticket, self._draft = self._draft, None
            self._make(ticket)

    def is_newest_ticket(self, order: int) -> bool:
        """Return True if ``order`` is the number of the newest ticket of the call, else False."""
        return order == self._tickets

    def _of_this_row(self, ticket: Ticket) -> Ticket:
        return replace(ticket, row=self._row)

    def _make(self, ticket: Ticket) -> None:
        self._tickets += 1
        self.give(MakeTicket(ticket, self._tickets))
