"""Retention of recordings: their own days, and the files as well as the rows."""

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Engine, delete, select, update

from ivr.records.calls import Row, rows
from ivr.records.database import reading
from ivr.records.recording_files import INCOMING, legs_of, remove
from ivr.records.schema import calls, recordings, tickets
from ivr.records.tickets import WAITING

log = structlog.get_logger()


def old(engine: Engine, before: datetime) -> list[Row]:
    """Recordings that began before a moment, but for those of calls with an unfinished ticket."""
    unfinished = select(tickets.c.call).where(tickets.c.status.in_(WAITING))
    conditions = (
        recordings.c.started < before,
        recordings.c.removed.is_(None),
        recordings.c.call.not_in(unfinished),
    )
    with reading(engine) as connection:
        return rows(connection, select(recordings).where(*conditions))


def prune(engine: Engine, directory: Path, before: datetime, now: datetime) -> int:
    """Remove them, and the files of that age that no row knows of: how many there were.

    A row says when its file was removed, for as long as its call is kept. OSError when a file
    cannot be removed: what is left is found again the next time.
    """
    gone = 0
    for one in old(engine, before):
        remove(directory, one["file"])
        with engine.begin() as connection:
            of_call = recordings.c.call == one["call"]
            connection.execute(update(recordings).where(of_call).values(removed=now))
        gone += 1
    with engine.begin() as connection:
        nobodys = recordings.c.call.not_in(select(calls.c.call))
        connection.execute(delete(recordings).where(recordings.c.removed.is_not(None), nobodys))
    with reading(engine) as connection:
        query = select(recordings.c.file).where(recordings.c.removed.is_(None))
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
