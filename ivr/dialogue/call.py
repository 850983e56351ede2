"""One call: runs its script, turns events into the script's answers, and keeps all deadlines.

:meth:`Call.receive` takes in events, and :meth:`Call.wake` carries out deadlines.
:meth:`Call.commands` returns what the call wants done. The table in :mod:`ivr.dialogue.states` says
what happens in each state. This module carries out that table.
"""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, assert_never

from ivr.dialogue import events
from ivr.dialogue.caller_speech import CallerSpeech, with_left
from ivr.dialogue.commands import Command, HandBack, HangUp, MakeTicket, Transfer
from ivr.dialogue.events import Condition, Event
from ivr.dialogue.expected import Expected
from ivr.dialogue.limits import Limits as Limits
from ivr.dialogue.orders import Orders
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Row, without_values
from ivr.dialogue.script import Script as Script
from ivr.dialogue.script import ScriptEnded, ScriptRun, StepLimitError
from ivr.dialogue.states import CallState, Reaction, Signal, move, state_of
from ivr.dialogue.verbs import Heard, Listen, Say, TimedRequest

REPLAYS = 2
"""Upper limit for the repetitions of one prompt. A prompt is repeated if a sound without words has
cut it. Without the limit, noise that is first taken for words would cut every repetition."""
TICKET_SECONDS = 2.0
"""Upper limit, in seconds, for the silence while a ticket is written; then the caller is told that
it was not written. A sync to the disk takes 5 ms. Callers notice silence after 3 s."""
MUSIC_SECONDS = 2.0
"""Lower limit, in seconds, for music on hold: shorter music sounds like a fault."""


