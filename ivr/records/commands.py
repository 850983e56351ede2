"""``ivr records``: migrate and prune the database of the records."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from ivr.command_line import ConfigOption, fail, formerly, settings_or_exit
from ivr.records import database
from ivr.records import old_recordings as recordings
from ivr.records import prune as retention
from ivr.records.command_line import must_be_current, opened
from ivr.translation import marked, tr

records_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Migrate and prune the database of the records.",
)


@records_app.command("migrate", context_settings=formerly(to="revision"))
def migrate_command(
    revision: Annotated[str, typer.Option(help="Version; base removes all tables.")] = "head",
    config: ConfigOption = None,
) -> None:
    """Bring the database to the version of this program, or to the version given.

    The service does so at its start, unless its database user may not make tables.
    """
    with opened(config, must_exist=False) as engine:
        database.migrate(engine, revision)
        with database.reading(engine) as connection:
            typer.echo(
                tr("the records have version {version}").format(
                    version=database.version(connection) or tr("none")
                )
            )


@records_app.command(
    "prune", context_settings=formerly(days="keep-days", recording_days="keep-recording-days")
)
def prune_command(
    keep_days: Annotated[
        float | None,
        typer.Option(min=0, help="Days to keep; else records.keep_days."),
    ] = None,
    keep_recording_days: Annotated[
        float | None,
        typer.Option(min=0, help="Days to keep recordings; else recording.keep_days."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many would go.")] = False,
    config: ConfigOption = None,
) -> None:
    """Remove old calls, tickets and recordings.

    Unfinished tickets stay, with their calls and recordings. Run it once a day from cron or a
    timer; the service need not be stopped.
    """
    settings = settings_or_exit(config)
    now = datetime.now(UTC)
    kept = settings.records.keep_days if keep_days is None else keep_days
    sounds_kept = settings.recording.keep_days
    if keep_recording_days is not None:
        sounds_kept = keep_recording_days
    before, sounds_before = now - timedelta(days=kept), now - timedelta(days=sounds_kept)
    with opened(config) as engine:
        if dry_run:
            with database.reading(engine) as connection:
                must_be_current(connection)
            sounds = len(recordings.old_recordings(engine, sounds_before))
            gone = retention.old_records(engine, before)
        else:
            database.migrate(engine)
            sounds = _prune_recordings(engine, settings.recording.directory, sounds_before, now)
            gone = retention.prune_records(engine, before)
    of_records, of_recordings = _WOULD_GO if dry_run else _ARE_GONE
    typer.echo(
        tr(of_records).format(
            calls=gone.calls, tickets=gone.tickets, callers=gone.callers, days=f"{kept:g}"
        )
    )
    if sounds or settings.recording.mode != "off":
        typer.echo(tr(of_recordings).format(recordings=sounds, days=f"{sounds_kept:g}"))


_WOULD_GO = (
    marked(
        "{calls} calls, {tickets} tickets and {callers} callers of more than {days} days ago would "
        "go"
    ),
    marked("{recordings} recordings of more than {days} days ago would go"),
)
_ARE_GONE = (
    marked(
        "{calls} calls, {tickets} tickets and {callers} callers of more than {days} days ago are "
        "gone"
    ),
    marked("{recordings} recordings of more than {days} days ago are gone"),
)


def _prune_recordings(engine: Engine, directory: Path, before: datetime, now: datetime) -> int:
    try:
        return recordings.prune_recordings(engine, directory, before, now)
    except OSError as error:
        raise fail(
            tr(
                "recordings in {directory} cannot be removed ({reason}): run the "
                "command as the user of the service"
            ).format(directory=directory, reason=error.strerror)
        ) from None
