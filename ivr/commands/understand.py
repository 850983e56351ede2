"""``ivr understand``: shows the meaning that the hotline finds in a sentence or recording."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from ivr.command_line import ConfigOption, JsonOption, fail, print_table, settings_or_exit
from ivr.config import Settings
from ivr.dialogue.meaning import Meaning
from ivr.recognition.choice import chosen
from ivr.recognition.engine import load_speech_model
from ivr.recognition.files import ModelError
from ivr.recognition.silero import SileroModel
from ivr.recognition.spans import transcribe
from ivr.translation import marked, tr
from ivr.understanding.phrases import PhraseError
from ivr.understanding.rows import row_of
from ivr.words.phrase_files import read_understander

COLUMNS = (
    marked("text"), marked("intent"), marked("row"), marked("score"), marked("certainty"),
    marked("runner-up"), marked("slots"), marked("why"),
)  # fmt: skip
_SOUNDS = frozenset((".wav", ".flac", ".ogg", ".mp3"))
"""Suffixes of sound files; an argument without one of these is taken for a sentence."""

understand_app = typer.Typer(add_completion=False)


@understand_app.command()
def understand_command(
    what: Annotated[
        str, typer.Argument(help="A sentence, a recording, or - for a sentence on each line.")
    ] = "-",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the hotline makes of a caller's words.

    It shows intent, row, score, slots, and why; with --json as one object on each line.
    """
    settings = settings_or_exit(config)
    try:
        understander = read_understander(settings.prompts.sheet)
        texts = _texts(what, settings)
    except (PhraseError, ModelError, ValueError) as error:
        raise fail(error) from None
    meanings = map(understander.meaning, texts)
    if as_json:
        for meaning in meanings:
            typer.echo(meaning_as_json(meaning))
        return
    table = Table(*map(tr, COLUMNS), box=None, pad_edge=False)
    for meaning in meanings:
        table.add_row(*cells(meaning))
    print_table(table)


def _texts(what: str, settings: Settings) -> Iterable[str]:
    if what == "-":
        return (line.strip() for line in sys.stdin)
    if Path(what).suffix.lower() in _SOUNDS:
        return list(words_of_recording(Path(what), settings))
    return [what]


def words_of_recording(path: Path, settings: Settings) -> Iterator[str]:
    """Yield the recognised words of a recording, one text for each utterance, as in a call.

    ``settings`` name the model. Raise HearError if the file is not a recording, and ModelError if
    the model cannot be loaded.
    """
    from ivr.commands.hear import Recording  # here, because it needs the tools extra

    samples = Recording.read(path).samples
    model = load_speech_model(chosen(settings.recognition.model, settings.recognition.models))
    for _, transcript in transcribe(samples, model, SileroModel.load().stream()):
        yield transcript.text


def cells(meaning: Meaning) -> list[Text]:
    """Return a meaning as the cells of one row of the printed table, in the order of COLUMNS."""
    row = row_of(meaning.intent)
    second = f"{meaning.runner_up} {meaning.runner_up_score:.2f}" if meaning.runner_up else ""
    slots = ", ".join(f"{name} {_in_words(value)}" for name, value in _filled(meaning).items())
    figures = [str(row or ""), f"{meaning.score:.2f}", meaning.certainty.value]
    why = " ".join(meaning.why)
    return [Text(cell) for cell in (meaning.text, meaning.intent, *figures, second, slots, why)]


def meaning_as_json(meaning: Meaning) -> str:
    """Return a meaning, with the row of the sheet that it leads to, as one line of JSON."""
    fields = asdict(meaning)
    slots = {**fields.pop("slots"), "facts": list(meaning.slots.facts)}
    return json.dumps({**fields, "row": row_of(meaning.intent), "slots": slots}, ensure_ascii=False)


def _filled(meaning: Meaning) -> dict[str, Any]:
    """Return the values of a meaning's slots by the slots' names; empty slots are left out."""
    return {name: value for name, value in asdict(meaning.slots).items() if value}


def _in_words(value: Any) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)
