"""Between the ear and the call: adds his words to the end of what a caller says.

Only speech is recognised, and the 0.3 s before it. The end of speech is held back until its words
are known (a tenth of a second; see ``deadline_seconds`` in :mod:`ivr.recognition.utterance` for the
longest), and so is what comes after it, so that the call sees everything in order.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog

from ivr.call.ports import Recogniser, Recognition
from ivr.dialogue.events import Event, LineChanged, SpeechEnded, SpeechStarted, WordsAppeared
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.speech import LOOK_BACK_SECONDS

log = structlog.get_logger()

KEPT_FRAMES = 60
"""Frames that are remembered: 1.2 s. Speech is confirmed at most 0.5 s after its onset."""

Deliver = Callable[[Event, float], None]


class Scribe:
    """Writes down what one caller says. One event loop; not for threads."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._recent: deque[tuple[float, Samples]] = deque(maxlen=KEPT_FRAMES)
        self._current: Recognition | None = None
        self._held: deque[tuple[Event, asyncio.Task[Words | None] | None]] = deque()
        self._telling: asyncio.Task[None] | None = None
        self.leaving = False
        """Whether the caller, who is still speaking for all we know, has said goodbye and no more:
        nobody who has goes on after a breath."""

    def hear(self, frame: Samples, now: float) -> None:
        """Some of the caller's audio arrived at ``now``; the ear is told of it afterwards."""
        self._recent.append((now, frame))
        if self._current is not None:
            self._current.feed(frame)

    def perceive(self, event: Event, now: float, deliver: Deliver) -> None:
        """The ear has found ``event``: deliver it, now or as soon as the words before it are known.

        The end of speech is delivered with its words.
        """
        words: asyncio.Task[Words | None] | None = None
        match event:
            case SpeechStarted(onset):
                self._begin(onset, deliver)
            case SpeechEnded() if self._current is not None:
                words = asyncio.get_running_loop().create_task(_finish(self._current))
                self._current, self.leaving = None, False
            case LineChanged():
                deliver(event, now)
                return
        self._in_turn(event, words, now, deliver)

    def lose_track(self) -> None:
        """The caller cannot be heard any more: what he was saying will not be known."""
        self.leaving = False
        if self._current is not None:
            self._current.cancel()
            self._current = None

    def close(self) -> None:
        """The call is over. Idempotent."""
        self.lose_track()
        if self._telling is not None:
            self._telling.cancel()
        for _, words in self._held:
            if words is not None:
                words.cancel()
        self._held.clear()

    def _in_turn(
        self, event: Event, words: asyncio.Task[Words | None] | None, now: float, deliver: Deliver
    ) -> None:
        if words is None and not self._held:
            deliver(event, now)
            return
        self._held.append((event, words))
        if self._telling is None:
            self._telling = asyncio.get_running_loop().create_task(self._tell(deliver))

    def _begin(self, onset: float, deliver: Deliver) -> None:
        """Recognise what began at ``onset``; its first words are told as soon as there are any."""
        self.lose_track()
        told = False

        def appeared(guess: Meaning | None) -> None:
            nonlocal told
            if self._current is not utterance:
                return
            self.leaving = guess is not None and _is_goodbye(guess)
            if not told:
                told = True
                now = asyncio.get_running_loop().time()
                self._in_turn(WordsAppeared(), None, now, deliver)

        self._current = utterance = self._recogniser(appeared)
        for at, frame in self._recent:
            if at - len(frame) / RATE >= onset - LOOK_BACK_SECONDS:
                self._current.feed(frame)

    async def _tell(self, deliver: Deliver) -> None:
        loop = asyncio.get_running_loop()
        while self._held:
            event, words = self._held[0]
            if words is not None and isinstance(event, SpeechEnded):
                event = replace(event, words=await words)
            self._held.popleft()
            deliver(event, loop.time())
        self._telling = None


def _is_goodbye(guess: Meaning) -> bool:
    return guess.intent is Intent.GOODBYE and guess.certainty is Certainty.SURE


async def _finish(utterance: Recognition) -> Words | None:
    """The words; a defect of the recogniser costs them, and not the call."""
    try:
        return await utterance.finish()
    except Exception:
        log.exception("recognition_failed")
        return None
