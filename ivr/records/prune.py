"""Retention: removes old calls, tickets and counts of callers from the database.

Unfinished tickets and their calls stay, however old they are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Table, delete, func, select

from ivr.records.database import reading
from ivr.records.schema import (
    callers,
    calls_table,
    notifications,
    reviews_table,
    steps_table,
    tickets_table,
    utterances_table,
)
from ivr.records.tickets import WAITING

BATCH = 500
"""Upper limit for the calls that one transaction removes. Such a transaction takes 50 ms, and the
service cannot write to the database meanwhile."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """The numbers of calls, tickets and callers that were removed, or would be removed."""

    calls: int
    tickets: int
    callers: int


def old_records(engine: Engine, before: datetime) -> Pruned:
    """Return how many calls, tickets and callers :func:`prune_records` would remove.

    ``before`` is the moment that it would be given. Nothing is removed.
    """
    with reading(engine) as connection:

        def number(table: Table, *conditions: ColumnElement[bool]) -> int:
            query = select(func.count()).select_from(table).where(*conditions)
            return int(connection.execute(query).scalar_one())

        return Pruned(
            number(calls_table, *_old_calls(before)),
            number(tickets_table, *_old_tickets(before)),
            number(callers, callers.c.last < before),
        )


def prune_records(engine: Engine, before: datetime) -> Pruned:
    """Remove the records that are older than ``before``; return how many were removed.

    A call is removed, with its steps, utterances and reviews, if it began before ``before`` and has
    no unfinished ticket. A ticket is removed, with its notifications, if it was finished before
    ``before``. A caller's counts of abuse and nuisance are removed if the newest such ticket of the
    caller is from before ``before``.
    """
    pruned_calls = 0
    while True:
        with engine.begin() as connection:
            batch = select(calls_table.c.call).where(*_old_calls(before)).limit(BATCH)
            found = connection.execute(batch).scalars().all()
            for table in (steps_table, utterances_table, reviews_table, calls_table):
                connection.execute(delete(table).where(table.c.call.in_(found)))
        pruned_calls += len(found)
        if len(found) < BATCH:
            break
    with engine.begin() as connection:
        finished = select(tickets_table.c.number).where(*_old_tickets(before))
        connection.execute(delete(notifications).where(notifications.c.ticket.in_(finished)))
        gone = connection.execute(delete(tickets_table).where(*_old_tickets(before))).rowcount
        forgotten = connection.execute(delete(callers).where(callers.c.last < before)).rowcount
    return Pruned(pruned_calls, gone, forgotten)


def _old_calls(before: datetime) -> tuple[ColumnElement[bool], ...]:
    unfinished = select(tickets_table.c.call).where(tickets_table.c.status.in_(WAITING))
    return calls_table.c.started < before, calls_table.c.call.not_in(unfinished)


def _old_tickets(before: datetime) -> tuple[ColumnElement[Any], ...]:
    return tickets_table.c.changed < before, tickets_table.c.status.not_in(WAITING)
