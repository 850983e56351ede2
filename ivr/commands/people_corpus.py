"""A corpus of people: a folder of recordings, and a table of what is said in them.

The table is ``table.csv`` (commas) or ``table.tsv`` (tabs) in UTF-8. Its first line names the
columns. The columns ``path`` (of the sound file, below the folder) and ``words`` are needed;
``speaker``, ``sex`` and ``intent`` may be left out, and so may single values in them. The sound
files may have any format, rate and number of channels; the first channel is used.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import soundfile

from ivr.commands.hear import HEADERLESS, HearError, Recording
from ivr.dialogue.meaning import Intent
from ivr.hearing.g711 import Samples
from ivr.recognition.utterance import LONGEST_SECONDS
from ivr.translation import tr
from ivr.understanding.rows import intent_of
from ivr.understanding.syllables import syllables_of

PEOPLE_TABLES = {"table.csv": ",", "table.tsv": "\t"}
"""Names that the table may have, each with the sign between its columns."""
PEOPLE_COLUMNS = ("path", "words", "speaker", "sex", "intent")
"""Names of the columns that a table may have. The first two are needed."""


class PeopleCorpusError(Exception):
    """The corpus cannot be used; the message names the file, the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class PersonRecording:
    """One recording of a person: the sound file, and what is known about it."""

    place: str
    """Place of the recording's line in the table, for error messages: ``people/table.csv line
    3``."""
    path: Path
    words: str
    """The words that are said, in characters. Digits may be written as 138 or as 幺三八."""
    speaker: str = ""
    """Name of the speaker as the table gives it; empty if it gives none."""
    sex: str = ""
    """Sex of the speaker as the table gives it, such as ``f``; empty if it gives none."""
    intent: Intent | None = None
    """The intent of the speaker, if they say it to the hotline; None if the table does not tell."""

    def samples(self) -> Samples:
        """Return the sound as 16-bit samples at 8 kHz.

        Raise PeopleCorpusError if the file cannot be read.
        """
        try:
            return Recording.read(self.path).samples
        except HearError as error:
            raise PeopleCorpusError(
                tr("{place}: {error}: replace the file or remove the line").format(
                    place=self.place, error=error
                )
            ) from None


@dataclass(frozen=True, slots=True)
class PeopleCorpus:
    """A directory of recordings of people, with the words that are said; there is at least one."""

    directory: Path
    recordings: tuple[PersonRecording, ...]


def people_table_in(directory: Path) -> Path | None:
    """Return the path of the table (PEOPLE_TABLES) in ``directory``; None if there is none.

    The table names the sound files of a corpus, and says what people say in them.
    """
    return next((directory / name for name in PEOPLE_TABLES if (directory / name).is_file()), None)


def read_people_corpus(directory: Path) -> PeopleCorpus:
    """Return the corpus in ``directory``, read from its table.

    It is checked that each sound file exists and that its header, if it has one, can be read. Raise
    PeopleCorpusError for the first mistake. The sound is read later, by
    :meth:`PersonRecording.samples`.
    """
    table = people_table_in(directory)
    if table is None:
        raise PeopleCorpusError(
            tr("{directory} has no {names}: write one with the columns path and words").format(
                directory=directory, names=" or ".join(PEOPLE_TABLES)
            )
        )
    recordings = tuple(_recording(directory, place, cells) for place, cells in _lines(table))
    if not recordings:
        raise PeopleCorpusError(
            tr("{table} names no recording: add a line for each sound file").format(table=table)
        )
    return PeopleCorpus(directory, recordings)


def _lines(table: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each line of the table: its place, and its values by the names of their columns.

    A place is text for messages, such as ``people/table.csv line 3``. The first line, which names
    the columns, and empty lines are left out. Raise PeopleCorpusError if the table cannot be used.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=PEOPLE_TABLES[table.name], strict=True)
            columns: list[str] | None = None
            for cells in reader:
                place = tr("{table} line {number}").format(table=table, number=reader.line_num)
                if not any(cell.strip() for cell in cells):
                    continue
                if columns is None:
                    columns = _columns(place, cells)
                    continue
                if len(cells) > len(columns):
                    raise PeopleCorpusError(
                        tr("{place} has {cells} values for {columns} columns: correct it").format(
                            place=place, cells=len(cells), columns=len(columns)
                        )
                    )
                yield place, {c: v.strip() for c, v in zip(columns, cells, strict=False)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PeopleCorpusError(
            tr("{table} cannot be read ({error}): save it as a table in UTF-8").format(
                table=table, error=error
            )
        ) from None


def _columns(place: str, cells: list[str]) -> list[str]:
    """Return the names of the columns from ``cells``, the first line of the table.

    ``place`` names that line in messages. Raise PeopleCorpusError if a name is unknown, occurs
    twice or is missing.
    """
    columns = [cell.strip().lower() for cell in cells]
    for column in columns:
        if column not in PEOPLE_COLUMNS or columns.count(column) > 1:
            raise PeopleCorpusError(
                tr("{place}: {column!r} is no column of its own: use each of {known} once").format(
                    place=place, column=column, known=", ".join(PEOPLE_COLUMNS)
                )
            )
    for needed in PEOPLE_COLUMNS[:2]:
        if needed not in columns:
            raise PeopleCorpusError(
                tr("{place} names no column {column}: begin the table with path,words").format(
                    place=place, column=needed
                )
            )
    return columns


def _recording(directory: Path, place: str, cells: Mapping[str, str]) -> PersonRecording:
    name, words = cells.get("path", ""), cells.get("words", "")
    path = _sound_file(directory, place, name)
    if not syllables_of(words).sounds:
        raise PeopleCorpusError(
            tr("{place} has no words: write what is said in {name}").format(place=place, name=name)
        )
    intent = None
    if label := cells.get("intent", ""):
        intent = intent_of(label)
        if intent is None:
            raise PeopleCorpusError(
                tr("{place}: {label!r} is no intent: use one of {known}").format(
                    place=place, label=label, known=", ".join(Intent)
                )
            )
    return PersonRecording(
        place, path, words, cells.get("speaker", ""), cells.get("sex", ""), intent
    )


def _sound_file(directory: Path, place: str, name: str) -> Path:
    """Return the path of the sound file ``name`` of the corpus in ``directory``, after checks.

    Raise PeopleCorpusError if the name leads out of the directory, or if the file does not exist,
    has a header that cannot be read, or is longer than LONGEST_SECONDS (60 s). A symbolic link in
    the directory may lead out of it. ``place`` names the line of the table in messages.
    """
    relative = PurePosixPath(name.replace("\\", "/"))
    if not name or relative.is_absolute() or ".." in relative.parts:
        raise PeopleCorpusError(
            tr("{place}: {name!r} is no file below the folder: copy it into {directory}").format(
                place=place, name=name, directory=directory
            )
        )
    path = directory / relative
    if not path.is_file():
        raise PeopleCorpusError(
            tr("{place}: there is no file {path}: add it or remove the line").format(
                place=place, path=path
            )
        )
    if path.suffix.lower() in HEADERLESS:
        return path
    try:
        seconds = soundfile.info(path).duration
    except (soundfile.LibsndfileError, OSError) as error:
        raise PeopleCorpusError(
            tr("{place}: {path} is not a sound file that can be read ({error}): replace it").format(
                place=place, path=path, error=error
            )
        ) from None
    if seconds > LONGEST_SECONDS:
        raise PeopleCorpusError(
            tr("{place}: {path} lasts {seconds:.0f} s: cut it to {longest:.0f} s at most").format(
                place=place, path=path, seconds=seconds, longest=LONGEST_SECONDS
            )
        )
    return path
