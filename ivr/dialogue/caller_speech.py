"""The caller's side of a call: the events of the ear and the keys become signals of the table."""

from dataclasses import replace
from typing import assert_never

from ivr.dialogue.events import (
    CallerEvent,
    Condition,
    KeyPressed,
    LineChanged,
    SpeechDismissed,
    SpeechEnded,
    SpeechPossible,
    SpeechStarted,
    WordsAppeared,
)
from ivr.dialogue.meaning import Words
from ivr.dialogue.states import Signal
from ivr.dialogue.verbs import Heard, Keys, Nobody, Speech, Unheard

DECISION_SECONDS = 0.4
"""Longest time that a deadline waits for possible speech to be confirmed or dismissed."""
WORDLESS_SECONDS = 1.0
"""A sound shorter than this that holds no words is a cough or a sound in the room. Longer speech
without words is a caller whom the recogniser does not know: a dialect, another language."""

_DISTURBED = frozenset({Condition.NOISE, Condition.TOO_QUIET, Condition.HANDS_FREE})

Perceived = tuple[Signal, Heard | None]
"""A signal, and what the caller said or pressed when it is SAID or KEY."""


class CallerSpeech:
    """Whether the caller speaks, and what is wrong with how they sound.

    All times are in the seconds of the call's ``now``.
    """

    def __init__(self) -> None:
        self.onset: float | None = None
        """When the caller began to speak; None while they are silent."""
        self.condition = Condition.NOBODY
        """The last verdict on the line."""
        self.kept: Heard | None = None
        """Something the caller said or pressed, kept for the next listen, which it answers."""
        self._decision: float | None = None

    def perceive(
        self, event: CallerEvent, now: float, prompt_began: float | None
    ) -> Perceived | None:
        """Take in an event; return its signal, None if nothing depends on the state of the call.

        ``prompt_began`` is when the prompt that is being played was ordered, None without one.
        """
        match event:
            case SpeechPossible():
                self._decision = now + DECISION_SECONDS
            case SpeechDismissed():
                self.decide()
            case SpeechStarted(onset):
                self.decide()
                self.onset, self.kept = onset, None
                earlier = prompt_began is not None and onset < prompt_began
                return Signal.EARLIER_SPEECH if earlier else Signal.SPEECH, None
            case WordsAppeared():
                return Signal.WORDS, None
            case SpeechEnded(seconds, words):
                return self._ended(self.speech(seconds, words), prompt_began)
            case KeyPressed(key):
                return Signal.KEY, Keys(key)
            case LineChanged(condition):
                return self._changed(condition)
            case _:
                assert_never(event)
        return None

    def take_kept(self, seconds: float) -> Heard | None:
        """Return what answers a listen of this length at once, if anything does; it is used up."""
        kept, self.kept = self.kept, None
        return None if kept is None else with_left(kept, seconds)

    def decide(self) -> None:
        """Let deadlines wait for possible speech no longer."""
        self._decision = None

    def decided(self, deadline: float) -> float:
        """Return when a deadline takes effect: possible speech is decided before it."""
        return deadline if self._decision is None else max(deadline, self._decision)

    def speech(self, seconds: float, words: Words | None = None) -> Speech:
        """Return speech of this length with what is wrong with it."""
        disturbed = self.condition in _DISTURBED
        return Speech(seconds, self.condition if disturbed else Condition.OK, words)

    def silence(self) -> Heard:
        """Return what a wait in which nobody spoke ends with."""
        unheard = self.condition is Condition.UNHEARD
        return Unheard() if unheard else Nobody(self.condition)

    def _ended(self, heard: Speech, prompt_began: float | None) -> Perceived | None:
        onset, self.onset = self.onset, None
        if onset is None:
            return None
        if prompt_began is not None and onset < prompt_began:
            return Signal.ANSWERED_SPEECH, None
        return (Signal.SOUND, None) if _is_wordless(heard) else (Signal.SAID, heard)

    def _changed(self, condition: Condition) -> Perceived | None:
        self.condition = condition
        if condition is Condition.UNHEARD:
            self.onset = self._decision = None
            return Signal.DEAF, None
        return (Signal.FAX, None) if condition is Condition.FAX else None


def with_left(heard: Heard, seconds: float) -> Heard:
    """Return ``heard``; speech with so many seconds left of the listen that it answers."""
    return replace(heard, left=max(seconds, 0.0)) if isinstance(heard, Speech) else heard


def _is_wordless(heard: Speech) -> bool:
    """Return whether it was no speech; a caller who is hard to hear may have spoken after all."""
    no_words = heard.words is not None and heard.words.none
    return no_words and heard.condition is Condition.OK and heard.seconds < WORDLESS_SECONDS
