"""The shared part of all commands: options, errors, tables and progress.

An option has one name in all commands, and a name means one thing:

``--config``
    the settings file
``--json``
    JSON instead of text for people
``--out``
    what the command writes: a file, or a directory when it writes several
``--to``
    where a call goes, ``sip:NUMBER@HOST``
``--corpus``
    the user's own labelled recordings or sentences
``--seed``
    the seed of everything random
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from ivr.config import ConfigError, Settings, load_settings
from ivr.translation import tr

CANNOT = 2
"""Exit code when something that the user set, gave or forgot makes the command impossible."""
CHECKOUT = Path(__file__).resolve().parents[1]
"""Root of the git checkout with this package, for the commands that need its Docker files."""
_LINE_SECONDS = 30.0
"""Seconds between two lines of progress on a stderr that is no terminal."""
_PIPE_WIDTH = 200
"""Width in characters of a table that is printed into a pipe or a file. Numbers and names are
copied from such a table, so they must not be cut."""

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="IVR_CONFIG", help="Settings file (TOML)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]
RootOption = Annotated[Path, typer.Option("--root", envvar="IVR_ROOT", help="The checkout.")]
UserOption = Annotated[str, typer.Option("--user", help="Account on the PBX.")]
PasswordFileOption = Annotated[
    Path | None, typer.Option("--password-file", help="File with the password of the account.")
]


def formerly(**names: str) -> dict[str, Any]:
    """Return typer's ``context_settings`` for a command whose options were renamed.

    ``names`` maps the former name of each option to its present name, both without leading dashes.
    An underscore in a former name stands for a dash; a present name is written with dashes, such as
    ``keep-days``. Former names are then accepted, but not shown by ``--help``.
    """
    present = {former.replace("_", "-"): name for former, name in names.items()}
    return {"token_normalize_func": lambda name: present.get(name, name)}


def fail(sentence: object, exit_code: int = CANNOT) -> typer.Exit:
    """Print ``sentence`` on stderr; return the typer.Exit for the calling function to raise.

    ``exit_code`` is the exit code of the program; the default is CANNOT (2).
    """
    typer.echo(f"ivr: {sentence}", err=True)
    return typer.Exit(exit_code)


def cannot_write(out: Path, error: OSError) -> typer.Exit:
    """Print on stderr that ``out``, the file of ``--out``, cannot be written because of ``error``.

    Return the typer.Exit, with exit code 2, for the calling function to raise.
    """
    return fail(
        tr("{out} cannot be written ({reason}): name another file with --out").format(
            out=out, reason=error.strerror
        )
    )


def settings_or_exit(config: Path | None) -> Settings:
    """Return the settings of the file ``config``, if given, and of the IVR_* variables.

    If they cannot be used, print the reason on stderr and raise typer.Exit with code 2.
    """
    try:
        return load_settings(config)
    except ConfigError as error:
        raise fail(error) from None


def password_in(file: Path | None) -> str:
    """Return the password that ``file`` holds, without spaces around it; empty if ``file`` is None.

    Raise OSError when the file cannot be read.
    """
    return "" if file is None else file.read_text(encoding="utf-8").strip()


def print_table(table: Table) -> None:
    """Print a table in the terminal's width, or 200 characters wide if stdout is no terminal."""
    Console(width=None if Console().is_terminal else _PIPE_WIDTH).print(table)


class ProgressLines(Progress):
    """Progress on a stderr that is no terminal, as of a build server: a line every 30 seconds."""

    def __init__(self, console: Console, get_time: Callable[[], float] | None = None) -> None:
        """Write the lines to ``console``.

        ``get_time`` returns seconds of any clock; None: a clock of the system that never goes back.
        """
        super().__init__(console=console, get_time=get_time, disable=True)
        self._told = self.get_time()

    def update(self, task_id: TaskID, **changes: Any) -> None:
        """Change a task, as Progress does; write a line if the last one is 30 seconds old."""
        super().update(task_id, **changes)
        task = self._tasks[task_id]
        if self.get_time() - self._told >= _LINE_SECONDS:
            self._told = self.get_time()
            of = "" if task.total is None else f"/{task.total:.0f}"
            self.console.print(f"{task.description} {task.completed:.0f}{of}", highlight=False)

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """Advance a task, as Progress does; write a line if the last one is 30 seconds old."""
        self.update(task_id, advance=advance)


def progress_bar() -> Progress:
    """Return a progress bar on stderr, which is removed at its end.

    On a stderr that is no terminal it is a line every 30 seconds.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        return ProgressLines(console)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)
