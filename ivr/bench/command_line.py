"""The shared part of all benches' commands: options, progress, figures and exit codes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ivr.bench.paraphrases_file import ParaphrasesError
from ivr.bench.recognition_sounds import RecordingsError
from ivr.bench.result import BenchResult
from ivr.command_line import fail, print_table, progress_bar
from ivr.commands.people_corpus import PeopleCorpusError
from ivr.lab.corpus import CorpusError
from ivr.lab.pbx import LabError
from ivr.recognition.files import ModelError
from ivr.records.keeper import RecordsError
from ivr.understanding.phrases import PhraseError
from ivr.voice import VoiceError
from ivr.words.catalogue import CatalogueError

CallsOption = Annotated[int, typer.Option("--calls", min=1, max=200, help="How many calls.")]
PicturesOption = Annotated[
    Path | None, typer.Option("--out", help="Directory to write: pictures of what was measured.")
]
_CANNOT_MEASURE = (
    CatalogueError,
    CorpusError,
    LabError,
    ModelError,
    ParaphrasesError,
    PeopleCorpusError,
    PhraseError,
    RecordingsError,
    RecordsError,
    VoiceError,
)
"""Kinds of errors after which a bench command ends with exit code 2. They say that this machine or
the given files do not allow the measurement."""


@contextmanager
def measurable() -> Iterator[None]:
    """Run the body of ``with``; if it raises an error of _CANNOT_MEASURE, exit with code 2.

    These errors say that the bench cannot be run on this machine or with the given files. The
    message of the error is printed. Other errors are passed on.
    """
    try:
        yield
    except _CANNOT_MEASURE as error:
        raise fail(error) from None


@contextmanager
def counted(what: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Show a progress bar named ``what``; yield the function that advances the bar by one step.

    ``total`` is the number of steps, or None if it is not known. If the body of ``with`` raises an
    error of _CANNOT_MEASURE, print its message and exit with code 2.
    """
    with measurable(), progress_bar() as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def print_result(result: BenchResult, as_json: bool) -> None:
    """Print the figures and limits of ``result``: as JSON if ``as_json`` is True, else as a table.

    Exit with code 1 if the bench has failed: a figure is beyond its limit, or there was a problem.
    """
    if as_json:
        typer.echo(result.dump())
    else:
        table = Table("figure", "value", "limit", title=f"{result.bench}: {result.machine}")
        for name, value in result.figures.items():
            limit = result.limits.get(name)
            sign = "≥" if name in result.at_least else "≤"
            table.add_row(name, f"{value:.3f}", "" if limit is None else f"{sign} {limit:g}")
        print_table(table)
        for problem in result.problems:
            typer.echo(f"problem: {problem}")
        typer.echo("within limits" if result.passed else "NOT within limits")
    if not result.passed:
        raise typer.Exit(1)
