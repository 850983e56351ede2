"""A caller in virtual time, whose methods are what a caller does and expects.

``hears`` names a prompt by its key in the row under test (``ask``) or by its full id
(``closing.ask``). Time is a number and passes at once. When an expectation fails, the whole
conversation until then is printed with its times.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import NoReturn

from ivr.call.virtual_call import NUMBER, VirtualCall
from ivr.dialogue import events
from ivr.dialogue.call import Call, Limits, Script
from ivr.dialogue.commands import (
    Command,
    DropRecording,
    EnterRow,
    HangUp,
    MakeTicket,
    Play,
    StartRecording,
    StopPlaying,
    Transfer,
)
from ivr.dialogue.events import Condition, Event
from ivr.dialogue.expected import Expected
from ivr.dialogue.look_up import FAILED, Found, Query
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket
from ivr.etiquette.conversation import hotline, last_words
from ivr.etiquette.guest import Guest
from ivr.etiquette.house import Arrival, House
from ivr.etiquette.sheet import Sheet
from ivr.paths import SHARE
from ivr.understanding.understander import Understander
from ivr.words.composition import Composer
from ivr.words.phrase_files import read_understander
from ivr.words.wording import read_vocabulary

VOCABULARY = read_vocabulary(SHARE)


@cache
def understander() -> Understander:
    """Return the understander that live calls use."""
    return read_understander(SHARE / "sheet.toml")


def mumbled(confidence: float = 1.0) -> Words:
    """Return words that fit no intent; ``confidence`` is the recogniser's."""
    meaning = Meaning("呃啊那个", Intent.OTHER, Certainty.UNSURE, 0.1)
    return Words(meaning, confidence)


class Mismatch(AssertionError):
    """The call differs from the test; the message holds the conversation until then."""


