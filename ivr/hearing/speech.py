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

START_PROBABILITY = 0.4
"""From this the detector's opinion counts as voice. Silero's own point is 0.5; this one starts 6 ms
sooner in the median, and confirmation makes up for it (measured: ivr bench hearing)."""
STAY_PROBABILITY = 0.35
"""Below this it counts as silence once somebody speaks (hysteresis)."""
CONFIRM, WINDOW = 4, 7
"""Voiced chunks among the last ones that make it speech: 128 ms. A cough of 80 ms makes none or
one; 200 pieces of 80 ms cut from real speech made no speech (measured: tests/hearing)."""
GIVE_UP = 3
"""Unvoiced chunks in a row that dismiss what had been possible."""
PATIENCE = 2 * WINDOW
"""Chunks after which what is still undecided is dismissed: crackle is voiced now and then."""
LATENCY_SECONDS = 0.04
"""How much later than the voice its first voiced chunk begins, in the median; the onset is set
back by it (measured over 144 utterances: 56 ms, 142 ms at p95; a little less is not too early)."""

RELEASE_SECONDS = 0.04
"""How much longer than the voice its last voiced chunk lasts: the hang time is counted from before
it (measured: 58 ms in the median of 150 sentences, `ivr bench hearing`)."""


class State(Enum):
    """Where the table stands."""

    QUIET = auto()
    STARTING = auto()
    SPEAKING = auto()
    STOPPING = auto()


class SpeechTable:
    """Turns the probability of voice, chunk by chunk, into start and end of speech."""

    def __init__(self, hang_seconds: float = 0.5) -> None:
        """``hang_seconds`` of silence end an utterance."""
        self.state = State.QUIET
        self._hang_seconds = hang_seconds
        self._recent: list[bool] = []
        self._onset = 0.0
        self._last_voiced = 0.0
        self._undecided = 0

    @property
    def speaking(self) -> bool:
        """Whether speech has started and not ended."""
        return self.state in (State.SPEAKING, State.STOPPING)

    def next_deadline(self) -> float | None:
        """When an utterance ends by the clock if no further audio arrives."""
        return self._end() if self.speaking else None

    def _end(self) -> float:
        return self._last_voiced - RELEASE_SECONDS + self._hang_seconds

    def hear(
        self, probability: float, now: float, is_echo: Callable[[], bool] = lambda: False
    ) -> list[Event]:
        """A chunk that ended at ``now`` is voice with this probability.

        ``is_echo`` is asked only when speech would be confirmed; it has a veto.
        """
        needed = STAY_PROBABILITY if self.state is not State.QUIET else START_PROBABILITY
        voiced = probability >= needed
        self._recent = [*self._recent[1 - WINDOW :], voiced]
        if voiced:
            self._last_voiced = now
        match self.state:
            case State.QUIET if voiced:
                self.state = State.STARTING
                self._recent = [True]
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
        enough = sum(self._recent) >= CONFIRM
        if enough and not is_echo():
            self.state = State.SPEAKING
            return [SpeechStarted(self._onset)]
        self._undecided += 1
        silent = len(self._recent) >= GIVE_UP and not any(self._recent[-GIVE_UP:])
        if enough or silent or self._undecided >= PATIENCE:
            self.state = State.QUIET
            return [SpeechDismissed()]
        return []
