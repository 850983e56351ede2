"""Database queries for calls, their steps (events and commands) and their tickets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from ivr.records.schema import calls_table, steps_table, tickets_table

CallRow = dict[str, Any]
"""One row of a database table: its values by column name."""
_AT_ONCE = 1_000
"""Upper limit for the call ids in one query; more ids are split among several queries. SQLite takes
32,766 values at most."""


def fetched_rows(connection: Connection, query: Select[Any]) -> list[CallRow]:
    """Return the database rows that a query finds, each as a dictionary by column name."""
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
    """Return the calls that meet all conditions, the newest first, and at most ``limit``.

    A condition that is None is left out. ``since`` is the earliest start of a call, ``caller`` the
    caller's number, ``outcome`` how the call ended, and ``row`` the id of a row of the etiquette
    sheet that the call entered.
    """
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
    """Return the calls that a user means by ``name``, the oldest first; ``[]`` if there are none.

    ``name`` is the beginning of our id of the call, the unique id of its channel on the PBX, or the
    number of a ticket of the call. Examples are ``0f3a52c1`` and ``582369``.
    """
    of_ticket = select(tickets_table.c.call).where(tickets_table.c.number == name)
    fits = (
        calls_table.c.uniqueid == name,
        calls_table.c.call.in_(of_ticket),
        calls_table.c.call.startswith(name),
    )
    query = select(calls_table).where(or_(*fits)).order_by(calls_table.c.started)
    return fetched_rows(connection, query)


def steps_of(connection: Connection, call: str) -> list[CallRow]:
    """Return the steps (events and commands) of the call with our id ``call``, in their order."""
    query = select(steps_table).where(steps_table.c.call == call).order_by(steps_table.c.step)
    return fetched_rows(connection, query)


def tickets_of(connection: Connection, call: str) -> list[CallRow]:
    """Return the tickets of the call with our id ``call``, in the order in which they were made."""
    query = select(tickets_table).where(tickets_table.c.call == call).order_by(tickets_table.c.step)
    return fetched_rows(connection, query)


def numbers_of(connection: Connection, found: Iterable[CallRow]) -> dict[str, str]:
    """Return the ticket numbers of each call in ``found``, such as ``582369 263587``.

    The keys are our ids of the calls. The value is one text with all numbers of the call. Calls
    without tickets are left out.
    """
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
    """Return a call and its steps (``happened``) as a dictionary for JSON.

    The value ``rows`` lists the rows of the etiquette sheet that the call entered, in order. The
    value ``row`` is the last of them, or None if the call entered no row.
    """
    return {
        **{name: plain(value) for name, value in call.items() if name != "rows"},
        "row": reached[-1] if (reached := (call["rows"] or "").split()) else None,
        "rows": reached,
        "steps": [{"at": step["at"], "what": step["what"], **step["fields"]} for step in happened],
    }


def plain(value: Any) -> Any:
    """Return the value of a column for JSON: a moment as ISO 8601 text, other values unchanged."""
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
