"""The scribe: recognises the caller's speech and adds the words to the event SpeechEnded.

The events of the detectors (the class Ear) go through the scribe to the call.

Only speech and the 0.3 s before it are recognised. The scribe holds SpeechEnded back until the
words are known. Later events wait, too, so that the call sees all events in order; only LineChanged
is delivered at once. The delay is about a tenth of a second, and at most
:func:`ivr.recognition.utterance.deadline_seconds`.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog

from ivr.call.ports import Recogniser, Recognition
from ivr.dialogue.events import Event, LineChanged, SpeechEnded, SpeechStarted, WordsAppeared
from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.speech import LOOK_BACK_SECONDS

log = structlog.get_logger()

KEPT_FRAMES = 60
"""Number of 20 ms frames that are stored, the newest: 60 × 20 ms = 1.2 s. At least 0.8 s are
needed. Speech is confirmed up to 0.5 s after its onset, and recognition begins 0.3 s before the
onset."""

_PAUSE_SECONDS = 0.2
"""Seconds of silence after which the recogniser is told that the caller may have finished. A model
that decodes whole utterances begins then, and has 0.3 s until the silence of 0.5 s ends the
utterance. To begin sooner would be in vain more often, because callers go on after short pauses."""

Deliver = Callable[[Event, float], None]
AskExpected = Callable[[Callable[[Expected | None], None]], None]
"""A function that asks which kind of answer the call expects; it calls its argument with it."""


class Scribe:
    """Recogniser of what one caller says; it adds the words to the events of the call.

    All methods are called on one event loop.
    """

    def __init__(self, recogniser: Recogniser, ask: AskExpected = lambda tell: tell(None)) -> None:
        """Take the recogniser of speech, and the function that asks which answer is expected.

        ``ask`` is called when a caller begins to speak. It calls its argument, at once or later,
        with the kind of answer that the call expects; with None if it may be anything.
        """
        self._recogniser, self._ask = recogniser, ask
        self._closed = False
        self._recent: deque[tuple[float, Samples]] = deque(maxlen=KEPT_FRAMES)
        self._current: Recognition | None = None
        self._waits_to_begin: Callable[[Expected | None], None] | None = None
        """Begins to recognise the utterance; None unless the kind of answer is still unknown."""
        self._held: deque[tuple[Event, asyncio.Task[Words | None] | None]] = deque()
        self._telling: asyncio.Task[None] | None = None
        self._paused = False
        self.leaving = False
        """True if all words of the utterance so far are surely a goodbye.

        A shorter pause then ends the utterance, because callers seldom go on after a goodbye.
        """

    def hear(self, frame: Samples, now: float) -> None:
        """Handle a frame of the caller's audio, 8 kHz, before the detectors get it.

        ``now`` is the time of arrival, in seconds of the event loop's clock.
        """
        self._recent.append((now, frame))
        if self._current is not None:
            self._current.feed(frame)

    def heed_pause(self, seconds: float) -> None:
        """Tell the recogniser when the caller pauses, and when they go on.

        ``seconds`` is the length of the silence since the caller's last voice; 0 while they speak.
        """
        paused = seconds >= _PAUSE_SECONDS
        if self._current is None or paused == self._paused:
            return
        self._paused = paused
        if paused:
            self._current.pause()
        else:
            self._current.go_on()

    def perceive(self, event: Event, now: float, deliver: Deliver) -> None:
        """Deliver an event of the detectors: call ``deliver`` with the event and its time.

        If earlier speech is still being recognised, the event waits until those words are known.

        SpeechEnded is delivered with its words. LineChanged never waits: the call must know the
        newest condition of the line when it gets the words.
        """
        words: asyncio.Task[Words | None] | None = None
        match event:
            case SpeechStarted(onset):
                # The call gets the event first. If speech cuts a question short, the call is then
                # waiting for the answer and knows what it expects. If the event must wait for
                # earlier words, the expectation is that of the question before.
                self.lose_track()
                self._in_turn(event, None, now, deliver)
                if not self._closed:
                    self._ask_and_begin(onset, deliver)
                return
            case SpeechEnded() if self._utterance() is not None:
                assert self._current is not None
                words = asyncio.get_running_loop().create_task(_finish(self._current))
                self._current, self.leaving = None, False
            case LineChanged():
                deliver(event, now)
                return
        self._in_turn(event, words, now, deliver)

    def lose_track(self) -> None:
        """Stop recognising the present utterance, because it is not needed or cannot be heard.

        Do nothing if no utterance is being recognised.
        """
        self.leaving = False
        self._waits_to_begin = None
        if self._current is not None:
            self._current.cancel()
            self._current = None

    def close(self) -> None:
        """Discard all events that have not been delivered, because the call is over. Idempotent."""
        self._closed = True
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

    def _ask_and_begin(self, onset: float, deliver: Deliver) -> None:
        """AskExpected which answer is expected, and begin to recognise speech when that is known.

        The stored frames bridge the time until then. ``onset`` is the time, in seconds of the event
        loop's clock, at which the speech began.
        """

        def begin(expected: Expected | None) -> None:
            if self._waits_to_begin is begin:
                self._waits_to_begin = None
                self._begin(onset, expected, deliver)

        self._waits_to_begin = begin
        self._ask(begin)

    def _utterance(self) -> Recognition | None:
        """Return the utterance that is being recognised; None if there is none.

        If nobody has told yet which answer is expected, it may be anything.
        """
        if self._waits_to_begin is not None:
            self._waits_to_begin(None)
        return self._current

    def _begin(self, onset: float, expected: Expected | None, deliver: Deliver) -> None:
        """Begin to recognise speech; deliver WordsAppeared when its first words are recognised.

        ``onset`` is the time, in seconds of the event loop's clock, at which the speech began.
        ``expected`` is the kind of answer that the call expects.
        """
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

        self._paused = False
        self._current = utterance = self._recogniser(appeared, expected)
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
    """Return the words of the utterance; None if recognition failed or took too long."""
    try:
        return await utterance.finish()
    except Exception:
        log.exception(
            "recognition_failed", reason="a defect of the service: see the traceback",
            effect="these words are lost; the caller is asked to repeat them (row 25)",
            remedy="report this traceback",
        )  # fmt: skip
        return None
