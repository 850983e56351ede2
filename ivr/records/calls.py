"""Reading the calls: which there are, and all that happened in one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from ivr.records.schema import calls_table, steps_table, tickets_table

CallRow = dict[str, Any]
"""A row of a table, by its columns."""
_AT_ONCE = 1_000
"""Values in one query; SQLite takes 32,766."""


def fetched_rows(connection: Connection, query: Select[Any]) -> list[CallRow]:
    """What a query finds."""
    return [dict(row) for row in connection.execute(query).mappings()]


def listed_calls(
    connection: Connection,
    *,
    since: datetime | None = None,
    caller: str | None = None,
    outcome: str | None = None,
    row: str | None = None,
    limit: int | None = None,
) -> list[CallRow]:
    """The calls that fit, the newest first."""
    query = select(calls_table).order_by(calls_table.c.started.desc(), calls_table.c.call)
    if since is not None:
        query = query.where(calls_table.c.started >= since)
    if caller is not None:
        query = query.where(calls_table.c.caller == caller)
    if outcome is not None:
        query = query.where(calls_table.c.outcome == outcome)
    if row is not None:
        entered = (steps_table.c.what == "EnterRow", steps_table.c.fields == {"row": row})
        reached = select(steps_table.c.call).where(*entered)
        query = query.where(calls_table.c.call.in_(reached))
    return fetched_rows(connection, query.limit(limit))


def found(connection: Connection, name: str) -> list[CallRow]:
    """The calls of that name, the oldest first: ours from its start on, the PBX's unique id, or
    the number of a ticket."""
    of_ticket = select(tickets_table.c.call).where(tickets_table.c.number == name)
    fits = (
        calls_table.c.uniqueid == name,
        calls_table.c.call.in_(of_ticket),
        calls_table.c.call.startswith(name),
    )
    query = select(calls_table).where(or_(*fits)).order_by(calls_table.c.started)
    return fetched_rows(connection, query)


def steps_of(connection: Connection, call: str) -> list[CallRow]:
    """What happened in a call, in order."""
    query = select(steps_table).where(steps_table.c.call == call).order_by(steps_table.c.step)
    return fetched_rows(connection, query)


def tickets_of(connection: Connection, call: str) -> list[CallRow]:
    """What was left in a call, in order."""
    query = select(tickets_table).where(tickets_table.c.call == call).order_by(tickets_table.c.step)
    return fetched_rows(connection, query)


def numbers_of(connection: Connection, found: Iterable[CallRow]) -> dict[str, str]:
    """By call, the numbers of what was left in it."""
    ids = [call["call"] for call in found]
    numbers: dict[str, list[str]] = {}
    for first in range(0, len(ids), _AT_ONCE):
        some = tickets_table.c.call.in_(ids[first : first + _AT_ONCE])
        query = (
            select(tickets_table.c.call, tickets_table.c.number)
            .where(some)
            .order_by(tickets_table.c.step)
        )
        for call, number in connection.execute(query):
            numbers.setdefault(call, []).append(number)
    return {call: " ".join(those) for call, those in numbers.items()}


def call_as_dict(call: CallRow, happened: Iterable[CallRow]) -> dict[str, Any]:
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
