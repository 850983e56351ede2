"""What the commands of the studio have in common: their options, the sheet, how they stop."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ivr.etiquette.sheet import Sheet, SheetError
from ivr.paths import SHARE
from ivr.words.catalogue import Catalogue, CatalogueError
from ivr.words.wording import read_sheet

_FAILED = 2
"""Exit code when a command could not do its work; 1 is for findings of a check."""

SheetOption = Annotated[
    Path | None, typer.Option("--sheet", help="The sheet of words. [default: prompts/sheet.toml]")
]
DirectoryOption = Annotated[
    Path | None,
    typer.Option("--directory", help="Where the files go. [default: `rendered` beside the sheet]"),
]
PiecesOption = Annotated[
    bool,
    typer.Option(help="Also names, numbers and other pieces for sentences composed in a call."),
]


def catalogue_in(directory: Path) -> Catalogue:
    """The rendered prompts, or one sentence and exit code 2."""
    try:
        return Catalogue.load(directory)
    except CatalogueError as error:
        stop(str(error))


def read_arguments(sheet: Path | None) -> tuple[Path, Sheet]:
    """The sheet and where it lies: as named, else below here, else in the repository."""
    path = sheet or Path("prompts/sheet.toml")
    if sheet is None and not path.is_file():
        path = SHARE / path.name
    try:
        return path, read_sheet(path)
    except SheetError as error:
        stop(str(error))


def stop(sentence: str) -> NoReturn:
    """Say one sentence on stderr and end."""
    typer.echo(sentence, err=True)
    raise typer.Exit(_FAILED)
