"""``ivr records``: the database of the records."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from ivr.config import ConfigError, load_settings
from ivr.records import database
from ivr.records import old_recordings as recordings
from ivr.records import prune as retention
from ivr.records.command_line import Config, fail, must_be_current, opened

records = typer.Typer(name="records", no_args_is_help=True, help="The database of the records.")


@records.command()
def migrate(
    to: Annotated[str, typer.Option(help="Version; base removes all tables.")] = "head",
    config: Config = None,
) -> None:
    """Bring the database to the version of this program, or to another one. The service does so at
    its start, unless its database user may not make tables."""
    with opened(config, must_exist=False) as engine:
        database.migrate(engine, to)
        with database.reading(engine) as connection:
            typer.echo(f"the records have version {database.version(connection) or 'none'}")


@records.command()
def prune(
    days: Annotated[
        float | None, typer.Option(min=0, help="Days to keep; else records.keep_days.")
    ] = None,
    recording_days: Annotated[
        float | None, typer.Option(min=0, help="Days to keep recordings; else recording.keep_days.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many would go.")] = False,
    config: Config = None,
) -> None:
    """Remove old calls, tickets and recordings. Unfinished tickets stay, with their calls and
    recordings. Run it once a day from cron or a timer; the service need not be stopped."""
    try:
        settings = load_settings(config)
    except ConfigError as error:
        raise fail(error) from None
    now = datetime.now(UTC)
    kept = settings.records.keep_days if days is None else days
    sounds_kept = settings.recording.keep_days if recording_days is None else recording_days
    before, sounds_before = now - timedelta(days=kept), now - timedelta(days=sounds_kept)
    verb = "would go" if dry_run else "are gone"
    with opened(config) as engine:
        if dry_run:
            with database.reading(engine) as connection:
                must_be_current(connection)
        else:
            database.migrate(engine)
        if dry_run:
            sounds = len(recordings.old_recordings(engine, sounds_before))
        else:
            sounds = _prune_recordings(engine, settings.recording.directory, sounds_before, now)
        gone = (
            retention.old_records(engine, before)
            if dry_run
            else retention.prune_records(engine, before)
        )
    typer.echo(
        f"{gone.calls} calls, {gone.tickets} tickets and {gone.callers} callers "
        f"of more than {kept:g} days ago {verb}"
    )
    if sounds or settings.recording.mode != "off":
        typer.echo(f"{sounds} recordings of more than {sounds_kept:g} days ago {verb}")


def _prune_recordings(engine: Engine, directory: Path, before: datetime, now: datetime) -> int:
    try:
        return recordings.prune_recordings(engine, directory, before, now)
    except OSError as error:
        raise fail(
            f"recordings in {directory} cannot be removed ({error.strerror}): "
            "run the command as the user of the service"
        ) from None
