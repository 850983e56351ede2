"""Play a scenario in virtual time: the clock is a number, so that waiting takes no time.

There is no sound. The caller's words are understood as on a real call. The condition of their line
is reported as the detectors of a real call would report it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ivr.call.virtual_call import SECONDS_PER_CHARACTER, VirtualCall, speaking_seconds
from ivr.dialogue.call import Call
from ivr.dialogue.commands import Command, HangUp, MakeTicket, Play, StopPlaying, Transfer
from ivr.dialogue.events import (
    CallerHungUp,
    Condition,
    Event,
    KeyPressed,
    LineChanged,
    SpeechEnded,
    SpeechPossible,
    SpeechStarted,
)
from ivr.dialogue.look_up import Found
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.row import MUSIC, Prompt
from ivr.etiquette.conversation import hotline, last_words
from ivr.etiquette.guest import Guest
from ivr.etiquette.house import House
from ivr.records.transcript import TranscriptLine as TranscriptLine
from ivr.scenario.seen import Acted, Seen, SpokenPrompt
from ivr.scenario.stage import Stage
from ivr.scenario.steps import (
    THINKING_SECONDS,
    Act,
    HangsUp,
    Hears,
    HungUp,
    LineSound,
    Plays,
    Presses,
    Says,
    Scenario,
    TicketLeft,
    step_text,
)
from ivr.translation import tr
from ivr.words.catalogue import Rendering

NOTICED_SECONDS, SURE_OF_END_SECONDS = 0.15, 0.5
"""Delays of the simulated detectors, in seconds. They report the beginning of the caller's speech
0.15 s late and its end 0.5 s late, as the detectors of a real call do."""
TOO_QUIET_DBOV, TOO_NOISY_DBOV = -42.0, -40.0
"""Limits of level in dBov for what the simulated detectors report. Speech below the first is too
quiet. A sound on the line below the second is reported as a line with nobody on it. Scenarios
should stay well away from both: near them the detectors of a real call may decide otherwise."""
_PATIENCE_SECONDS = 60.0
"""Upper limit, in seconds of virtual time, for the caller's wait for one prompt; for two prompts it
is 120 s. Then the caller goes on to the next step."""

_NOTHING = Found("unknown")
"""The result of every look-up in the records: in virtual time no earlier call is recorded."""
_LINES = {
    "no_rtp": Condition.NO_RTP, "comfort_noise": Condition.NO_RTP, "silence": Condition.DEAD_LINE,
    "room": Condition.NOBODY, "hum": Condition.NOBODY, "breathing": Condition.NOBODY,
    "noise": Condition.NOISE, "television": Condition.NOISE, "music": Condition.MUSIC,
    "fax": Condition.FAX, "ringback": Condition.TONE,
}  # fmt: skip


def play_virtually(scenario: Scenario, stage: Stage, meaning: Callable[[str], Meaning]) -> Seen:
    """Play ``scenario`` in virtual time, without sound, and return what was observed.

    In virtual time the clock is a number, so that waiting takes no time. ``stage`` has the sheet
    and the prompts. ``meaning`` is called with the caller's words and returns what they mean.
    """
    return _Performance(scenario, stage, meaning).seen()


class _Performance:
    def __init__(self, scenario: Scenario, stage: Stage, meaning: Callable[[str], Meaning]) -> None:
        self._scenario, self._stage, self._meaning = scenario, stage, meaning
        self._spoken: list[SpokenPrompt] = []
        self._acted: list[Acted] = []
        self._tickets: list[TicketLeft] = []
        self._transcript: list[TranscriptLine] = []
        self._line_is = Condition.NOBODY
        self._begun = 0
        """Number of prompts that have begun since the caller's last step."""
        self._rendering: Rendering = "normal"
        self._speaks_now = 0
        """Number (``play``) of the bot's latest command to play a prompt; 0 before the first."""
        self._said_until = 0.0
        """Time at which the caller last stopped speaking, in virtual seconds after the answer. It
        is 0.0 before they have spoken."""
        self._hung_up: float | None = None
        """Time at which the bot hung up or transferred the call, in virtual seconds after the
        answer. None if it has done neither."""
        guest = Guest(stage.sheet.company, House(knowledge=stage.sheet.knowledge))
        script = partial(hotline, guest=guest)
        self._call = Call(script, last_words, stage.sheet.__getitem__, compose=stage.compose)
        self._line = VirtualCall(
            self._call, self._told, self._seconds, looked_up=lambda query: (0.0, _NOTHING)
        )

    def seen(self) -> Seen:
        self._line.start()
        wanted = 0
        for number, step in enumerate(self._scenario.steps):
            if isinstance(step, Hears):
                wanted += 1
            elif isinstance(step, Act):
                self._wait_for(wanted, step)
                if self._call.outcome is not None:
                    break
                self._act(number, step)
                wanted = wanted if isinstance(step, LineSound) else 0
        self._finish(wanted)
        by_bot = self._hung_up is not None
        ended = self._line.now if self._hung_up is None else self._hung_up
        return Seen(
            self._spoken, self._acted, ended, "bot" if by_bot else "caller",
            self._tickets, self._call.outcome, self._transcript,
        )  # fmt: skip

    def _wait_for(self, wanted: int, act: Act) -> None:
        """Let virtual time pass until the caller's step ``act`` is due or their patience ends.

        ``wanted`` is the number of prompts that must begin before the step. A step with ``into`` is
        due so many seconds after the beginning of the last of these prompts, another step after its
        end.
        """
        if isinstance(act, LineSound) and not wanted:
            return  # the line has carried it from the beginning
        limit = self._line.now + _PATIENCE_SECONDS * max(wanted, 1)
        while self._call.outcome is None and self._line.now < limit:
            if self._begun >= wanted and (act.into is not None or self._line.playing is None):
                break
            self._line.advance(min(self._line.next_change(), limit))
        if act.into is not None:
            self._line.advance(max(self._line.now, self._line.began + act.into), inclusive=False)
        else:
            pause = THINKING_SECONDS if act.after is None else act.after
            since = self._line.now if wanted else self._said_until
            self._line.advance(max(since + pause, self._line.now), inclusive=False)

    def _act(self, number: int, step: Act) -> None:
        start = self._line.now
        self._begun = self._begun if isinstance(step, LineSound) else 0
        match step:
            case Says(says=text):
                self._speaks(text, self._words(step))
            case Plays(words=text):
                self._speaks(text or "……", Words(self._meaning(text)) if text else _mumbled(text))
            case Presses(presses=keys):
                for key in keys:
                    self._note("caller", tr("presses {keys}").format(keys=key))
                    self._deliver(KeyPressed(key))
            case LineSound(line=kind):
                quiet = step.dbov is not None and step.dbov < TOO_NOISY_DBOV
                self._line_is = Condition.NOBODY if quiet else _LINES[kind]
                self._deliver(LineChanged(self._line_is))
            case HangsUp():
                self._note("caller", tr("hangs up"))
                self._deliver(CallerHungUp())
        end = self._said_until if isinstance(step, Says | Plays) else self._line.now
        self._acted.append(Acted(number, step_text(step), start, end))

    def _words(self, step: Says) -> Words:
        condition = Condition.OK
        if step.dbov < TOO_QUIET_DBOV:
            condition = Condition.TOO_QUIET
        elif step.hands_free:
            condition = Condition.HANDS_FREE
        elif self._line_is is Condition.NOISE:
            condition = Condition.NOISE
        self._deliver(LineChanged(condition))
        if isinstance(step.voice, str) and not step.voice.startswith(("cmn", "natural")):
            return _mumbled(step.says, confidence=0.5, unknown=0.6)  # another language
        if condition is not Condition.OK:
            return _mumbled(step.says)
        return Words(self._meaning(step.says))

    def _speaks(self, text: str, words: Words) -> None:
        onset = self._line.now
        seconds = max(len(text), 3) * SECONDS_PER_CHARACTER
        line = self._note("caller", f"{text} [{words.meaning.intent} {words.meaning.certainty}]")
        line.at = onset
        self._deliver(SpeechPossible(onset))
        self._line.advance(onset + NOTICED_SECONDS)
        self._deliver(SpeechStarted(onset))
        self._said_until = onset + seconds
        self._begun = 0
        self._line.advance(self._said_until + SURE_OF_END_SECONDS)
        self._deliver(SpeechEnded(seconds, words))

    def _finish(self, wanted: int) -> None:
        """Let virtual time pass until the bot has said all, then let the caller hang up.

        ``wanted`` is the number of prompts that must begin after the caller's last step. If the
        scenario ends with the bot hanging up, wait for that at most 60 s. The caller does not hang
        up if the call has ended.
        """
        if isinstance(self._scenario.steps[-1], HungUp):
            self._line.advance(self._line.now + _PATIENCE_SECONDS)
        elif self._call.outcome is None:
            self._wait_for(wanted, HangsUp(hangs_up=True))
        if self._call.outcome is None:
            self._deliver(CallerHungUp())

    def _deliver(self, event: Event) -> None:
        if isinstance(event, LineChanged):
            self._note("line", event.condition)
        self._line.deliver(event)

    def _seconds(self, prompt: Prompt) -> float:
        catalogue = self._stage.catalogue
        if all(id in catalogue for id in prompt.clips):
            return sum(catalogue.clip(id, self._rendering).seconds for id in prompt.clips)
        return speaking_seconds(prompt)

    def _told(self, command: Command, now: float) -> None:
        match command:
            case Play(prompt=prompt) if prompt == MUSIC:
                self._note("bot", prompt.text)
            case Play(play, prompt, rendering=rendering):
                self._rendering, self._speaks_now = rendering, play
                self._begun += 1
                ids = frozenset({prompt.id})
                end = now + self._seconds(prompt)
                self._spoken.append(SpokenPrompt(ids, prompt.text, now, end, True, rendering))
                self._note("bot", prompt.text)
            case StopPlaying(play) if play == self._speaks_now:
                self._spoken[-1] = replace(self._spoken[-1], end=now, complete=False)
            case MakeTicket(ticket=ticket):
                self._tickets.append(TicketLeft.model_validate(ticket, from_attributes=True))
                self._note("ticket", tr(ticket.kind))
            case HangUp(outcome):
                self._hung_up = now
                self._note("bot", tr("hangs up: {outcome}").format(outcome=outcome))
            case Transfer(target):
                self._hung_up = now
                self._note("bot", tr("transfers to {target}").format(target=target))

    def _note(self, who: str, says: str) -> TranscriptLine:
        self._transcript.append(TranscriptLine(self._line.now, who, says))
        return self._transcript[-1]


def _mumbled(text: str, confidence: float = 1.0, unknown: float = 0.0) -> Words:
    """Return ``text`` as words that the recogniser heard and the hotline does not understand.

    ``confidence`` is the recogniser's confidence in the words, ``unknown`` the share of speech that
    it knows no words for; both from 0 to 1.
    """
    return Words(Meaning(text, Intent.OTHER, Certainty.UNSURE, 0.1), confidence, unknown)
