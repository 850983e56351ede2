"""What `ivr calls review` shows of utterances, and the sound of one, cut out of its recording."""

import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from ivr.commands.alike import AlikeGroup
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.records.misunderstood import Misunderstood
from ivr.records.output import printable
from ivr.records.recordings import NoRecordingError, file_of, of_call
from ivr.translation import tr

MARGIN_SECONDS = 0.4
"""Seconds before and after the speech that are cut out with it. Asterisk begins to record a little
later than it is told to, and the detectors note the onset within a tenth of a second."""


def sound_of(connection: Connection, one: Misunderstood, directory: Path) -> Samples:
    """Return the sound of the utterance ``one``, cut out of the recording of its call.

    It is the caller's side only, 16-bit at 8 kHz, from 0.4 s before the speech to 0.4 s after it.
    ``directory`` is recording.directory. Raise NoRecordingError if there is no such recording, or
    if it is damaged or ends before the utterance; raise OSError if its file cannot be read.
    """
    row = of_call(connection, one.call) if one.recording else None
    if row is None:
        raise NoRecordingError(
            tr("utterance {name} was not recorded: recording.mode was off then").format(
                name=one.name
            )
        )
    path = file_of(row, directory)
    first = round(max(one.start - MARGIN_SECONDS, 0.0) * RATE)
    last = round((one.start + one.seconds + MARGIN_SECONDS) * RATE)
    try:
        with wave.open(str(path), "rb") as file:
            first = min(first, file.getnframes())
            file.setpos(first)
            octets = file.readframes(last - first)
            sides = np.frombuffer(octets, "<i2").reshape(-1, file.getnchannels())
    except (wave.Error, EOFError, ValueError) as error:
        raise NoRecordingError(
            tr("{path} is not a recording of ours ({error}): restore it").format(
                path=path, error=error
            )
        ) from None
    if not len(sides):
        raise NoRecordingError(
            tr("{path} ends before utterance {name}: play the whole call").format(
                path=path, name=one.name
            )
        )
    return np.ascontiguousarray(sides[:, 0], np.int16)


def listen_command(one: Misunderstood) -> str:
    """Return the command that plays an utterance; "" if the utterance was not recorded."""
    return f"ivr calls play {one.name}" if one.recording else ""


def review_table(groups: Sequence[AlikeGroup]) -> Table:
    """Return the table of ``ivr calls review``, with one line for each group of utterances.

    A group holds utterances that sound alike. Its line has their number, and shows the first of
    them, which is of the newest call.
    """
    names = (tr("times"), tr("utterance"), tr("heard"), tr("guess"), tr("asked by"), tr("then"),
             tr("outcome"), tr("listen"))  # fmt: skip
    table = Table(*names, box=None)
    for group in groups:
        one = group.members[0]
        cells = (str(len(group.members)), one.name, one.text or tr("(no words)"), guess_of(one),
                 one.asked, one.then, one.outcome or "…", listen_command(one))  # fmt: skip
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def guess_of(one: Misunderstood) -> str:
    """Return the guessed intent of an utterance with its probability: ``closing 0.72``.

    Return "" if there is no guess.
    """
    if one.words is None or not one.text:
        return ""
    meaning = one.words.meaning
    return f"{meaning.intent} {meaning.score:.2f}"


def review_as_dicts(groups: Sequence[AlikeGroup]) -> list[dict[str, Any]]:
    """Return groups of utterances that sound alike as objects for JSON.

    Each has the number of utterances (``times``) and the utterances. Times are in seconds, and what
    is not known is null.
    """
    return [
        {"times": len(group.members), "utterances": [_as_dict(one) for one in group.members]}
        for group in groups
    ]


def _as_dict(one: Misunderstood) -> dict[str, Any]:
    meaning = None if one.words is None else one.words.meaning
    return {
        "utterance": one.name,
        "call": one.call,
        "step": one.step,
        "at": one.at,
        "seconds": one.seconds,
        "text": one.text,
        "intent": meaning and meaning.intent,
        "certainty": meaning and meaning.certainty,
        "score": meaning and meaning.score,
        "asked": one.asked or None,
        "then": one.then or None,
        "outcome": one.outcome or None,
        "recording": one.recording or None,
        "start": one.start if one.recording else None,
    }
