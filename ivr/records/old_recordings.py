"""Retention of recordings: finds and removes those that are older than recording.keep_days."""

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
    """Return the database rows of the recordings that retention may remove.

    These are the recordings that began before ``before`` and whose files were not removed yet.
    Those of calls with an unfinished ticket are left out.
    """
    unfinished = select(tickets_table.c.call).where(tickets_table.c.status.in_(WAITING))
    conditions = (
        recordings_table.c.started < before,
        recordings_table.c.removed.is_(None),
        recordings_table.c.call.not_in(unfinished),
    )
    with reading(engine) as connection:
        return fetched_rows(connection, select(recordings_table).where(*conditions))


def prune_recordings(engine: Engine, directory: Path, before: datetime, now: datetime) -> int:
    """Remove the recordings that began before ``before``; return how many were removed.

    ``directory`` is recording.directory. The database row of a recording stays as long as that of
    its call, and ``now`` is stored in it as the moment of the removal. Old files that belong to no
    recording in the database are removed and counted as well. Recordings of calls with an
    unfinished ticket stay. Raise OSError if a file cannot be removed; the next run tries again.
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
        log.warning(
            "recording_of_no_call", file=str(file),
            reason="it is older than recording.keep_days, and no recording in the database has it",
            effect="the file was removed; no recording that `ivr calls` shows is affected",
            remedy="none needed",
        )  # fmt: skip
    return gone


def _strays(directory: Path, known: set[str], before: datetime) -> list[Path]:
    """Return the old files in ``directory`` that belong to none of the recordings ``known``.

    A file is old if it was last written before ``before``. ``known`` are the paths of recordings
    below ``directory``.
    """
    kept = {directory / name for name in known}
    legs = {leg for name in known for leg in legs_of(directory, name)}
    return [
        file
        for file in (*directory.glob("????-??-??/*"), *(directory / INCOMING).glob("*.wav"))
        if file not in kept | legs and file.stat().st_mtime < before.timestamp()
    ]