class Caller:
    """One virtual call, as its caller sees it."""

    def __init__(
        self,
        sheet: Sheet,
        row: str = "",
        script: Callable[[], Script] | None = None,
        limits: Limits | None = None,
        house: House | None = None,
        arrival: Arrival | None = None,
        returned: bool = False,
    ) -> None:
        self.row = row
        self.transcript: list[str] = []
        self.rows: list[str] = []
        self.tickets: list[Ticket] = []
        """The tickets that were made so far."""
        self.recording: list[Command] = []
        """The commands that began and dropped the recording."""
        self.number: str | None = NUMBER
        """The number of the next ticket; None if it cannot be kept."""
        self.clips: set[str] = set()
        """The ids of all clips that were begun so far."""
        self.queries: list[Query] = []
        """The queries that were looked up so far."""
        self.finds: Callable[[Query], tuple[float, Found]] = lambda query: (0.0, FAILED)
        """Returns after how many seconds a look-up ends, and its finding."""
        self.transferred: str | None = None
        """The extension to which the PBX was told to connect the caller."""
        compose = Composer(VOCABULARY, forbids=sheet.forbidden_in)
        house = house or House(knowledge=sheet.knowledge)
        self.guest = Guest(sheet.company, house, arrival or Arrival())
        script = script or partial(hotline, guest=self.guest, returned=returned)
        self._call = Call(script, last_words, sheet.__getitem__, limits, compose)
        self._hung_up: tuple[Outcome, float] | None = None
        self._line = VirtualCall(
            self._call,
            self._told,
            numbered=lambda ticket: self.number,
            looked_up=self._look_up,
        )
        self._line.start()

    # Actions and expectations of the caller.

    def hears(self, key: str) -> None:
        """Expect the prompt to begin now, and hear it to its end."""
        self.hears_begin(key)
        self._until(self._line.prompt_end)

    def hears_begin(self, key: str, seconds: float = 0.0) -> None:
        """Expect the prompt to begin now, and hear only its first ``seconds``."""
        id = key if "." in key else f"{self.row}.{key}"
        playing = self._line.playing.prompt.id if self._line.playing else "nothing"
        if playing != id or self._line.began < self.now:
            self._fail(f"expected {id} to begin, but {playing} is being played")
        self._until(self.now + seconds)

    def hears_the_rest(self, key: str) -> None:
        """Hear the prompt that is being spoken to its end."""
        id = key if "." in key else f"{self.row}.{key}"
        if self._line.playing is None or self._line.playing.prompt.id != id:
            self._fail(f"expected {id} to be spoken still")
        self._until(self._line.prompt_end)

    def hears_out(self) -> None:
        """Hear to their ends all prompts that follow each other now, whichever they are."""
        while self._line.playing is not None:
            self._until(self._line.prompt_end)

    @property
    def expected(self) -> Expected | None:
        """The kind of answer that the bot expects now."""
        return self._call.expected

    def waits(self, seconds: float) -> None:
        """Let time pass, whatever is heard meanwhile."""
        self._until(self.now + seconds)

    def stays_silent(self, seconds: float) -> None:
        """Say nothing for ``seconds``, and expect the bot to say nothing in that time."""
        if self._line.playing is not None:
            self._fail(f"expected silence, but {self._line.playing.prompt.id} is being played")
        before = len(self.transcript)
        self._until(self.now + seconds, inclusive=False)
        spoken = [line for line in self.transcript[before:] if "bot" in line]
        if spoken:
            self._fail(f"expected {seconds} s of silence, but the bot did not wait: {spoken[0]}")
        self._until(self.now)

    def says(
        self,
        text: str = "你好",
        *,
        seconds: float = 1.0,
        noticed: float = 0.15,
        words: Words | None = None,
        lost: bool = False,
    ) -> None:
        """Speak for ``seconds``; the detector notices after ``noticed`` seconds.

        The end of the speech is reported half a second late. A prompt that may be interrupted
        stops when the speech is noticed. ``text`` is understood as on a call, unless ``words``
        are given, or the recogniser has ``lost`` them.
        """
        self._note(f"caller says {text}")
        onset = self.now
        self.begins_to_speak(noticed)
        self._until(onset + seconds + 0.5)
        heard = None if lost else words or Words(understander().meaning(text))
        self._deliver(events.SpeechEnded(seconds, heard))

    def mumbles(self, *, seconds: float = 1.0, confidence: float = 1.0) -> None:
        """Say something that fits no intent; ``confidence`` is the recogniser's."""
        self.says("……", seconds=seconds, words=mumbled(confidence))

    def begins_to_speak(self, noticed: float = 0.15, possible: float = 0.08) -> None:
        """Begin to speak without an end; return when the detector is sure of it.

        As on a real call, speech is reported as possible soon after its onset, as sure later.
        """
        onset = self.now
        self._until(onset + min(possible, noticed))
        self._deliver(events.SpeechPossible(onset))
        self._until(onset + noticed)
        self._deliver(events.SpeechStarted(onset))

    def stops_speaking(self, text: str = "") -> None:
        """End what :meth:`begins_to_speak` began; it is reported half a second later.

        Without a ``text`` the words fit no intent.
        """
        self._until(self.now + 0.5)
        words = Words(understander().meaning(text)) if text else mumbled()
        self._deliver(events.SpeechEnded(0.5, words))

    def coughs(self, seconds: float = 0.08) -> None:
        """Make a noise that is too short for speech: reported as possible, then dismissed."""
        self._note("caller coughs")
        self._deliver(events.SpeechPossible(self.now))
        self._until(self.now + seconds + 0.1)
        self._deliver(events.SpeechDismissed())
        self._until(self.now)

    def presses(self, key: str) -> None:
        """Press a key."""
        self._note(f"caller presses {key}")
        self._deliver(events.KeyPressed(key))

    def is_on(self, condition: Condition) -> None:
        """Report that the condition of the caller's line has changed."""
        self._deliver(events.LineChanged(condition))

    def hangs_up(self) -> None:
        """Hang up."""
        self._note("caller hangs up")
        self._deliver(events.CallerHungUp())

    def is_hung_up_on(self, outcome: Outcome) -> None:
        """Expect the bot to hang up now, with this outcome."""
        if self._hung_up != (outcome, self.now):
            self._fail(f"expected to be hung up on now ({outcome}), but: {self._hung_up}")

    def is_put_through(self, target: str) -> None:
        """Expect the call to end because the PBX connects the caller to this extension."""
        if self.transferred != target or self._call.outcome is not Outcome.TRANSFERRED:
            self._fail(f"expected to be put through to {target}, but: {self.transferred}")

    def is_gone(self, outcome: Outcome = Outcome.CALLER_HUNG_UP) -> None:
        """Expect the call to be over, with the bot not having hung up."""
        if self._call.outcome is not outcome or self._hung_up is not None:
            self._fail(f"expected the call to have ended as {outcome}: {self._call.outcome}")
        if self._call.next_deadline() is not None:
            self._fail("a deadline is left after the end of the call")

    @property
    def rendering(self) -> str:
        """The rendering of the prompt that is being spoken, such as louder or slow."""
        if self._line.playing is None:
            self._fail("expected something to be spoken")
        return self._line.playing.rendering

    @property
    def now(self) -> float:
        """Seconds since the call was answered."""
        return self._line.now

    # For tests of many calls.

    def never_speaks(self, limit: float = 3600.0) -> Outcome:
        """Say nothing more, and return the outcome with which the call ends by itself."""
        self._until(self.now + limit)
        if self._call.outcome is None:
            self._fail(f"the call still lives after {limit} s")
        return self._call.outcome

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._call.outcome is not None

    def _deliver(self, event: Event) -> None:
        self._line.deliver(event)

    def _until(self, time: float, *, inclusive: bool = True) -> None:
        self._line.advance(time, inclusive=inclusive)

    def _told(self, command: Command, now: float) -> None:
        match command:
            case Play(prompt=prompt):
                self.clips.update(prompt.clips)
                self._note(f"bot    {prompt.id}: {prompt.text}")
            case StopPlaying():
                self._note("       (the prompt is cut)")
            case HangUp(outcome):
                self._note(f"bot    hangs up: {outcome}")
                self._hung_up = (outcome, now)
            case EnterRow(row):
                self.rows.append(row)
            case StartRecording() | DropRecording():
                self._note(f"       ({type(command).__name__})")
                self.recording.append(command)
            case Transfer(target):
                self._note(f"       (transferred to {target})")
                self.transferred = target
            case MakeTicket(ticket=ticket):
                self._note(f"       (ticket: {ticket})")
                self.tickets.append(ticket)

    def _look_up(self, query: Query) -> tuple[float, Found]:
        self.queries.append(query)
        return self.finds(query)

    def _note(self, line: str) -> None:
        self.transcript.append(f"{self.now:8.3f}  {line}")

    def _fail(self, message: str) -> NoReturn:
        raise Mismatch("\n".join([message, "", *self.transcript, f"{self.now:8.3f}  (now)"]))
