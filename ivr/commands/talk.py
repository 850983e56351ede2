"""``ivr talk``: the whole conversation in a terminal, without any PBX.

The caller is typed (a line is something said, a line of digits and ``*#`` are keys) or a WAV
file, which then goes through the real ear. Nothing here needs a rendered prompt.
"""

import os
import select
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np

from ivr.call.virtual_call import SECONDS_PER_CHARACTER, VirtualCall, speaking_seconds
from ivr.dialogue.call import Call
from ivr.dialogue.commands import Command, EnterRow, HangUp, MakeTicket, Play, StopPlaying
from ivr.dialogue.events import CallerHungUp, KeyPressed, SpeechEnded, SpeechStarted
from ivr.dialogue.meaning import Meaning, Words
from ivr.dialogue.row import Prompt
from ivr.etiquette.conversation import hotline, last_words
from ivr.etiquette.guest import Guest
from ivr.etiquette.house import House
from ivr.etiquette.sheet import Sheet
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.speech import LOOK_BACK_SECONDS
from ivr.recognition.model import Model
from ivr.recognition.silero import SileroModel
from ivr.words.catalogue import Catalogue
from ivr.words.composition import Composer, Vocabulary

HINT = "Type what you say and press Enter; a line of digits is keys. Ctrl-D hangs up."

_KEYS = frozenset("0123456789*#")


class Keyboard(Protocol):
    """Where the caller types, and how late it is there."""

    @property
    def now(self) -> float:
        """Seconds since the call was answered."""
        ...

    def line(self, until: float) -> str | None:
        """The next line with its end, empty at the end of input; None when ``until`` has come."""
        ...


class Terminal:
    """Standard input in real time. Without a thread, so nothing is left reading at the exit."""

    def __init__(self, file: int = 0) -> None:
        """``file`` is the descriptor to read from; nobody else may read from it."""
        self._file = file
        self._answered = time.monotonic()
        self._octets = b""
        self._ended = False

    @property
    def now(self) -> float:
        """Seconds since the call was answered."""
        return time.monotonic() - self._answered

    def line(self, until: float) -> str | None:
        """See :class:`Keyboard`."""
        while b"\n" not in self._octets and not self._ended:
            if not select.select([self._file], [], [], max(0.0, until - self.now))[0]:
                return None
            octets = os.read(self._file, 4096)
            self._octets += octets
            self._ended = not octets
        line, end, self._octets = self._octets.partition(b"\n")
        return (line + end).decode("utf-8", "replace")