class Call:
    """Runs the script of one call: takes events and deadlines, and gives commands. Each ``now`` is
    a time in seconds of the call's clock, which may start at any value."""

    def __init__(
        self,
        script: Callable[[], Script],
        last_words: Callable[[Outcome], Script],
        rows: Callable[[str], Row],
        limits: Limits | None = None,
        compose: Callable[[Prompt, Mapping[str, str]], Prompt] = without_values,
    ) -> None:
        """Take the functions that the call uses.

        ``script`` makes the call's script. ``last_words`` makes the script that is run instead when
        the call must end early with the given outcome. ``rows`` returns a row of the etiquette
        sheet by its id. ``compose`` fills the slots of a prompt with values.
        """
        self.outcome: Outcome | None = None
        self._last_words = last_words
        self._rows = rows
        self._limits = limits or Limits()
        self._orders = Orders(compose)
        self._run = ScriptRun(script(), self._orders, rows, self._limits.steps)
        self._caller = CallerSpeech()
        self._state = CallState.RUNNING
        self._request: TimedRequest | None = None
        self._steps = 0
        self._deadline: float | None = None
        self._wait_ends = 0.0
        self._call_deadline: float | None = None
        self._cut: Say | None = None
        self._replays = 0
        self._ending: Outcome | None = None
        """The outcome of a call that is being ended early; None until its last words begin."""

    @property
    def expected(self) -> Expected | None:
        """The kind of answer that the present question asks for.

        None if the script does not wait for the caller, or if any answer is as likely.
        """
        return self._request.expected if isinstance(self._request, Listen) else None

    def start(self, now: float) -> None:
        """Begin the call, which was answered at ``now``: run its script up to its first wait."""
        self._call_deadline = now + self._limits.call_seconds
        self._resume(None, now)

    def receive(self, event: Event, now: float) -> None:
        """Handle an event that happened at ``now``; if the call has ended, do nothing."""
        if self.outcome is not None:
            return
        match event:
            case events.PromptFinished(play) if self._orders.is_playing(play):
                self._orders.playing = None
                self._react(Signal.PROMPT_ENDED, now)
            case events.PromptFailed(play) if self._orders.is_playing(play):
                self._orders.playing = None
                self.fail(now)
            case events.TicketMade(order, number) if self._orders.is_newest_ticket(order):
                self._react(Signal.TICKET, now, number)
            case events.LookedUp(order, found):
                self._orders.found[order] = found
                if isinstance(self._request, Say) and self._request.until == order:
                    self._react(Signal.FOUND, now)
            case events.PromptFinished() | events.PromptFailed() | events.TicketMade():
                pass  # too late: the prompt was cut, the caller was told that nothing was kept
            case events.EarOpened():
                pass  # for the record
            case events.CallerHungUp():
                self._close(Outcome.CALLER_HUNG_UP)
            case events.LineLost():
                self._close(Outcome.LINE_LOST)
            case _:
                self._caller_acts(event, now)

    def wake(self, now: float) -> None:
        """Act on the deadline (such as the end of a wait) due at ``now``, if there is one."""
        if self.outcome is not None:
            return
        if self._call_deadline is not None and now >= self._call_deadline:
            self.end_with(Outcome.LIMIT, now)
        elif (due := self._due()) is not None and now >= due:
            self._caller.decide()
            self._react(Signal.DEADLINE, now)

    def next_deadline(self) -> float | None:
        """Return the time at which :meth:`wake` must be called next; None if no deadline is set."""
        due = [time for time in (self._due(), self._call_deadline) if time is not None]
        return min(due, default=None)

    def commands(self) -> list[Command]:
        """Return the call's new commands, in order. Each command is returned only once."""
        return self._orders.fetch()

    def end_with(self, outcome: Outcome, now: float) -> None:
        """End the call early with ``outcome``: say an apology or a goodbye, then hang up. If this
        was begun before, or if the call has ended, do nothing."""
        if self.outcome is not None or self._ending is not None:
            return
        self._run.close()
        self._orders.keep_draft()
        self._ending = outcome
        self._orders.stop_playing()
        self._call_deadline = self._caller.onset = self._caller.kept = None
        self._run = ScriptRun(self._last_words(outcome), self._orders, self._rows, inf)
        self._resume(None, now)

    def fail(self, now: float) -> None:
        """Handle an error of this service: say an apology, then hang up. If the call is already
        speaking its last words, they have failed: give the call back to the PBX at once."""
        if self._ending is None:
            self.end_with(Outcome.FAILED, now)
        elif self.outcome is None:
            self._close(Outcome.FAILED)
            self._orders.give(HandBack())

    # From events and deadlines to signals.

    def _caller_acts(self, event: events.CallerEvent, now: float) -> None:
        perceived = self._caller.perceive(event, now, self._orders.prompt_began)
        if perceived is None:
            return
        signal, heard = perceived
        if signal is Signal.SOUND and self._cut is not None and self._replays < REPLAYS:
            signal = Signal.SOUND_CUT_PROMPT
        self._react(signal, now, heard)

    def _due(self) -> float | None:
        return None if self._deadline is None else self._caller.decided(self._deadline)

    # From signals to reactions.

    def _react(self, signal: Signal, now: float, told: Any = None) -> None:
        """Carry out the reaction of ``states.TABLE`` to ``signal``. For SAID and KEY ``told`` is
        the caller's answer, for TICKET the ticket's number or None; otherwise it is None."""
        reaction, to = move(self._state, signal)
        self._state = to or self._state
        match reaction:
            case Reaction.NOTHING:
                pass
            case Reaction.GO_ON:
                self._resume(told, now)
            case Reaction.INTERRUPT:
                assert isinstance(self._request, Say)
                self._withdraw(now, self._request)
            case Reaction.WITHDRAW:
                self._withdraw(now)
            case Reaction.TAKE_KEY:
                self._caller.kept = told
                self._withdraw(now)
            case Reaction.REMEMBER:
                self._caller.kept = told
            case Reaction.HEAR:
                self._deadline = now + self._limits.utterance_seconds
            case Reaction.STOP_PROMPT:
                self._orders.stop_playing()
            case Reaction.ANSWER:
                self._answer(with_left(told, self._wait_ends - now), now)
            case Reaction.ANSWER_SPEECH:
                self._answer(self._caller.speech(self._limits.utterance_seconds), now)
            case Reaction.ANSWER_SILENCE:
                self._answer(self._caller.silence(), now)
            case Reaction.REPLAY:
                assert self._cut is not None
                self._replays += 1
                self._deadline = None
                self._play(self._cut, now)
            case Reaction.SPEAK_ON:
                self._deadline = None
            case Reaction.WAIT_ON:
                self._deadline = max(self._wait_ends, now)
            case Reaction.WAIT_ANEW:
                assert isinstance(self._request, Listen)
                self._cut = None
                self._wait(self._request, now)
            case Reaction.END_WAIT:
                self._deadline = now
            case Reaction.END_MUSIC:
                self._deadline = max(self._orders.played_at + MUSIC_SECONDS, now)
            case _:
                assert_never(reaction)

    def _withdraw(self, now: float, cut: Say | None = None) -> None:
        self._orders.stop_playing()
        self._cut = cut
        self._resume(None, now)

    def _answer(self, heard: Heard, now: float) -> None:
        self._orders.stop_playing()  # the repetition, if there is one, has its answer
        self._caller.kept = self._cut = None
        self._resume(heard, now)

    # The script.

    def _resume(self, answer: object, now: float) -> None:
        """Give the script the ``answer`` to its last request; run it to its next wait or end."""
        self._state = CallState.RUNNING
        self._request = self._deadline = None
        while self._state is CallState.RUNNING:
            try:
                request = self._run.resume(answer)
            except StepLimitError:
                self.end_with(Outcome.LIMIT, now)
                return
            answer = self._begin(request, now)

    def _begin(self, request: TimedRequest | Transfer | ScriptEnded, now: float) -> Heard | None:
        """Begin a request. Return the caller's answer if they gave it early, otherwise None."""
        match request:
            case Transfer():
                self._close(Outcome.TRANSFERRED)
                self._orders.give(request)
            case ScriptEnded(outcome):
                self._close(self._ending or outcome)
                self._orders.give(HangUp(self._ending or outcome))
            case Listen(seconds) if (kept := self._caller.take_kept(seconds)) is not None:
                return kept
            case _:
                self._suspend(request, now)
        return None

    def _suspend(self, request: TimedRequest, now: float) -> None:
        """Begin a request that takes time: set the call's state, prompt and deadline for it."""
        self._request = request
        self._state = state_of(
            request,
            last_words=self._ending is not None,
            caller_speaks=self._caller.onset is not None,
        )
        match request:
            case Say():
                self._caller.kept = self._cut = None
                self._replays = 0
                self._play(request, now)
            case Listen():
                self._wait(request, now)
            case MakeTicket(ticket):
                self._orders.make(ticket)
                self._deadline = now + TICKET_SECONDS

    def _play(self, say: Say, now: float) -> None:
        self._orders.play(say, now, barge_in=say.barge_in and self._ending is None)

    def _wait(self, listen: Listen, now: float) -> None:
        """Set the deadline of a wait for the caller, normally ``listen.seconds`` after ``now``.

        While the caller speaks, it is ``Limits.utterance_seconds`` after ``now``; for a caller that
        is a fax machine, it is ``now``.
        """
        self._wait_ends = now + listen.seconds
        if self._state is CallState.HEARING:
            self._deadline = now + self._limits.utterance_seconds
        else:
            fax = self._caller.condition is Condition.FAX
            self._deadline = now if fax else self._wait_ends

    def _close(self, outcome: Outcome) -> None:
        """End the call: close the script, save an unfinished ticket, drop all deadlines."""
        self._run.close()
        self._orders.keep_draft()
        self.outcome, self._state = outcome, CallState.ENDED
        self._orders.playing = None
        self._request = self._deadline = self._call_deadline = None
