"""One call: runs the script, turns events into its answers, and owns every deadline.

Theory of operation. A script is suspended in one request at a time, ``Say``, ``Listen`` or
``Make``. Events come in by :meth:`Call.receive`, the passing of time by :meth:`Call.wake`; both may
resume the script, which runs on to its next request. What it wants done is drained by
:meth:`Call.commands`.

Two rules decide every race:

* At equal instants an event beats a deadline (the shell delivers events first).
* Speech belongs to the moment it *began*. If it began before a prompt did, the prompt was a
  mistake and is withdrawn, even one that is otherwise heard out. While something that may be
  speech is being decided, a deadline waits for the decision. And what began before a prompt
  and ends in it has been answered already: it does not answer the next question.

What turns out to hold no words was no speech: the wait goes on as if it had not been, and a prompt
that was cut for it is said again, until there are words: the recogniser's first guess will do.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never, cast

from ivr.dialogue import events
from ivr.dialogue.commands import (
    BeginLookUp,
    Command,
    DropRecording,
    EnterRow,
    HandBack,
    HangUp,
    MakeTicket,
    StartRecording,
    Transfer,
)
from ivr.dialogue.events import Condition, Event
from ivr.dialogue.look_up import Found
from ivr.dialogue.meaning import Words
from ivr.dialogue.orders import Orders
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Row, without_values
from ivr.dialogue.verbs import (
    Draft,
    Heard,
    Keys,
    Listen,
    Nobody,
    Request,
    Result,
    Say,
    Speech,
    Unheard,
)

Script = Coroutine[Request, Any, Outcome]

DECISION_SECONDS = 0.4
"""Longest time a deadline waits for possible speech to be confirmed or dismissed."""
WORDLESS_SECONDS = 1.0
"""What is shorter and holds no words is a cough or a sound in the room. Longer speech without words
is somebody whom the recogniser does not know: a dialect, another language."""
REPLAYS = 2
"""How often a prompt that was cut for nothing is said again: a noisy room cuts each of them."""
TICKET_SECONDS = 2.0
"""How long a caller waits in silence for his ticket to be written before he is told that it could
not be: a sync takes 5 ms, and dead air is noticed after 3 s."""

MUSIC_SECONDS = 2.0
"""Music on hold that has begun is heard so long: a shorter piece sounds like a fault."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What no call may exceed, whatever its script does."""

    call_seconds: float = 600.0
    utterance_seconds: float = 60.0
    """After this much unbroken speech the caller is answered in mid-sentence."""
    steps: int = 500


