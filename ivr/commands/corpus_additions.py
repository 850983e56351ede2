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
    """Add a recording to a corpus: a directory of sound files, and a table of what is said in them.

    ``directory`` is that of the corpus, and is made if it does not exist. ``samples`` (16-bit, 8
    kHz) become the sound file ``name``. ``words`` (what is said) and ``intent`` (its meaning)
    become a line of the table, in place of an old line for the same file. Return the path of the
    sound file. Raise PeopleCorpusError if the corpus has a mistake or cannot be written.
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
    """Return the new text of the file ``table``, with one more line at its end.

    ``added`` has the values of the line by the names of their columns. Columns that the table does
    not have are left out, except ``intent``, which is added to the table if it is needed. An old
    line for the same sound file is removed.
    """
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
