"""Start and end of speech: a state table over the probability of voice in each chunk.

::

    QUIET ──voiced──▶ STARTING ──CONFIRM of WINDOW voiced──▶ SPEAKING ──unvoiced──▶ STOPPING
      ▲                  │                                      ▲                      │
      └──GIVE_UP unvoiced┘                                      └────────voiced────────┤
      └────────────────────────────────────────────── hang time passed ────────────────┘
"""

from collections.abc import Callable
from enum import Enum, auto

from ivr.dialogue.events import (
    Event,
    SpeechDismissed,
    SpeechEnded,
    SpeechPossible,
    SpeechStarted,
)
from ivr.hearing.frames import CHUNK_SECONDS

VOICE_PROBABILITY = 0.3
"""Least probability of voice at which a chunk counts as voiced. Silero's authors use 0.5. With 0.3,
the start of speech is detected 8 ms sooner in the median than with 0.4, with as many false starts
(measured: 640 clear callers and 525 lines without a caller, development split of `ivr bench
hearing`)."""
FAINT_DB, FORGET_DB = 20.0, 0.32
"""A voiced chunk more than FAINT_DB below the loudest chunk of the utterance does not prolong the
utterance. The voice detector notices the end of a voice late. Measured on the development split of
`ivr bench hearing`: with this rule 98 % of 191 sentences end within 150 ms of the wanted time,
without it 94 %. The remembered loudest level falls by FORGET_DB per chunk, 10 dB in a second.
Callers who turn away from their telephone can therefore go on speaking."""
CONFIRM, WINDOW = 4, 7
"""CONFIRM voiced chunks (128 ms) among the last WINDOW chunks confirm speech. A cough of 80 ms has
at most one voiced chunk. This rule alone confirmed none of 200 clips of 80 ms cut from real speech
(measured in tests/hearing, before the rule of CLEAR was added)."""
CLEAR = 2.7
"""Three chunks in a row confirm speech if their probabilities of voice have at least this sum: the
voice is then clear. With this rule the start of speech is detected 16 ms sooner in the median. The
rule confirms none of 180 coughs of 80 to 250 ms, but 5 % of clips of 80 ms cut from real words (all
measured)."""
GIVE_UP = 3
"""Number of unvoiced chunks in a row after which possible speech is dismissed as no speech."""
PATIENCE = 2 * WINDOW
"""Number of chunks after which possible speech is dismissed if it is still undecided. Crackle would
otherwise stay undecided, because some of its chunks are voiced."""
LATENCY_SECONDS = 0.04
"""Seconds from the assumed onset of speech to the start of the first voiced chunk. A voice begins
56 ms before that chunk in the median and 142 ms before it at the 95th percentile (measured over 144
utterances). 40 ms is a little less than the median, so that most onsets are not put too early."""
LOOK_BACK_SECONDS = 0.3
"""Seconds of audio before the onset of speech that a recogniser needs as well. The onset is set by
the first voiced chunk, but the first phone of a word is not always voiced."""
RELEASE_SECONDS = 0.03
"""Seconds from the end of the voice to the end of the last voiced chunk, as assumed. The hang time
is counted from the end of the voice. The value was measured over 144 utterances and limited to one
chunk of 32 ms."""


class State(Enum):
    """States in the detection of speech. QUIET: there is no voice. STARTING: a chunk had voice, but
    speech is not confirmed yet; it may still be dismissed. SPEAKING: speech is confirmed. STOPPING:
    the voice has paused; more voice leads back to SPEAKING, and the end of the hang time to
    QUIET."""

    QUIET = auto()
    STARTING = auto()
    SPEAKING = auto()
    STOPPING = auto()


