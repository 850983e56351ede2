"""Reading the calls: which there are, and all that happened in one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from ivr.records.schema import calls, steps, tickets

Row = dict[str, Any]
"""A row of a table, by its columns."""
_AT_ONCE = 1_000
"""Values in one query; SQLite takes 32,766."""


def rows(connection: Connection, query: Select[Any]) -> list[Row]:
    """What a query finds."""
    return [dict(row) for row in connection.execute(query).mappings()]


def listed(
    connection: Connection,
    *,
    since: datetime | None = None,
    caller: str | None = None,
    outcome: str | None = None,
    row: str | None = None,
    limit: int | None = None,
) -> list[Row]:
    """The calls that fit, the newest first."""
    query = select(calls).order_by(calls.c.started.desc(), calls.c.call)
    if since is not None:
        query = query.where(calls.c.started >= since)
    if caller is not None:
        query = query.where(calls.c.caller == caller)
    if outcome is not None:
        query = query.where(calls.c.outcome == outcome)
    if row is not None:
        entered = (steps.c.what == "EnterRow", steps.c.fields == {"row": row})
        reached = select(steps.c.call).where(*entered)
        query = query.where(calls.c.call.in_(reached))
    return rows(connection, query.limit(limit))


def found(connection: Connection, name: str) -> list[Row]:
    """The calls of that name, the oldest first: ours from its start on, the PBX's unique id, or
    the number of a ticket."""
    of_ticket = select(tickets.c.call).where(tickets.c.number == name)
    fits = calls.c.uniqueid == name, calls.c.call.in_(of_ticket), calls.c.call.startswith(name)
    query = select(calls).where(or_(*fits)).order_by(calls.c.started)
    return rows(connection, query)


def steps_of(connection: Connection, call: str) -> list[Row]:
    """What happened in a call, in order."""
    query = select(steps).where(steps.c.call == call).order_by(steps.c.step)
    return rows(connection, query)


def tickets_of(connection: Connection, call: str) -> list[Row]:
    """What was left in a call, in order."""
    query = select(tickets).where(tickets.c.call == call).order_by(tickets.c.step)
    return rows(connection, query)


def numbers_of(connection: Connection, found: Iterable[Row]) -> dict[str, str]:
    """By call, the numbers of what was left in it."""
    ids = [call["call"] for call in found]
    numbers: dict[str, list[str]] = {}
    for first in range(0, len(ids), _AT_ONCE):
        some = tickets.c.call.in_(ids[first : first + _AT_ONCE])
        query = select(tickets.c.call, tickets.c.number).where(some).order_by(tickets.c.step)
        for call, number in connection.execute(query):
            numbers.setdefault(call, []).append(number)
    return {call: " ".join(those) for call, those in numbers.items()}


def told(call: Row, happened: Iterable[Row]) -> dict[str, Any]:
    """A whole call as it is given to other programs."""
    return {
        **{name: plain(value) for name, value in call.items() if name != "rows"},
        "row": reached[-1] if (reached := (call["rows"] or "").split()) else None,
        "rows": reached,
        "steps": [{"at": step["at"], "what": step["what"], **step["fields"]} for step in happened],
    }


def plain(value: Any) -> Any:
    """A value of a column as JSON has it."""
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
