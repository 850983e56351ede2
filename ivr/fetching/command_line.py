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
from ivr.fetching.packed import Fetched
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
def download_bar(name: str) -> Iterator[DownloadProgress]:
    """Show a progress bar of the download ``name``; yield the callback that moves it.

    The bar is shown only in a terminal, on stderr. When everything has come, it says that the
    files are being unpacked.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        SpeedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(name, total=None)

        def move(have: int, total: int | None) -> None:
            unpacking = have == total
            description = tr("unpacking {name}").format(name=name) if unpacking else name
            bar.update(task, completed=have, total=total, description=description)

        yield move


def tell_fetched(fetched: Fetched) -> None:
    """Print the directory that was installed, the hash of its archive, and why it is trusted."""
    typer.echo(f"{fetched.directory}: SHA-256 {fetched.sha256} ({tr(fetched.vouched)})")
    if fetched.vouched == "first seen":
        typer.echo(
            tr("no hash of this file is known: note this one, and compare it with another source")
        )