class SpeechTable:
    """Turns the probability of voice in each chunk (32 ms) into events: start and end of speech.

    ``hang_seconds`` is the silence in seconds after which an utterance has ended.
    """

    def __init__(self, hang_seconds: float = 0.5) -> None:
        self.state = State.QUIET
        self.hang_seconds = hang_seconds
        """Seconds of silence after which an utterance has ended."""
        self._recent: list[float] = []
        self._onset = 0.0
        self._last_voiced = 0.0
        self._last_faint = 0.0
        self._undecided = 0
        self._loudest = 0.0

    @property
    def speaking(self) -> bool:
        """True if speech has been confirmed and has not ended, otherwise False."""
        return self.state in (State.SPEAKING, State.STOPPING)

    def pause_seconds(self, now: float) -> float:
        """Return the seconds from the last voiced chunk, also a faint one, to ``now``; 0.0 if
        nobody is speaking. ``now`` is in seconds of the call's clock."""
        return max(0.0, now - self._last_faint) if self.speaking else 0.0

    def next_deadline(self) -> float | None:
        """Return the time at which the utterance ends if no further audio arrives. The time is in
        seconds of the call's clock (`now`); None if nobody is speaking."""
        return self._end() if self.speaking else None

    def _end(self) -> float:
        """Return the time at which the utterance ends, in seconds of the call's clock: the hang
        time after the last voice."""
        return self._last_voiced - RELEASE_SECONDS + self.hang_seconds

    def hear(
        self,
        probability: float,
        now: float,
        level: float = 0.0,
        is_echo: Callable[[], bool] = lambda: False,
    ) -> list[Event]:
        """Take the result for one chunk: its probability of voice (0 to 1) and its level in dBov.
        The chunk ended at ``now``, in seconds of the call's clock.

        ``is_echo`` is called, without arguments, only when speech would be confirmed. If it returns
        True, the speech is dismissed. Return the events that the chunk causes.
        """
        voiced = probability >= VOICE_PROBABILITY
        self._recent = [*self._recent[1 - WINDOW :], probability if voiced else 0.0]
        if voiced:
            self._last_faint = now
            begins = self.state is State.QUIET
            self._loudest = level if begins else max(level, self._loudest - FORGET_DB)
            if level >= self._loudest - FAINT_DB:
                self._last_voiced = now
        match self.state:
            case State.QUIET if voiced:
                self.state = State.STARTING
                self._recent = [probability]
                self._undecided = 0
                self._onset = now - CHUNK_SECONDS - LATENCY_SECONDS
                return [SpeechPossible(self._onset)]
            case State.STARTING:
                return self._decide(is_echo)
            case State.SPEAKING if not voiced:
                self.state = State.STOPPING
            case State.STOPPING if voiced:
                self.state = State.SPEAKING
            case _:
                pass
        return self.wake(now)

    def wake(self, now: float) -> list[Event]:
        """End the utterance if, at ``now``, its last voice is at least ``hang_seconds`` ago.

        ``now`` is in seconds of the call's clock. Return the event SpeechEnded if the utterance
        ended, otherwise an empty list.
        """
        if not self.speaking or now < self._end():
            return []
        self.state = State.QUIET
        return [SpeechEnded(self._last_voiced - self._onset)]

    def lose_track(self) -> list[Event]:
        """Dismiss possible speech that is not confirmed yet, because audio is missing now.

        Return the event SpeechDismissed if there was such speech, otherwise an empty list.
        Confirmed speech goes on.
        """
        if self.state is not State.STARTING:
            return []
        self.state = State.QUIET
        return [SpeechDismissed()]

    def _decide(self, is_echo: Callable[[], bool]) -> list[Event]:
        """Confirm or dismiss possible speech; return SpeechStarted or SpeechDismissed.

        Return an empty list while this is undecided. ``is_echo`` is called only when speech would
        be confirmed; if it returns True, the speech is dismissed.
        """
        several = sum(probability > 0.0 for probability in self._recent) >= CONFIRM
        enough = several or sum(self._recent[-3:]) >= CLEAR
        if enough and not is_echo():
            self.state = State.SPEAKING
            return [SpeechStarted(self._onset)]
        self._undecided += 1
        silent = len(self._recent) >= GIVE_UP and not any(self._recent[-GIVE_UP:])
        if enough or silent or self._undecided >= PATIENCE:
            self.state = State.QUIET
            return [SpeechDismissed()]
        return []
