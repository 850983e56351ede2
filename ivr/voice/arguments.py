"""Shared by several ``ivr prompts`` commands: options, and functions that read their files."""

from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import fail
from ivr.etiquette.sheet import Sheet, SheetError
from ivr.paths import SHARE
from ivr.words.catalogue import Catalogue, CatalogueError
from ivr.words.wording import read_sheet

SheetOption = Annotated[
    Path | None, typer.Option("--sheet", help="The sheet of words; else prompts/sheet.toml.")
]
DirectoryOption = Annotated[
    Path | None,
    typer.Option(
        "--directory",
        help="Directory of the rendered prompts; else `rendered` beside the sheet.",
    ),
]
PiecesOption = Annotated[
    bool,
    typer.Option(
        help="Also names, numbers and other pieces of sentences that are composed in a call."
    ),
]


def catalogue_in(directory: Path) -> Catalogue:
    """Return the rendered prompts in ``directory``, which holds audio files and their list.

    If the list (manifest.json) is missing or damaged, print why and end the command with exit code
    2.
    """
    try:
        return Catalogue.load(directory)
    except CatalogueError as error:
        raise fail(error) from None


def read_arguments(sheet: Path | None) -> tuple[Path, Sheet]:
    """Return the path and the content of the sheet (the file of all words that the bot says).

    If ``sheet`` is None, ``prompts/sheet.toml`` is read, or the shipped sheet if there is no such
    file. If the sheet has an error, print it and end the command with exit code 2.
    """
    path = sheet or Path("prompts/sheet.toml")
    if sheet is None and not path.is_file():
        path = SHARE / path.name
    try:
        return path, read_sheet(path)
    except SheetError as error:
        raise fail(error) from None
