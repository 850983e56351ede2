"""``ivr understand``: what the hotline makes of words, typed or spoken, and why."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ivr.config import Settings
from ivr.dialogue.meaning import Meaning
from ivr.recognition.choice import chosen
from ivr.recognition.model import load_model
from ivr.recognition.silero import SileroModel
from ivr.recognition.spans import transcribe
from ivr.understanding.rows import row_of

COLUMNS = ("text", "intent", "row", "score", "certainty", "runner-up", "slots", "why")
_SOUNDS = frozenset((".wav", ".flac", ".ogg", ".mp3"))


def is_recording(text: str) -> bool:
    """Whether what was given is the name of a sound file rather than a sentence."""
    return Path(text).suffix.lower() in _SOUNDS


def words_of_recording(path: Path, settings: Settings) -> Iterator[str]:
    """The words of a recording, utterance by utterance, as calls would hear them.

    HearError when it is no recording, ModelError when there is no model to decode it.
    """
    from ivr.commands.hear import Recording  # here, because it needs the tools extra

    samples = Recording.read(path).samples
    model = load_model(chosen(settings.recognition.model, settings.recognition.models))
    for _, transcript in transcribe(samples, model, SileroModel.load().stream()):
        yield transcript.text


def meaning_table() -> Table:
    """An empty table of what is told of each sentence."""
    return Table(*COLUMNS, box=None, pad_edge=False)


def cells(meaning: Meaning) -> list[Text]:
    """A row of the table."""
    row = row_of(meaning.intent)
    second = f"{meaning.runner_up} {meaning.runner_up_score:.2f}" if meaning.runner_up else ""
    slots = ", ".join(f"{name} {_in_words(value)}" for name, value in _told(meaning).items())
    figures = [str(row or ""), f"{meaning.score:.2f}", meaning.certainty.value]
    why = " ".join(meaning.why)
    return [Text(cell) for cell in (meaning.text, meaning.intent, *figures, second, slots, why)]


def meaning_as_json(meaning: Meaning) -> str:
    """One line of JSON."""
    told = asdict(meaning)
    slots = {**told.pop("slots"), "facts": list(meaning.slots.facts)}
    return json.dumps({**told, "row": row_of(meaning.intent), "slots": slots}, ensure_ascii=False)


def _told(meaning: Meaning) -> dict[str, Any]:
    """The slots that are filled."""
    return {name: value for name, value in asdict(meaning.slots).items() if value}


def _in_words(value: Any) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)
