"""``ivr talk``: the whole conversation in a terminal, without any PBX.

The user types the words of the caller, one utterance on each line. A line of digits, ``*`` and
``#`` stands for keys that the caller presses. Instead of typing, the user may give a WAV file of
the caller, which goes through the detectors and the speech recognition of real calls. The prompts
need not be rendered, because they are printed and not played.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from ivr.call.virtual_call import SECONDS_PER_CHARACTER, VirtualCall, speaking_seconds
from ivr.command_line import ConfigOption, fail, settings_or_exit
from ivr.commands.terminal import Keyboard, Terminal
from ivr.config import Settings
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
from ivr.recognition.choice import chosen
from ivr.recognition.engine import SpeechModel, load_speech_model
from ivr.recognition.files import ModelError
from ivr.recognition.silero import SileroModel
from ivr.service.loading import StartError, load_sheet, load_understander, load_vocabulary
from ivr.softphone.wav import WavError, read_wav
from ivr.translation import marked, tr
from ivr.words.catalogue import Catalogue, CatalogueError
from ivr.words.composition import Composer, Vocabulary

HINT = marked("Type what you say and press Enter; a line of digits is keys. Ctrl-D hangs up.")

_KEYS = frozenset("0123456789*#")


talk_app = typer.Typer(add_completion=False)


@talk_app.command()
def talk_command(
    config: ConfigOption = None,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast",
            help="In virtual time: a line is read whenever the bot waits; an empty one is silence.",
        ),
    ] = False,
    wav: Annotated[
        Path | None, typer.Option("--wav", help="A recording of the caller, instead of typing.")
    ] = None,
) -> None:
    """Try the conversation here, without a PBX.

    Type what the caller says, or play a recording of the caller with --wav.
    """
    settings = settings_or_exit(config)
    recognition = settings.recognition
    try:
        samples = None if wav is None else read_wav(wav)
        model = load_speech_model(chosen(recognition.model, recognition.models)) if wav else None
        conversation = _conversation(settings)
    except (StartError, WavError, ModelError) as error:
        raise fail(error) from None
    if samples is not None and model is not None:
        conversation.sound(samples, _at_once if fast else _clock(), model)
    elif fast:
        conversation.fast(iter(sys.stdin))
    else:
        typer.echo(tr(HINT))
        conversation.live(Terminal())
    typer.echo(conversation.summary)


def _conversation(settings: Settings) -> "Talk":
    sheet, vocabulary = load_sheet(settings), load_vocabulary(settings)
    understander = load_understander(settings)
    try:
        catalogue = Catalogue.load(settings.prompts.directory)
    except CatalogueError:
        catalogue = None  # how long a prompt takes is estimated
    return Talk(sheet, catalogue, typer.echo, understander.meaning, vocabulary)


def _at_once(seconds: float) -> None:
    """Return at once: in virtual time nobody waits. ``seconds`` is not used.

    Its type is that of the function that :func:`_clock` returns, in whose place it is used.
    """


def _clock() -> Callable[[float], None]:
    """Return a function that sleeps until a given time, in seconds from the answer of the call.

    The call counts as answered when ``_clock`` is called. For a time that has passed, the function
    returns at once.
    """
    answered = time.monotonic()
    return lambda at: time.sleep(max(0.0, answered + at - time.monotonic()))


class Talk:
    """One conversation of ``ivr talk``: a call without a telephone line; each step is printed."""

    def __init__(
        self,
        sheet: Sheet,
        catalogue: Catalogue | None,
        out: Callable[[str], None],
        meaning: Callable[[str], Meaning],
        vocabulary: Vocabulary | None = None,
    ) -> None:
        """Prepare a call; ``out`` is called with each line of text about it.

        A prompt lasts as long as its rendered clips in ``catalogue``; if the catalogue is None or
        lacks a clip, the length is estimated from the text. ``meaning`` returns the meaning of
        words that are typed or recognised. ``vocabulary`` holds the values that prompts can speak
        in their slots; None stands for an empty vocabulary.
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
        """The typed utterance that the caller is speaking: its start and its end, in seconds from
        the answer, and its words. None while the caller does not speak."""

    @property
    def summary(self) -> str:
        """One line about the call: its outcome, its seconds, and the rows of the sheet entered."""
        rows = " → ".join(self.rows)
        return tr("outcome {outcome} after {seconds:.2f} s; rows {rows}").format(
            outcome=self._call.outcome, seconds=self._line.now, rows=rows
        )

    def fast(self, lines: Iterator[str]) -> None:
        """Run the call in virtual time, with the lines of text in ``lines``.

        The next line is taken whenever the hotline waits for the caller. A line is the text of what
        the caller says, or the keys that they press. For an empty line, and after the last one, the
        caller says nothing.
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
        """Run the call in real time, with the lines of text that the user types.

        A line is the text of what the caller says, or the keys that they press. The caller hangs up
        at the end of the input.
        """
        self._line.start()
        while self._call.outcome is None:
            due = self._next_change()
            line = keyboard.line(due)
            self._advance(due if line is None else min(due, keyboard.now))
            if line == "":
                self._tell("> " + tr("hangs up"))
                self._line.deliver(CallerHungUp())
            elif line is not None and line.strip():
                self._says(line.strip())

    def sound(self, samples: Samples, until: Callable[[float], None], model: SpeechModel) -> None:
        """Run the call with a recording of the caller, through the detectors of real calls.

        ``samples`` are 16-bit integers at 8 kHz; after their end the caller is silent. ``until``
        waits until a given time, in seconds from the answer, or returns at once in virtual time; it
        is called with the end of each frame. ``model`` recognises the words.
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
                    self._tell("> " + tr("speaks"))
                elif isinstance(event, SpeechEnded):
                    said = samples[
                        round(max(0.0, onset - LOOK_BACK_SECONDS) * RATE) : frames * FRAME
                    ]
                    heard = model.decode(said)
                    self._tell(f"> {heard.text or tr('(no words)')}")
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
        """Let time pass until ``to``, in seconds from the answer.

        If the typed utterance ends at ``to`` or before, deliver its end and its words to the call.
        """
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
                self._tell(tr("(interrupted)"))
            case MakeTicket(ticket=ticket):
                self._tell(tr("(ticket: {kind})").format(kind=tr(ticket.kind)))
            case HangUp():
                self._tell(tr("hangs up"))

    def _tell(self, text: str) -> None:
        self._out(f"{self._line.now:7.2f}  {text}")