class Call:
    """Drives one script. Knows nothing of audio, sockets or clocks; ``now`` is in seconds."""

    def __init__(
        self,
        script: Callable[[], Script],
        last_words: Callable[[Outcome], Script],
        rows: Callable[[str], Row],
        limits: Limits | None = None,
        compose: Callable[[Prompt, Mapping[str, str]], Prompt] = without_values,
    ) -> None:
        """``last_words`` is what the caller hears when the call must be ended for that outcome.

        ``rows`` finds a row of the sheet by its id; ``compose`` fills the slots of a prompt.
        """
        self.outcome: Outcome | None = None
        self._script: Script = script()
        self._last_words = last_words
        self._rows = rows
        self._limits = limits or Limits()
        self._orders = Orders(compose)
        self._request: Say | Listen | MakeTicket | None = None
        self._steps = 0
        self._deadline: float | None = None
        self._wait_ends = 0.0
        self._call_deadline: float | None = None
        self._decision: float | None = None
        self._onset: float | None = None
        self._heard: Heard | None = None
        self._cut: Say | None = None
        self._replays = 0
        self._condition = Condition.NOBODY
        self._forced: Outcome | None = None

    # What the shell calls.

    def start(self, now: float) -> None:
        """The call has been answered."""
        self._call_deadline = now + self._limits.call_seconds
        self._resume(None, now)

    def receive(self, event: Event, now: float) -> None:
        """Something happened on the line at ``now``."""
        if self.outcome is not None:
            return
        match event:
            case events.PromptFinished(play):
                self._prompt_ended(play, now)
            case events.PromptFailed(play) if self._orders.is_playing(play):
                self._orders.playing = None
                self.fail(now)
            case events.PromptFailed():
                pass  # of a prompt that was cut
            case events.SpeechPossible():
                self._decision = now + DECISION_SECONDS
            case events.SpeechDismissed():
                self._decision = None
            case events.SpeechStarted(onset):
                self._speech_started(onset, now)
            case events.WordsAppeared():
                self._words_appeared()
            case events.SpeechEnded(seconds, words):
                self._speech_ended(self._speech(seconds, words), now)
            case events.KeyPressed(key):
                self._key_pressed(key, now)
            case events.LineChanged(condition):
                self._line_changed(condition, now)
            case events.EarOpened():
                pass  # for the record
            case events.TicketMade(order, number) if self._orders.is_newest_ticket(order):
                self._ticket_made(number, now)
            case events.TicketMade():
                pass  # of one that has been despaired of
            case events.LookedUp(order, found):
                self._looked_up(order, found, now)
            case events.CallerHungUp():
                self._close(Outcome.CALLER_HUNG_UP)
            case events.LineLost():
                self._close(Outcome.LINE_LOST)
            case _:
                assert_never(event)

    def wake(self, now: float) -> None:
        """Time has passed; a deadline at or before ``now`` takes effect."""
        if self.outcome is not None:
            return
        if self._call_deadline is not None and now >= self._call_deadline:
            self.end_with(Outcome.LIMIT, now)
        elif (due := self._due()) is None or now < due:
            pass
        elif isinstance(self._request, MakeTicket):
            self._ticket_made(None, now)
        elif isinstance(self._request, Say):  # music on hold, and what it was for is known
            self._orders.stop_playing()
            self._resume(None, now)
        else:
            self._decision = None
            speaking = self._onset is not None  # he still is, and keeps the call
            heard = self._speech(self._limits.utterance_seconds) if speaking else self._silence()
            self._answer_listen(heard, now)

    def next_deadline(self) -> float | None:
        """When :meth:`wake` wants to be called, or None."""
        if self.outcome is not None:
            return None
        due = [time for time in (self._due(), self._call_deadline) if time is not None]
        return min(due, default=None)

    def commands(self) -> list[Command]:
        """What the script has asked for since the last time, in order."""
        return self._orders.fetch()

    def end_with(self, outcome: Outcome, now: float) -> None:
        """End the call from outside: the caller hears the last words, then it is hung up on.

        Does nothing while last words are being spoken: nobody is cut off in them.
        """
        if self.outcome is not None or self._forced is not None:
            return
        self._script.close()
        self._orders.keep_draft()
        self._forced = outcome
        self._orders.stop_playing()
        self._request = self._deadline = self._call_deadline = self._onset = self._heard = None
        self._script = self._last_words(outcome)
        self._resume(None, now)

    def fail(self, now: float) -> None:
        """Something of ours is broken: apologise, and if even that fails, hand the caller back."""
        if self._forced is None:
            self.end_with(Outcome.FAILED, now)
        elif self.outcome is None:
            self._close(Outcome.FAILED)
            self._orders.give(HandBack())

    # Events.

    def _prompt_ended(self, play: int, now: float) -> None:
        if not self._orders.is_playing(play):
            return
        self._orders.playing = None
        if isinstance(self._request, Say):
            self._resume(None, now)
        elif isinstance(self._request, Listen):  # it was said again
            self._cut = None
            self._await(self._request, now)

    def _ticket_made(self, number: str | None, now: float) -> None:
        if isinstance(self._request, MakeTicket):
            self._deadline = None
            self._resume(number, now)

    def _looked_up(self, order: int, found: Found, now: float) -> None:
        self._orders.found[order] = found
        music = self._request
        if isinstance(music, Say) and music.until == order and self._orders.playing is not None:
            self._deadline = max(self._orders.played_at + MUSIC_SECONDS, now)

    def _line_changed(self, condition: Condition, now: float) -> None:
        self._condition = condition
        listening = isinstance(self._request, Listen)
        if condition is Condition.FAX and listening and self._onset is None:
            self._deadline = now  # it will not answer
        if condition is not Condition.UNHEARD:
            return
        self._decision = None  # we cannot hear how it goes on
        if self._onset is not None:
            self._onset = None
            if listening:
                self._deadline = now

    def _speech_ended(self, heard: Speech, now: float) -> None:
        onset, self._onset = self._onset, None
        if onset is None:
            return
        if self._orders.playing is not None and onset < self._orders.played_at:
            return  # it has been answered
        if _wordless(heard):
            self._nothing_was_said(now)
        else:
            self._hear(heard, now)

    def _nothing_was_said(self, now: float) -> None:
        if not isinstance(self._request, Listen):
            return
        if self._orders.playing is not None:
            self._deadline = None  # what is said again goes on
        elif self._cut is not None and self._replays < REPLAYS:
            self._replays += 1
            self._deadline = None
            self._speak(self._cut, now)
        else:
            self._deadline = max(self._wait_ends, now)

    def _speech_started(self, onset: float, now: float) -> None:
        self._decision = None
        self._onset = onset
        self._heard = None
        if isinstance(self._request, Listen):
            # What is said again was cut for nothing before: it gives way to words alone.
            self._deadline = now + self._limits.utterance_seconds
        elif (play := self._orders.playing) is not None and self._forced is None:
            mistaken = onset < self._orders.played_at
            if play.barge_in or mistaken:
                say = self._request
                self._orders.stop_playing()
                again = isinstance(say, Say) and not mistaken and say.until is None
                self._cut = cast(Say, say) if again else None
                self._resume(None, now)

    def _words_appeared(self) -> None:
        if isinstance(self._request, Listen) and self._onset is not None:
            self._orders.stop_playing()

    def _key_pressed(self, key: str, now: float) -> None:
        playing = self._orders.playing
        if isinstance(self._request, Say) and playing is not None and playing.barge_in:
            self._orders.stop_playing()
            self._heard = Keys(key)
            self._resume(None, now)
        else:
            self._hear(Keys(key), now)

    def _hear(self, heard: Heard, now: float) -> None:
        """The caller has said or pressed something: answer a listen, or keep it for the next."""
        if isinstance(self._request, Listen):
            self._answer_listen(_with_left(heard, self._wait_ends - now), now)
        else:
            self._heard = heard

    def _answer_listen(self, heard: Heard, now: float) -> None:
        self._orders.stop_playing()  # what is said again has an answer now
        self._deadline = self._heard = self._cut = None
        self._resume(heard, now)

    def _speech(self, seconds: float, words: Words | None = None) -> Speech:
        disturbed = self._condition in (Condition.NOISE, Condition.TOO_QUIET, Condition.HANDS_FREE)
        return Speech(seconds, self._condition if disturbed else Condition.OK, words)

    def _silence(self) -> Heard:
        unheard = self._condition is Condition.UNHEARD
        return Unheard() if unheard else Nobody(self._condition)

    def _due(self) -> float | None:
        if self._deadline is None:
            return None
        return max(self._deadline, self._decision or self._deadline)

    # The script.

    def _resume(self, answer: object, now: float) -> None:
        """Run the script on to its next request that takes time, or to its end."""
        self._request = self._deadline = None
        while self._request is None and self.outcome is None:
            self._steps += 1
            if self._steps > self._limits.steps and self._forced is None:
                self.end_with(Outcome.LIMIT, now)
                return
            try:
                request = self._script.send(answer)
            except StopIteration as end:
                self._close(self._forced or end.value)
                self._orders.give(HangUp(self._forced or end.value))
                return
            answer = self._begin(request, now)

    def _begin(self, request: Request, now: float) -> object:
        """Start what the script asks for; the answer, where there is one at once."""
        match request:
            case EnterRow(row):
                self._orders.enter(request)
                return self._rows(row)
            case StartRecording() | DropRecording():
                self._orders.give(request)
            case Draft(ticket):
                self._orders.draft(ticket)
            case MakeTicket(ticket):
                self._orders.make(ticket)
                self._deadline = now + TICKET_SECONDS
                self._request = request
            case BeginLookUp():
                return self._orders.look_up(request)
            case Result(order):
                return self._orders.found.get(order)
            case Transfer():
                self._close(Outcome.TRANSFERRED)
                self._orders.give(request)
            case Say(until=order) if order in self._orders.found:
                pass  # nothing is to be waited for
            case Say():
                self._heard = self._cut = None
                self._replays = 0
                self._speak(request, now)
                self._request = request
            case Listen(seconds):
                if self._heard is not None:
                    heard, self._heard = self._heard, None
                    return _with_left(heard, seconds)
                self._await(request, now)
                self._request = request
        return None

    def _speak(self, say: Say, now: float) -> None:
        self._orders.play(say, now, barge_in=say.barge_in and self._forced is None)

    def _await(self, listen: Listen, now: float) -> None:
        """Wait for the caller from now on, or until he has finished what he is saying."""
        self._wait_ends = now + listen.seconds
        if self._onset is not None:
            self._deadline = now + self._limits.utterance_seconds
        else:
            self._deadline = now if self._condition is Condition.FAX else self._wait_ends

    def _close(self, outcome: Outcome) -> None:
        """The call is over: the script's ``finally`` clauses run, no deadline is left."""
        self._script.close()
        self._orders.keep_draft()
        self.outcome = outcome
        self._orders.playing = None
        self._request = self._deadline = self._call_deadline = None


def _wordless(heard: Speech) -> bool:
    """Whether it was no speech; a caller who is hard to hear may have spoken all the same."""
    no_words = heard.words is not None and heard.words.none
    return no_words and heard.condition is Condition.OK and heard.seconds < WORDLESS_SECONDS


def _with_left(heard: Heard, seconds: float) -> Heard:
    return replace(heard, left=max(seconds, 0.0)) if isinstance(heard, Speech) else heard
