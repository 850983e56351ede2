"""The caller's side of a call: turns their speech and keys into signals of the state table.

The table is :data:`ivr.dialogue.states.TABLE`.
"""

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
"""If a sound may be speech (SpeechPossible), deadlines are put off until the detectors have
decided, but not beyond this many seconds after that event."""
WORDLESS_SECONDS = 1.0
"""Seconds below which a sound without words is taken for a cough or a noise in the room. A longer
one is taken for a caller whose dialect or language the recogniser does not know."""

_DISTURBED = frozenset({Condition.NOISE, Condition.TOO_QUIET, Condition.HANDS_FREE})

Perceived = tuple[Signal, Heard | None]
"""A signal and what belongs to it: for SAID what the caller said, for KEY the key that they
pressed, and None for every other signal."""


class CallerSpeech:
    """Keeps whether the caller of one call is speaking, and the newest verdict on their line.

    All times are in seconds of the call's clock (``now``).
    """

    def __init__(self) -> None:
        self.onset: float | None = None
        """Time, in seconds of the call's clock (``now``), at which the caller began to speak; None
        while they are silent."""
        self.condition = Condition.NOBODY
        """The last verdict of the detectors on the caller's line."""
        self.kept: Heard | None = None
        """What the caller said or pressed before the script listened; None if there is nothing. The
        script's next listen returns it at once."""
        self._decision: float | None = None

    def perceive(
        self, event: CallerEvent, now: float, prompt_began: float | None
    ) -> Perceived | None:
        """Take in an event; return its signal, or None if it is no signal to the state table.

        ``prompt_began`` is the time, in seconds of the call's clock (``now``), at which the prompt
        now being played was ordered; None if none is being played.
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
        """Return what the caller said or pressed before the script listened, and forget it.

        ``seconds`` is the length of the listen that begins now. Return None if the caller said and
        pressed nothing: the script must then wait for them.
        """
        kept, self.kept = self.kept, None
        return None if kept is None else with_left(kept, seconds)

    def decide(self) -> None:
        """Note that possible speech is confirmed or dismissed: it no longer puts off a deadline."""
        self._decision = None

    def decided(self, deadline: float) -> float:
        """Return the time at which ``deadline`` takes effect, in seconds of the call's clock.

        This is ``deadline`` itself, unless a sound may be speech and the detectors have not decided
        yet. In that case it is at least DECISION_SECONDS (0.4 s) after the sound was reported.
        """
        return deadline if self._decision is None else max(deadline, self._decision)

    def speech(self, seconds: float, words: Words | None = None) -> Speech:
        """Return a Speech. Its condition is NOISE, TOO_QUIET or HANDS_FREE if the line's is, else
        OK."""
        disturbed = self.condition in _DISTURBED
        return Speech(seconds, self.condition if disturbed else Condition.OK, words)

    def silence(self) -> Heard:
        """Return the answer to a listen in which nobody spoke.

        Unheard if the caller's audio does not reach us, else Nobody with the line's condition.
        """
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
    """Return ``heard``; if ``heard`` is Speech, set its ``left`` to ``seconds``, at least 0.

    ``seconds`` is the time that was left of the listen when the speech ended.
    """
    return replace(heard, left=max(seconds, 0.0)) if isinstance(heard, Speech) else heard


def _is_wordless(heard: Speech) -> bool:
    """Return whether ``heard`` was only a short sound without words.

    False if the line's verdict is not OK: a caller who is hard to hear may have spoken after all.
    """
    no_words = heard.words is not None and heard.words.none
    return no_words and heard.condition is Condition.OK and heard.seconds < WORDLESS_SECONDS
