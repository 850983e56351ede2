"""The shared part of the commands that fetch something: options, a progress bar, a report."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as SpeedColumn

from ivr.command_line import fail
from ivr.fetching.download import DownloadProgress
from ivr.fetching.packed import Fetched, Packed
from ivr.translation import tr

Sha256Option = Annotated[
    str, typer.Option("--sha256", help="The only SHA-256 of the file that is accepted.")
]

AgainOption = Annotated[bool, typer.Option("--again", help="Fetch it although it is installed.")]


def refuse_wrong_sha256(sha256: str) -> None:
    """End the command with code 2 and one sentence if ``sha256`` is neither a SHA-256 nor empty."""
    if sha256 and not (len(sha256) == 64 and set(sha256.lower()) <= set("0123456789abcdef")):
        raise fail(
            tr("--sha256 {sha256} is no SHA-256: give 64 hexadecimal digits").format(sha256=sha256)
        )


@contextmanager
def shown_download(packed: Packed, source: str) -> Iterator[DownloadProgress]:
    """Show the progress of the download of ``packed``; yield the function that moves the bar.

    The function is called with the octets fetched so far and the length of the file. ``source`` is
    the address or file that the user named, or "". The bar is shown on stderr if that is a
    terminal; when the whole file is fetched, it says that the file is being unpacked. Without a
    terminal, one line says what is fetched, unless it comes from a file or its length is not known.
    """
    console = Console(stderr=True)
    downloaded = not source or "://" in source
    if downloaded and packed.octets and not console.is_terminal:
        typer.echo(
            tr("fetching {name} ({megabytes:.0f} MB)").format(
                name=packed.name, megabytes=packed.octets / 1e6
            )
        )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        SpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(packed.name, total=None)

        def move(have: int, total: int | None) -> None:
            unpacking = have == total
            description = (
                tr("unpacking {name}").format(name=packed.name) if unpacking else packed.name
            )
            bar.update(task, completed=have, total=total, description=description)

        yield move


def tell_fetched(fetched: Fetched) -> None:
    """Print the installed directory, the hash of its archive, and why that hash is trusted."""
    typer.echo(f"{fetched.directory}: SHA-256 {fetched.sha256} ({tr(fetched.vouched)})")
    if fetched.vouched == "first seen":
        typer.echo(
            tr("no hash of this file is known: note this one, and compare it with another source")
        )
