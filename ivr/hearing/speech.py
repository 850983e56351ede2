"""Where speech starts and ends: a small table over the detector's opinion of each chunk.

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
"""From this the detector's opinion counts as voice. Silero's own point is 0.5; this one starts 8 ms
sooner in the median than 0.4, with as many false starts (measured: 640 clear callers and 525 lines
without one, development split of `ivr bench hearing`)."""
FAINT_DB, FORGET_DB = 20.0, 0.32
"""A chunk this far below the loudest of the utterance is no voice any more, whatever the detector
thinks: it lets go late, and how late depends on the voice. 98 % of 191 sentences then end within
150 ms of the wanted time, and 94 % without (measured: as above). The loudest is forgotten by 10 dB
in a second, so that who turns away from his telephone goes on speaking."""
CONFIRM, WINDOW = 4, 7
"""Voiced chunks among the last ones that make it speech: 128 ms. A cough of 80 ms makes none or
one; 200 pieces of 80 ms cut from real speech made no speech (measured: tests/hearing)."""
CLEAR = 2.7
"""Three chunks in a row are enough when their probabilities add up to this: a clear voice. It
starts 16 ms sooner in the median; none of 180 coughs of 80 to 250 ms does, and 5 % of the pieces of
80 ms that were cut out of real words do (measured: as above)."""
GIVE_UP = 3
"""Unvoiced chunks in a row that dismiss what had been possible."""
PATIENCE = 2 * WINDOW
"""Chunks after which what is still undecided is dismissed: crackle is voiced now and then."""
LATENCY_SECONDS = 0.04
"""How much later than the voice its first voiced chunk begins, in the median; the onset is set
back by it (measured over 144 utterances: 56 ms, 142 ms at p95; a little less is not too early)."""
LOOK_BACK_SECONDS = 0.3
"""Seconds of sound before the onset that a recogniser needs as well: an onset is set by the first
voiced chunk, and the first phone of a word is not always voiced."""
RELEASE_SECONDS = 0.03
"""How much longer than the voice its last voiced chunk lasts, which is cut at 32 ms; the hang time
is counted from before it (measured: as above)."""


class State(Enum):
    """Where the table stands."""

    QUIET = auto()
    STARTING = auto()
    SPEAKING = auto()
    STOPPING = auto()


class SpeechTable:
    """Turns the probability of voice, chunk by chunk, into start and end of speech."""

    def __init__(self, hang_seconds: float = 0.5) -> None:
        self.state = State.QUIET
        self.hang_seconds = hang_seconds
        """So much silence ends an utterance."""
        self._recent: list[float] = []
        self._onset = 0.0
        self._last_voiced = 0.0
        self._undecided = 0
        self._loudest = 0.0

    @property
    def speaking(self) -> bool:
        """Whether speech has started and not ended."""
        return self.state in (State.SPEAKING, State.STOPPING)

    def next_deadline(self) -> float | None:
        """When an utterance ends by the clock if no further audio arrives."""
        return self._end() if self.speaking else None

    def _end(self) -> float:
        return self._last_voiced - RELEASE_SECONDS + self.hang_seconds

    def hear(
        self,
        probability: float,
        now: float,
        level: float = 0.0,
        is_echo: Callable[[], bool] = lambda: False,
    ) -> list[Event]:
        """A chunk that ended at ``now``, of this level (dBov), is voice with this probability.

        ``is_echo`` is asked only when speech would be confirmed; it has a veto.
        """
        voiced = probability >= VOICE_PROBABILITY
        self._recent = [*self._recent[1 - WINDOW :], probability if voiced else 0.0]
        if voiced:
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
        """End the utterance when its hang time has passed, with or without audio."""
        if not self.speaking or now < self._end():
            return []
        self.state = State.QUIET
        return [SpeechEnded(self._last_voiced - self._onset)]

    def lose_track(self) -> list[Event]:
        """The audio has a hole: what was only possible before it is forgotten."""
        if self.state is not State.STARTING:
            return []
        self.state = State.QUIET
        return [SpeechDismissed()]

    def _decide(self, is_echo: Callable[[], bool]) -> list[Event]:
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