class Talk:
    """One conversation: a virtual call that tells the terminal what happens."""

    def __init__(
        self,
        sheet: Sheet,
        catalogue: Catalogue | None,
        out: Callable[[str], None],
        meaning: Callable[[str], Meaning],
        vocabulary: Vocabulary | None = None,
    ) -> None:
        """Prompts last as long as their recordings in ``catalogue``, if there is one.

        ``meaning`` understands what is typed; ``vocabulary`` is what may stand in the slots of a
        sentence.
        """
        self._meaning = meaning
        self.rows: list[str] = []
        self._catalogue = catalogue
        self._out = out
        compose = Composer(vocabulary or Vocabulary(), forbids=sheet.forbidden_in)
        guest = Guest(sheet.company, House(knowledge=sheet.knowledge))
        script = partial(hotline, guest=guest)
        self._call = Call(script, last_words, sheet.__getitem__, compose=compose)
        self._line = VirtualCall(self._call, self._told, self._seconds)
        self._utterance: tuple[float, float, str] | None = None
        """When what the caller is saying began, when it ends, and what it is."""

    @property
    def summary(self) -> str:
        """The whole call in one line."""
        rows = " → ".join(self.rows)
        return f"outcome {self._call.outcome} after {self._line.now:.2f} s; rows {rows}"

    def fast(self, lines: Iterator[str]) -> None:
        """Typed lines in virtual time: one is read whenever the bot waits for the caller.

        An empty line is saying nothing, and so is the end of the lines.
        """
        self._line.start()
        while self._call.outcome is None:
            waits = self._line.playing is None and self._utterance is None
            text = next(lines, "").strip() if waits else ""
            if text:
                self._says(text)
            else:
                self._advance(self._next_change())

    def live(self, keyboard: Keyboard) -> None:
        """Typed lines in real time; the end of input is the caller hanging up."""
        self._line.start()
        while self._call.outcome is None:
            due = self._next_change()
            line = keyboard.line(due)
            self._advance(due if line is None else min(due, keyboard.now))
            if line == "":
                self._tell("> hangs up")
                self._line.deliver(CallerHungUp())
            elif line is not None and line.strip():
                self._says(line.strip())

    def sound(self, samples: Samples, until: Callable[[float], None], model: Model) -> None:
        """A recording of the caller (8 kHz) as the real ear hears it; then he is silent.

        ``until`` returns when it is so many seconds after the answer: at once, or later. ``model``
        recognises what he says.
        """
        ear = Ear(SileroModel.load().stream(), 0.0)
        onset = 0.0
        self._line.start()
        frames = 0
        while self._call.outcome is None:
            frame = np.full(FRAME, 8, np.int16)  # what a-law sends for silence
            piece = samples[frames * FRAME : (frames + 1) * FRAME]
            frame[: len(piece)] = piece
            frames += 1
            now = frames * FRAME_SECONDS
            until(now)
            self._line.advance(now, inclusive=False)
            for event in ear.hear(frame, now):
                if isinstance(event, SpeechStarted):
                    onset = event.onset
                    self._tell("> speaks")
                elif isinstance(event, SpeechEnded):
                    said = samples[
                        round(max(0.0, onset - LOOK_BACK_SECONDS) * RATE) : frames * FRAME
                    ]
                    heard = model.decode(said)
                    self._tell(f"> {heard.text or '(no words)'}")
                    words = self._understood(heard.text)
                    words = replace(words, confidence=heard.confidence, unknown=heard.unknown)
                    event = replace(event, words=words)
                self._line.deliver(event)
            self._line.advance(now)

    def _says(self, text: str) -> None:
        self._tell(f"> {text}")
        if set(text) <= _KEYS:
            for key in text:
                self._line.deliver(KeyPressed(key))
            return
        began, _, before = self._utterance or (self._line.now, 0.0, "")
        if self._utterance is None:
            self._line.deliver(SpeechStarted(began))
        end = self._line.now + len(text) * SECONDS_PER_CHARACTER
        self._utterance = (began, end, before + text)

    def _next_change(self) -> float:
        due = self._line.next_change()
        return due if self._utterance is None else min(due, self._utterance[1])

    def _advance(self, to: float) -> None:
        """Let time pass; what the caller was saying may end meanwhile."""
        if self._utterance is not None and self._utterance[1] <= to:
            (began, end, text), self._utterance = self._utterance, None
            self._line.advance(end, inclusive=False)
            self._line.deliver(SpeechEnded(end - began, self._understood(text)))
        self._line.advance(to)

    def _understood(self, text: str) -> Words:
        meaning = self._meaning(text)
        self._tell(f"= {meaning.intent}, {meaning.certainty} ({meaning.score:.2f})")
        return Words(meaning)

    def _seconds(self, prompt: Prompt) -> float:
        catalogue = self._catalogue
        if catalogue is not None and all(id in catalogue for id in prompt.clips):
            return sum(catalogue[id].seconds for id in prompt.clips)
        return speaking_seconds(prompt)

    def _told(self, command: Command, now: float) -> None:
        match command:
            case EnterRow(row):
                self.rows.append(row)
                self._tell(f"[{row}]")
            case Play(prompt=prompt):
                self._tell(prompt.text)
            case StopPlaying():
                self._tell("(interrupted)")
            case MakeTicket(ticket=ticket):
                self._tell(f"(ticket: {ticket.kind})")
            case HangUp():
                self._tell("hangs up")

    def _tell(self, text: str) -> None:
        self._out(f"{self._line.now:7.2f}  {text}")
