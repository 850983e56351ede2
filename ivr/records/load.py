"""Stores entries of the spool as rows of the database; an entry loaded twice is stored once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ivr.dialogue.outcome import Outcome
from ivr.records.entries import SpoolEntry
from ivr.records.schema import (
    callers,
    calls_table,
    recordings_table,
    steps_table,
    tickets_table,
    utterances_table,
)

log = structlog.get_logger()

_INSTANTS = frozenset({"started", "ended", "wall", "created", "deadline", "changed"})
"""Names of the fields of an entry that hold a moment, as ISO 8601 text."""
COUNTED = frozenset({"abuse", "nuisance"})
"""Kinds of tickets that are counted for each caller, in the table ``callers``."""


def store_entries(connection: Connection, entries: Sequence[SpoolEntry]) -> None:
    """Store entries of the spool as rows of the database, in the transaction of ``connection``.

    Entries that the database has already are left out. Raise KeyError, TypeError, ValueError or an
    error of SQLAlchemy if an entry cannot be stored.
    """
    rows = [_row(entry) for entry in entries]
    _insert(connection, calls_table, _of("call", rows))
    told = _of("step", rows)
    _insert(connection, steps_table, told)
    spoken = [step for step in told if step["fields"].get("words")]
    _insert(connection, utterances_table, [_utterance(step) for step in spoken])
    for row in _of("ticket", rows):
        _ticket(connection, row)
    for row in _of("recording", rows):
        _recording(connection, row)
    for row in _of("recording_dropped", rows):
        _no_recording(connection, row)
    for row in _of("end", rows):
        connection.execute(
            update(calls_table)
            .where(calls_table.c.call == row["call"], calls_table.c.ended.is_(None))
            .values({name: value for name, value in row.items() if name != "call"})
        )


def close_run(connection: Connection, run: str) -> int:
    """Give the outcome ``service_died`` to the calls that a dead process left without an end.

    ``run`` is the name of that process of the service, as in the table ``calls``. Return the number
    of these calls.
    """
    last = (
        select(func.max(steps_table.c.wall))
        .where(steps_table.c.call == calls_table.c.call)
        .scalar_subquery()
    )
    length = (
        select(func.max(steps_table.c.at))
        .where(steps_table.c.call == calls_table.c.call)
        .scalar_subquery()
    )
    return connection.execute(
        update(calls_table)
        .where(calls_table.c.run == run, calls_table.c.ended.is_(None))
        .values(
            outcome=Outcome.SERVICE_DIED.value,
            ended=func.coalesce(last, calls_table.c.started),
            seconds=func.coalesce(length, 0.0),
        )
    ).rowcount


def _row(entry: SpoolEntry) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _INSTANTS and value else value
        for name, value in entry.items()
    }


def _of(kind: str, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name != "entry"}
        for row in rows
        if row["entry"] == kind
    ]


def insert(connection: Connection, table: Table) -> Any:
    """Return an INSERT statement for ``table`` that skips rows whose primary key is there already.

    It is made for the database of ``connection``, SQLite or PostgreSQL.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing(index_elements=[*table.primary_key])


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(connection, table), rows)


def _utterance(step: dict[str, Any]) -> dict[str, Any]:
    """Return the row of the table ``utterances`` for ``step``, a row of the table ``steps`` whose
    fields hold recognised words."""
    words = step["fields"]["words"]
    meaning = words["meaning"]
    taken = ("intent", "certainty", "score", "runner_up", "runner_up_score", "slots")
    return {
        "call": step["call"],
        "step": step["step"],
        "at": step["at"],
        "transcript": meaning["text"],
        "confidence": words["confidence"],
        **{name: meaning[name] for name in taken},
    }


def _recording(connection: Connection, row: dict[str, Any]) -> None:
    """Store ``row`` in the table of recordings, and its file's path in the row of the call.

    If the call has a recording in the database already, do nothing: an entry that is loaded twice
    must not restore a recording that the caller has refused.
    """
    query = insert(connection, recordings_table).returning(recordings_table.c.call)
    if connection.execute(query, row).first() is not None:
        of_call = calls_table.c.call == row["call"]
        connection.execute(update(calls_table).where(of_call).values(recording=row["file"]))


def _no_recording(connection: Connection, row: dict[str, Any]) -> None:
    """Store that the caller of ``row["call"]`` refused the recording, with ``row["problem"]``.

    The path of the recording is removed from the rows of the call and its tickets.
    """
    of_call = recordings_table.c.call == row["call"]
    connection.execute(update(recordings_table).where(of_call).values(problem=row["problem"]))
    for table in (calls_table, tickets_table):
        connection.execute(update(table).where(table.c.call == row["call"]).values(recording=None))


def _ticket(connection: Connection, row: dict[str, Any]) -> None:
    """Store ``row`` in the table of tickets, unless the database has the ticket already.

    A new ticket of a kind in COUNTED (abuse, nuisance) is also counted for its caller, in the table
    ``callers``. If another ticket has the same number, an error is logged.
    """
    new = connection.execute(
        insert(connection, tickets_table).returning(tickets_table.c.call), row
    ).first()
    if new is None:
        return
    alike = select(func.count()).where(tickets_table.c.number == row["number"])
    if connection.execute(alike).scalar_one() > 1:
        log.error(
            "ticket_number_twice", number=row["number"],
            reason="several services with the same records.site share this database",
            effect="no ticket is lost, but `ivr tickets` cannot show or change those with this "
            "number",
            remedy="give each records.directory a records.site of its own, and change the status "
            "of these tickets in the database",
        )  # fmt: skip
    if row["kind"] in COUNTED and row["caller"]:
        counted = {kind: int(row["kind"] == kind) for kind in COUNTED}
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        first = dialect.insert(callers).values(caller=row["caller"], last=row["created"], **counted)
        connection.execute(
            first.on_conflict_do_update(
                index_elements=[callers.c.caller],
                set_={
                    **{kind: callers.c[kind] + counted[kind] for kind in COUNTED},
                    "last": first.excluded.last,
                },
            )
        )
