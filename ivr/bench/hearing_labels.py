"""Read the labels of recordings from a file, or from the names of their folders.

A file may be CSV, TSV, text, JSON, JSON lines or TOML.
"""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from ivr.lab.corpus import CorpusError
from ivr.translation import tr

SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".toml", ".txt")
DEFAULT_COLUMNS = ("file", "label", "reference", "reference_start", "onset")
"""Names of the columns in a table of labels without a header line, from the left."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One entry of a labels file: what it says about one recording."""

    place: str
    """Place of the entry in its file, for error messages: ``labels.csv line 3``."""
    cells: Mapping[str, str]
    """The texts of the entry, each by the name of its column in lower case: ``{"label":
    "clean"}``."""

    def first(self, names: tuple[str, ...]) -> str | None:
        """Return the first text in the columns ``names`` that is not empty, None if all are."""
        return next((self.cells[name] for name in names if self.cells.get(name)), None)

    def seconds(self, names: tuple[str, ...]) -> float | None:
        """Return the time, in seconds, in the first of the columns ``names`` that is not empty.

        If the column's name ends with ``_ms``, its text holds milliseconds and is converted. Return
        None if all columns are empty. Raise ValueError when the text is not a number of 0 or more.
        """
        found = next((name for name in names if self.cells.get(name)), None)
        if found is None:
            return None
        text = self.cells[found]
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not isfinite(value) or value < 0:
            raise ValueError(
                tr("{text!r} is not a time: write a number of seconds").format(text=text)
            )
        return value / 1000 if found.endswith("_ms") else value


def read_labels(directory: Path) -> list[LabelledRow]:
    """Return the labels of the recordings in ``directory``, one entry for each recording.

    They are read from the labels file. If there is none, a recording's label is the name of its
    subdirectory. Raise CorpusError when there are no labels, or when the file has an error.
    """
    if not directory.is_dir():
        raise CorpusError(tr("there is no directory {directory}").format(directory=directory))
    path = _labels_file(directory)
    if path is None:
        return _folders(directory)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(
            tr("{path} cannot be read as UTF-8 ({error}): correct it").format(
                path=path, error=error
            )
        ) from None
    found = list(parse_labels(text, path.suffix.lower(), str(path)))
    if not found:
        raise CorpusError(
            tr("{path} labels no file: add a line for each recording").format(path=path)
        )
    return found


def parse_labels(text: str, suffix: str, name: str) -> Iterator[LabelledRow]:
    """Return the entries in ``text``, which is the content of a labels file.

    ``suffix`` is the suffix of the file's name in lower case, such as ``.csv``; it tells the
    format. ``name`` is the path of the file, for error messages. Raise CorpusError if ``text`` has
    an error; the message names the line or entry.
    """
    if suffix in (".csv", ".tsv", ".txt"):
        return _table(text, suffix, name)
    if suffix == ".jsonl":
        return _json_lines(text, name)
    try:
        whole = tomllib.loads(text) if suffix == ".toml" else json.loads(text)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{name} line {error.lineno}: {error.msg}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CorpusError(f"{name}: {error}") from None
    return _entries(whole, name)


def _labels_file(directory: Path) -> Path | None:
    """Return the path of the labels file in ``directory``; None if there is none.

    The labels file is named ``labels`` with a suffix of SUFFIXES, such as ``labels.csv``. If there
    is no such file, the only other file with one of these suffixes is taken, except ``.txt``.
    """
    named = [directory / f"labels{suffix}" for suffix in SUFFIXES]
    there = [path for path in named if path.is_file()]
    tables = SUFFIXES[:-1]  # a text with another name is more likely a note to the reader
    others = [path for path in sorted(directory.iterdir()) if path.suffix.lower() in tables]
    if there or len(others) == 1:
        return (there or others)[0]
    return None


def _folders(directory: Path) -> list[LabelledRow]:
    """Return an entry for each file in a subdirectory of ``directory``, except hidden files.

    Its label is the name of the subdirectory. Raise CorpusError if no subdirectory holds a file.
    """
    files = sorted(path for path in directory.glob("*/*") if path.is_file())
    if not files:
        wanted = ", ".join(f"labels{suffix}" for suffix in SUFFIXES)
        raise CorpusError(
            tr("{directory} has no labels file: name it one of {wanted}").format(
                directory=directory, wanted=wanted
            )
        )
    return [
        LabelledRow(
            str(path), {"file": f"{path.parent.name}/{path.name}", "label": path.parent.name}
        )
        for path in files
        if not path.name.startswith(".")
    ]


def _table(text: str, suffix: str, name: str) -> Iterator[LabelledRow]:
    header = text.partition("\n")[0]
    separators = (each for each in "\t;," if each in header)
    separator = next(separators, " " if suffix == ".txt" else ",")
    columns: list[str] | None = None
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        for cells in reader:
            place = f"{name} line {reader.line_num}"
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if columns is None:
                columns = [_plain(cell) for cell in cells]
                if not any("." in cell for cell in columns):
                    continue
                columns = list(DEFAULT_COLUMNS)  # the first line names a file, not columns
            if len(cells) > len(columns):
                raise CorpusError(
                    tr("{place}: {cells} cells under {columns} columns").format(
                        place=place, cells=len(cells), columns=len(columns)
                    )
                )
            yield LabelledRow(place, {c: v.strip() for c, v in zip(columns, cells, strict=False)})
    except csv.Error as error:
        raise CorpusError(f"{name} line {reader.line_num}: {error}") from None


def _json_lines(text: str, name: str) -> Iterator[LabelledRow]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"{name} line {number}"
            try:
                entry = json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                raise CorpusError(f"{place}: {error}") from None
            yield _row(entry, place)


def _entries(whole: Any, name: str) -> Iterator[LabelledRow]:
    """Yield the entries of ``whole``, a JSON or TOML document of labels that has been parsed.

    The document is a list of entries, a mapping with one such list, or a mapping from file names to
    labels or entries. Raise CorpusError if it is anything else. ``name`` is the path of the file,
    for error messages.
    """
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list)]
        if len(lists) == 1:
            whole = lists[0]
        else:
            pairs = whole["labels"] if isinstance(whole.get("labels"), dict) else whole
            whole = [
                {"file": file, **(entry if isinstance(entry, dict) else {"label": entry})}
                for file, entry in pairs.items()
            ]
    if not isinstance(whole, list):
        raise CorpusError(
            tr(
                "{name} holds neither a list of entries nor a mapping from files to labels: add one"
            ).format(name=name)
        )
    for number, entry in enumerate(whole, 1):
        yield _row(entry, f"{name} entry {number}")


def _row(entry: Any, place: str) -> LabelledRow:
    if not isinstance(entry, dict):
        raise CorpusError(
            tr("{place}: {entry!r:.60} is not an entry: write a file and a label").format(
                place=place, entry=entry
            )
        )
    texts = {_plain(key): "" if value is None else str(value) for key, value in entry.items()}
    return LabelledRow(place, texts)


def _plain(column: str) -> str:
    """Return the name of a column in lower case, with underscores for hyphens and spaces."""
    return column.strip().lower().replace("-", "_").replace(" ", "_")
