"""A live call for tests, with parts that only remember."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np

from ivr.call.listener import Listener
from ivr.call.live_call import LiveCall
from ivr.call.scribe import Scribe
from ivr.dialogue.call import Call
from ivr.dialogue.commands import Play
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.conversation import hotline, last_words
from ivr.etiquette.sheet import Sheet
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME
from ivr.hearing.played import Reference
from tests.remembering import Line, Recogniser, Record, Recorder

IDLE = np.full(FRAME, 8, np.int16)
"""A frame of a quiet line."""
LOUD = np.resize(np.array([8000, -8000], np.int16), FRAME)
"""A frame as loud as a voice."""


class Voice:
    """A voice detector that takes every sound for a voice."""

    def process(self, chunk: memoryview) -> float:
        return 1.0

    def reset(self) -> None:
        pass


class Nearby:
    """The listening to a caller, in the process of the call."""

    def __init__(self, listener: Listener, reference: Callable[[Play], Reference]) -> None:
        self._listener, self._reference = listener, reference
        self.prompt_stopped, self.close = listener.prompt_stopped, listener.close

    def prompt_started(self, play: Play, now: float) -> None:
        self._listener.prompt_started(self._reference(play), now)


class Setting:
    """A live call that has begun, with stand-ins for line, record, recorder and recogniser."""

    def __init__(
        self,
        sheet: Sheet,
        script: Callable[[], Any] = hotline,
        words: Callable[[Outcome], Any] = last_words,
        ear: type[Ear] = Ear,
        reference: Callable[[Play], Reference] = lambda play: Reference.of(np.tile(IDLE, 100)),
        waited: Callable[[float], None] = lambda late: None,
    ) -> None:
        self.line, self.record, self.recorder = Line(), Record(), Recorder()
        self.call = Call(script, words, sheet.__getitem__)
        self.recogniser = Recogniser()
        self.listener = Listener(
            ear(Voice(), self.line.answered),
            Scribe(self.recogniser, lambda tell: tell(self.call.expected)),
            lambda event, now: self.live.deliver(event, now),
        )
        self.live = LiveCall(
            self.call,
            Nearby(self.listener, reference),
            self.record,
            self.recorder,
            waited=waited,
        )
        self.line.live = self.live
        self.live.start(self.line)

    async def waits(self, seconds: float) -> None:
        """Let virtual seconds pass."""
        await asyncio.sleep(seconds)

    async def is_spoken_to(self) -> None:
        """Let the caller speak for 0.4 s, half a second after the answer."""
        await self.waits(0.5)
        for _ in range(20):
            await self.waits(0.02)
            self.hears(LOUD)

    def hears(self, frame: Any) -> None:
        self.listener.hear(frame, self.line.loop.time())
