"""Add a recording to a corpus of people: its sound file, and its line in the table."""

import csv
import io
from pathlib import Path

from ivr.commands.people_corpus import (
    PEOPLE_COLUMNS,
    PEOPLE_TABLES,
    PeopleCorpusError,
    people_table_in,
    read_people_corpus,
)
from ivr.hearing.g711 import Samples
from ivr.translation import tr
from ivr.voice.formats import wav_file
from ivr.words.whole_file import write_whole


def add_recording(
    directory: Path, name: str, samples: Samples, words: str, intent: str = ""
) -> Path:
    """Add a recording to the corpus in ``directory``, which is made if it does not exist.

    ``samples`` (16-bit, 8 kHz) become the file ``name``, and ``words`` and ``intent`` its line in
    the table. A line for the same file is replaced. Return the path of the sound file. Raise
    PeopleCorpusError if the corpus has a mistake or cannot be written.
    """
    path = directory / name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        table = people_table_in(directory)
        if table is None:
            table = directory / next(iter(PEOPLE_TABLES))
            write_whole(table, f"{','.join(PEOPLE_COLUMNS)}\n")
        else:
            read_people_corpus(directory)
        path.write_bytes(wav_file(samples))
        added = {"path": name, "words": words, "intent": intent}
        write_whole(table, _with_line(table, added))
    except OSError as error:
        raise PeopleCorpusError(
            tr("{directory} cannot be written ({reason}): name another folder").format(
                directory=directory, reason=error.strerror
            )
        ) from None
    return path


def _with_line(table: Path, added: dict[str, str]) -> str:
    """Return the text of the table with one line more, in the columns that it has."""
    separator = PEOPLE_TABLES[table.name]
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=separator) if any(row)]
    columns = [cell.strip().lower() for cell in rows[0]]
    if "intent" not in columns and added["intent"]:
        rows[0].append("intent")
        columns.append("intent")
    place = columns.index("path")
    kept = [row for row in rows[1:] if [*row, *[""] * len(columns)][place] != added["path"]]
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator="\n")
    writer.writerows([rows[0], *kept, [added.get(column, "") for column in columns]])
    return written.getvalue()
