"""Turns a caller's speech and keys into signals for the table of call states.

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
"""Upper limit, in seconds, for the detectors' decision whether a sound is speech, counted from the
event SpeechPossible. Deadlines wait for the decision, but not beyond this limit."""
WORDLESS_SECONDS = 1.0
"""Lower limit, in seconds, for a sound without words that counts as speech. Shorter sounds are
coughs or noises in the room. A longer one is probably a caller whose dialect or language the
recogniser does not know."""

_DISTURBED = frozenset({Condition.NOISE, Condition.TOO_QUIET, Condition.HANDS_FREE})

Perceived = tuple[Signal, Heard | None]
"""A signal with its content. For SAID this is what the caller said, and for KEY the key that they
pressed. It is None for every other signal."""


class CallerSpeech:
    """The state of one caller: whether they are speaking, and the newest condition of their line.

    All times are in seconds of the call's clock (``now``).
    """

    def __init__(self) -> None:
        self.onset: float | None = None
        """Time, in seconds of the call's clock (``now``), at which the caller began to speak. It is
        None while they are silent."""
        self.condition = Condition.NOBODY
        """The newest verdict of the detectors on the caller's line, such as NOISE."""
        self.kept: Heard | None = None
        """An early answer: what the caller said or pressed before the script listened. The script's
        next listen returns it at once. It is None if there is no early answer."""
        self._decision: float | None = None

    def perceive(
        self, event: CallerEvent, now: float, prompt_began: float | None
    ) -> Perceived | None:
        """Handle an event of the caller. Return its signal for the state table, or None.

        ``prompt_began`` is the time at which the present prompt was ordered, in seconds of the
        call's clock (``now``). It is None if no prompt is being played.
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
        """Return the caller's early answer and forget it; return None if there is none.

        An early answer is what the caller said or pressed before the script listened. ``seconds``
        is the length of the listen that begins now.
        """
        kept, self.kept = self.kept, None
        return None if kept is None else with_left(kept, seconds)

    def decide(self) -> None:
        """Note that the detectors have decided whether a sound is speech, or took too long for it.

        From now on this sound postpones no deadline.
        """
        self._decision = None

    def decided(self, deadline: float) -> float:
        """Return the time at which ``deadline`` takes effect, in seconds of the call's clock.

        Normally this is ``deadline`` itself. While the detectors decide whether a sound is speech,
        it is at least DECISION_SECONDS (0.4 s) after the sound was reported.
        """
        return deadline if self._decision is None else max(deadline, self._decision)

    def speech(self, seconds: float, words: Words | None = None) -> Speech:
        """Return the answer of a caller who said ``words`` in ``seconds`` seconds of speech.

        ``words`` is None if the words are not known. The condition of the answer is that of the
        line if this is NOISE, TOO_QUIET or HANDS_FREE, otherwise OK.
        """
        disturbed = self.condition in _DISTURBED
        return Speech(seconds, self.condition if disturbed else Condition.OK, words)

    def silence(self) -> Heard:
        """Return the answer for a wait in which the caller did not speak.

        It is Unheard if the caller's audio does not reach us, otherwise Nobody with the condition
        of the caller's line.
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
    """Return a copy of the speech ``heard`` whose field ``left`` is ``seconds``, at least 0.

    ``seconds`` is the time that was left of the wait for the caller when the speech ended. If
    ``heard`` is not Speech, it is returned unchanged.
    """
    return replace(heard, left=max(seconds, 0.0)) if isinstance(heard, Speech) else heard


def _is_wordless(heard: Speech) -> bool:
    """Return True if ``heard`` was shorter than 1 s (WORDLESS_SECONDS) and has no words.

    Return False for all other speech, and whenever a bad line made the caller hard to hear: they
    may have spoken after all.
    """
    no_words = heard.words is not None and heard.words.none
    return no_words and heard.condition is Condition.OK and heard.seconds < WORDLESS_SECONDS
