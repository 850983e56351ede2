"""Options, the database and exports, as all commands of the records use them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.config import ConfigError, load_settings
from ivr.records import database
from ivr.records.output import as_csv, as_json
from ivr.records.tickets import TicketError

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="IVR_CONFIG", help="Settings file (TOML)."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
Days = Annotated[float | None, typer.Option(help="Only the last so many days.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many rows.")]
Out = Annotated[Path | None, typer.Option(help="File to write; else standard output.")]
Format = Annotated[str, typer.Option("--format", help="csv or json.")]
_WIDTH = 200
"""Columns of a table that goes to no terminal: numbers and names in it must not be cut."""


def fail(sentence: object) -> typer.Exit:
    """Print an error of one sentence on stderr; return the exit, which the caller raises."""
    typer.echo(f"ivr: {sentence}", err=True)
    return typer.Exit(2)


@contextmanager
def opened(config: Path | None, *, must_exist: bool = True) -> Iterator[Engine]:
    """Yield the database of the settings; report each error in one sentence and exit code 2."""
    try:
        url = database.url_of(load_settings(config).records)
        path = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        if must_exist and path is not None and not path.exists():
            raise fail(
                f"there are no records at {path} yet: start the service, or name its settings by -c"
            )
        engine = database.connect(url)
        try:
            yield engine
        finally:
            engine.dispose()
    except (ConfigError, database.DatabaseError, TicketError) as error:
        raise fail(error) from None
    except SQLAlchemyError as error:
        raise fail(
            f"the records cannot be used ({database.why(error)}): "
            "start the database, or correct records.database"
        ) from None


@contextmanager
def connected(config: Path | None, *, writing: bool = False) -> Iterator[Connection]:
    """Yield a connection in a transaction, to a database of this program's version."""
    with (
        opened(config) as engine,
        engine.begin() if writing else database.reading(engine) as connection,
    ):
        must_be_current(connection)
        yield connection


def must_be_current(connection: Connection) -> None:
    """Raise DatabaseError if the database does not have this program's version."""
    if not database.has_current_version(connection):
        raise database.DatabaseError("the records have an older version: run `ivr records migrate`")


def since(days: float | None) -> datetime | None:
    """Return the moment that is so many days ago, or None without a number."""
    return None if days is None else datetime.now(UTC) - timedelta(days=days)


def show(table: Table) -> None:
    """Print a table, in the width of the terminal if there is one."""
    Console(width=None if Console().is_terminal else _WIDTH).print(table)


def export(
    form: str, out: Path | None, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows to ``out`` or standard output, as CSV of these columns or as JSON."""
    if form not in ("csv", "json"):
        raise typer.BadParameter(f"{form!r} is neither csv nor json", param_hint="--format")
    text = as_csv(columns, rows) if form == "csv" else as_json(rows) + "\n"
    if out is None:
        typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)
        return
    try:  # spreadsheets recognise UTF-8 only by its byte order mark
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        out.write_text(text, encoding=encoding, errors="backslashreplace", newline="")
    except OSError as error:
        raise fail(f"{out} cannot be written ({error.strerror}): choose another --out") from None
