"""The shell of a call without a telephone line: runs the same :class:`Call` in virtual time.

Virtual time is a number of seconds that the program sets, so nothing waits in real time.

``ivr talk``, virtual scenarios and tests use this shell. A prompt lasts as long as its recording,
or as long as it takes to speak its words.
"""

from collections.abc import Callable

from ivr.dialogue.call import Call
from ivr.dialogue.commands import BeginLookUp, Command, MakeTicket, Play, StopPlaying
from ivr.dialogue.events import Event, LookedUp, PromptFinished, TicketMade
from ivr.dialogue.look_up import FAILED, Found, Query
from ivr.dialogue.row import MUSIC, Prompt
from ivr.dialogue.ticket import Ticket

SECONDS_PER_CHARACTER = 0.22
"""Seconds to speak one character of an unrendered prompt; measured on the rendered sheet."""
MUSIC_LENGTH = 30.0
"""Length of the music on hold (``music.hold``), in seconds."""
NUMBER = "582369"
"""Number of every ticket of a virtual call, unless the test or scenario gives another number."""


def speaking_seconds(prompt: Prompt) -> float:
    """Return the length in seconds of a prompt without a sound file, as if a person spoke it.

    It is estimated as 0.22 s for each character of the text. The music on hold has MUSIC_LENGTH (30
    s).
    """
    if prompt.id == MUSIC.id:
        return MUSIC_LENGTH
    return len(prompt.text) * SECONDS_PER_CHARACTER


class VirtualCall:
    """Runs a call in virtual time: a number of seconds, which the owner of this object advances."""

    def __init__(
        self,
        call: Call,
        told: Callable[[Command, float], None],
        seconds: Callable[[Prompt], float] = speaking_seconds,
        numbered: Callable[[Ticket], str | None] = lambda ticket: NUMBER,
        looked_up: Callable[[Query], tuple[float, Found]] = lambda query: (0.0, FAILED),
    ) -> None:
        """Take the call and the functions that stand in for the telephone line.

        ``told`` is called with every command and its time, in seconds since the answer. ``seconds``
        returns the length of a prompt in seconds. ``numbered`` returns the number of a ticket, or
        None to make the writing fail. ``looked_up`` returns two values: the seconds that a look-up
        takes, and its result.
        """
        self.now = 0.0
        """Seconds since the call was answered."""
        self.playing: Play | None = None
        """The prompt that is being played; None if none is."""
        self.began = 0.0
        """Time, in seconds since the answer, at which the last prompt began; 0 before the first."""
        self._call, self._told, self._seconds = call, told, seconds
        self._numbered, self._looked_up = numbered, looked_up
        self._found: list[tuple[float, LookedUp]] = []

    @property
    def prompt_end(self) -> float:
        """Time at which the present prompt ends, in seconds since the call was answered.

        Infinity if no prompt is being played.
        """
        if self.playing is None:
            return float("inf")
        return self.began + self._seconds(self.playing.prompt)

    def start(self) -> None:
        """Begin the call at time 0."""
        self._call.start(self.now)
        self._carry_out()

    def deliver(self, event: Event) -> None:
        """Handle an event that happens now, at the virtual time ``now`` of this object."""
        self._call.receive(event, self.now)
        self._carry_out()

    def next_change(self) -> float:
        """Return the next time at which a prompt or a look-up ends or a deadline is due.

        The time is in seconds since the answer. It is infinity if nothing is left to happen.
        """
        deadline = self._call.next_deadline()
        found = min(map(_time, self._found)) if self._found else float("inf")
        return min(self.prompt_end, found, float("inf") if deadline is None else deadline)

    def advance(self, time: float, *, inclusive: bool = True) -> None:
        """Let time pass until ``time``, in seconds since the answer.

        Everything that is due before ``time`` happens in order. At the same instant a prompt ends
        first, then look-ups end, then deadlines take effect. Anything that is due at ``time``
        itself happens only if ``inclusive``.
        """
        while self._call.outcome is None:
            due = self.next_change()
            if due > time or (due == time and not inclusive):
                break
            self.now = max(self.now, due)
            if self.playing is not None and self.prompt_end <= due:
                play, self.playing = self.playing, None
                self.deliver(PromptFinished(play.play))
            elif self._found and min(self._found, key=_time)[0] <= due:
                first = min(self._found, key=_time)
                self._found.remove(first)
                self.deliver(first[1])
            else:
                self._call.wake(self.now)
                self._carry_out()
        if time < float("inf"):
            self.now = max(self.now, time)

    def _carry_out(self) -> None:
        for command in self._call.commands():
            if isinstance(command, Play):
                self.playing, self.began = command, self.now
            elif isinstance(command, StopPlaying):
                self.playing = None
            self._told(command, self.now)
            if isinstance(command, MakeTicket):
                self.deliver(TicketMade(command.order, self._numbered(command.ticket)))
            elif isinstance(command, BeginLookUp):
                seconds, found = self._looked_up(command.query)
                self._found.append((self.now + seconds, LookedUp(command.order, found)))


def _time(found: tuple[float, LookedUp]) -> float:
    return found[0]
