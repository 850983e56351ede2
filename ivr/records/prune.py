"""Retention: what is old enough goes, unless somebody still has to do something about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Table, delete, func, select

from ivr.records.database import reading
from ivr.records.schema import callers, calls, notifications, steps, tickets, utterances
from ivr.records.tickets import WAITING

BATCH = 500
"""Calls in one transaction: the service waits for its turn no longer than that takes (50 ms)."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many there were."""

    calls: int
    tickets: int
    callers: int


def old(engine: Engine, before: datetime) -> Pruned:
    """What :func:`prune` would remove."""
    with reading(engine) as connection:

        def number(table: Table, *conditions: ColumnElement[bool]) -> int:
            query = select(func.count()).select_from(table).where(*conditions)
            return int(connection.execute(query).scalar_one())

        return Pruned(
            number(calls, *_old_calls(before)),
            number(tickets, *_old_tickets(before)),
            number(callers, callers.c.last < before),
        )


def prune(engine: Engine, before: datetime) -> Pruned:
    """Remove calls that began before a moment, with all that was said in them, tickets that were
    finished before it, and callers who have not been a nuisance since. A call with an unfinished
    ticket stays, and its ticket."""
    pruned_calls = 0
    while True:
        with engine.begin() as connection:
            batch = select(calls.c.call).where(*_old_calls(before)).limit(BATCH)
            found = connection.execute(batch).scalars().all()
            for table in (steps, utterances, calls):
                connection.execute(delete(table).where(table.c.call.in_(found)))
        pruned_calls += len(found)
        if len(found) < BATCH:
            break
    with engine.begin() as connection:
        finished = select(tickets.c.number).where(*_old_tickets(before))
        connection.execute(delete(notifications).where(notifications.c.ticket.in_(finished)))
        gone = connection.execute(delete(tickets).where(*_old_tickets(before))).rowcount
        forgotten = connection.execute(delete(callers).where(callers.c.last < before)).rowcount
    return Pruned(pruned_calls, gone, forgotten)


def _old_calls(before: datetime) -> tuple[ColumnElement[bool], ...]:
    unfinished = select(tickets.c.call).where(tickets.c.status.in_(WAITING))
    return calls.c.started < before, calls.c.call.not_in(unfinished)


def _old_tickets(before: datetime) -> tuple[ColumnElement[Any], ...]:
    return tickets.c.changed < before, tickets.c.status.not_in(WAITING)
