"""Helpers of the commands for calls, tickets and records: database, filters, exports."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.command_line import fail, settings_or_exit
from ivr.config import ConfigError
from ivr.records import database
from ivr.records.output import as_csv, as_json
from ivr.records.tickets import TicketError
from ivr.translation import tr

DaysOption = Annotated[float | None, typer.Option("--days", help="Only the last so many days.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")]
ExportOption = Annotated[
    Path | None, typer.Option("--out", help="File to write; else standard output.")
]
ExportFormat = Literal["csv", "json"]
FormatOption = Annotated[ExportFormat, typer.Option("--format", help="Format of the export.")]


@contextmanager
def opened(config: Path | None, *, must_exist: bool = True) -> Iterator[Engine]:
    """Yield an engine for the database of the records; close it afterwards.

    The settings (environment and the file ``config``, if given) name the database. If it cannot be
    used, end the program with one sentence and exit code 2. Do the same if the file of an SQLite
    database is missing, unless ``must_exist`` is False.
    """
    settings = settings_or_exit(config)
    try:
        url = database.url_of(settings.records)
        path = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        if must_exist and path is not None and not path.exists():
            raise fail(
                tr(
                    "there are no records at {path} yet: start the service, or name its "
                    "settings by -c"
                ).format(path=path)
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
            tr(
                "the records cannot be used ({reason}): start the database, or "
                "correct records.database"
            ).format(reason=database.why(error))
        ) from None


@contextmanager
def connected(config: Path | None, *, writing: bool = False) -> Iterator[Connection]:
    """Yield a connection, in a transaction, to the database that the settings name.

    The transaction may write if ``writing`` is True, and only reads otherwise. If the database
    cannot be used, lacks migrations, or was written by a newer version of this program, end the
    program with one sentence and exit code 2.
    """
    with (
        opened(config) as engine,
        engine.begin() if writing else database.reading(engine) as connection,
    ):
        must_be_current(connection)
        yield connection


def must_be_current(connection: Connection) -> None:
    """Raise DatabaseError unless the database's tables have the version that this program needs."""
    if not database.has_current_version(connection):
        raise database.DatabaseError(
            tr("the records have an older version: run `ivr records migrate`")
        )


def since(days: float | None) -> datetime | None:
    """Return the moment in UTC that was ``days`` days ago; None if ``days`` is None."""
    return None if days is None else datetime.now(UTC) - timedelta(days=days)


def export(
    form: ExportFormat, out: Path | None, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write ``rows`` in the format ``form`` to the file ``out``, or to standard output if None.

    Each row is a dictionary by column name. CSV has only the columns ``columns``; JSON has all. A
    new file can be read by its owner and group only. If the file cannot be written, end the program
    with one sentence and exit code 2.
    """
    text = as_csv(columns, rows) if form == "csv" else as_json(rows) + "\n"
    if out is None:
        typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)
        return
    try:  # spreadsheets recognise UTF-8 only by its byte order mark
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        out.touch(mode=0o640)  # a new file with callers' numbers is not for other users
        out.write_text(text, encoding=encoding, errors="backslashreplace", newline="")
    except OSError as error:
        raise fail(
            tr("{out} cannot be written ({reason}): choose another --out").format(
                out=out, reason=error.strerror
            )
        ) from None
