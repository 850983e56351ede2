"""Retention of recordings: their own days, and the files as well as the rows."""

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Engine, delete, select, update

from ivr.records.calls import CallRow, fetched_rows
from ivr.records.database import reading
from ivr.records.recording_files import INCOMING, legs_of, remove
from ivr.records.schema import calls_table, recordings_table, tickets_table
from ivr.records.tickets import WAITING

log = structlog.get_logger()


def old_recordings(engine: Engine, before: datetime) -> list[CallRow]:
    """Recordings that began before a moment, but for those of calls with an unfinished ticket."""
    unfinished = select(tickets_table.c.call).where(tickets_table.c.status.in_(WAITING))
    conditions = (
        recordings_table.c.started < before,
        recordings_table.c.removed.is_(None),
        recordings_table.c.call.not_in(unfinished),
    )
    with reading(engine) as connection:
        return fetched_rows(connection, select(recordings_table).where(*conditions))


def prune_recordings(engine: Engine, directory: Path, before: datetime, now: datetime) -> int:
    """Remove them, and the files of that age that no row knows of: how many there were.

    A row says when its file was removed, for as long as its call is kept. OSError when a file
    cannot be removed: what is left is found again the next time.
    """
    gone = 0
    for one in old_recordings(engine, before):
        remove(directory, one["file"])
        with engine.begin() as connection:
            of_call = recordings_table.c.call == one["call"]
            connection.execute(update(recordings_table).where(of_call).values(removed=now))
        gone += 1
    with engine.begin() as connection:
        nobodys = recordings_table.c.call.not_in(select(calls_table.c.call))
        connection.execute(
            delete(recordings_table).where(recordings_table.c.removed.is_not(None), nobodys)
        )
    with reading(engine) as connection:
        query = select(recordings_table.c.file).where(recordings_table.c.removed.is_(None))
        known = set(connection.execute(query).scalars())
    for file in _strays(directory, known, before):
        file.unlink(missing_ok=True)
        gone += 1
        log.warning("recording_of_no_call", file=str(file), what="it was removed for its age")
    return gone


def _strays(directory: Path, known: set[str], before: datetime) -> list[Path]:
    """Files of no recording that is known, last written to before a moment."""
    kept = {directory / name for name in known}
    legs = {leg for name in known for leg in legs_of(directory, name)}
    return [
        file
        for file in (*directory.glob("????-??-??/*"), *(directory / INCOMING).glob("*.wav"))
        if file not in kept | legs and file.stat().st_mtime < before.timestamp()
    ]
