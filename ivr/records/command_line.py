"""What the commands of the records have in common: the database, options, exports."""

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
Days = Annotated[float | None, typer.Option(help="Only of the last so many days.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
Out = Annotated[Path | None, typer.Option(help="File to write; else standard output.")]
Format = Annotated[str, typer.Option("--format", help="csv or json.")]
_WIDTH = 200
"""Numbers and names are to be copied: wider than the terminal rather than cut."""


def fail(sentence: object) -> typer.Exit:
    """Say one sentence on stderr; raise what is returned."""
    typer.echo(f"ivr: {sentence}", err=True)
    return typer.Exit(2)


@contextmanager
def opened(config: Path | None, *, must_exist: bool = True) -> Iterator[Engine]:
    """The database of the settings; whatever is wrong with it is one sentence and exit code 2."""
    try:
        url = database.url_of(load_settings(config).records)
        path = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        if must_exist and path is not None and not path.exists():
            raise fail(f"there are no records at {path} yet: the service makes them; is -c right?")
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
            "is the database up, and is records.database right?"
        ) from None


@contextmanager
def connected(config: Path | None, *, writing: bool = False) -> Iterator[Connection]:
    """A transaction in a database of our version."""
    with (
        opened(config) as engine,
        engine.begin() if writing else database.reading(engine) as connection,
    ):
        must_be_current(connection)
        yield connection


def must_be_current(connection: Connection) -> None:
    """DatabaseError when the database has another version than ours."""
    if not database.has_current_version(connection):
        raise database.DatabaseError(
            "the records are of an older version: run `ivr records migrate`"
        )


def since(days: float | None) -> datetime | None:
    """So many days ago."""
    return None if days is None else datetime.now(UTC) - timedelta(days=days)


def show(table: Table) -> None:
    """Print a table; what is no terminal is wide enough for it."""
    Console(width=None if Console().is_terminal else _WIDTH).print(table)


def export(
    form: str, out: Path | None, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows as CSV of these columns, or all of them as JSON."""
    if form not in ("csv", "json"):
        raise typer.BadParameter(f"{form!r} is neither csv nor json", param_hint="--format")
    text = as_csv(columns, rows) if form == "csv" else as_json(rows) + "\n"
    if out is None:
        typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)
        return
    try:  # spreadsheets know UTF-8 by its mark only
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        out.write_text(text, encoding=encoding, errors="backslashreplace", newline="")
    except OSError as error:
        raise fail(f"{out} cannot be written ({error.strerror}): choose another --out") from None
