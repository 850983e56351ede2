"""Tickets in the database: queries, and changes of a ticket's status."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from ivr.records.calls import CallRow, fetched_rows
from ivr.records.schema import tickets_table
from ivr.translation import tr


class TicketStatus(StrEnum):
    """The status of a ticket: what the staff have done about it so far."""

    OPEN = "open"
    ASSIGNED = "assigned"
    DONE = "done"
    CANCELLED = "cancelled"


WAITING = (TicketStatus.OPEN, TicketStatus.ASSIGNED)
"""The statuses that count as unfinished: open and assigned."""


class TicketError(Exception):
    """A ticket cannot be found or changed; the message is one sentence with its number."""


def listed_tickets(
    connection: Connection,
    *,
    status: Sequence[str] = (),
    kind: str | None = None,
    assignee: str | None = None,
    since: datetime | None = None,
    overdue_at: datetime | None = None,
    limit: int | None = None,
) -> list[CallRow]:
    """Return the tickets that meet all conditions, at most ``limit`` of them.

    The earliest deadline comes first, then the oldest ticket; tickets without a deadline are last.
    A condition that is None or empty is left out. ``status`` are the statuses to include, and
    ``since`` is the earliest time of creation. ``overdue_at`` leaves only unfinished tickets with a
    deadline before that moment.
    """
    query = select(tickets_table)
    if status:
        query = query.where(tickets_table.c.status.in_(status))
    if kind is not None:
        query = query.where(tickets_table.c.kind == kind)
    if assignee is not None:
        query = query.where(tickets_table.c.assignee == assignee)
    if since is not None:
        query = query.where(tickets_table.c.created >= since)
    if overdue_at is not None:
        query = query.where(
            tickets_table.c.deadline < overdue_at, tickets_table.c.status.in_(WAITING)
        )
    order = (
        tickets_table.c.deadline.is_(None),
        tickets_table.c.deadline,
        tickets_table.c.created,
        tickets_table.c.number,
    )
    return fetched_rows(connection, query.order_by(*order).limit(limit))


def newest_numbers(connection: Connection, limit: int) -> list[str]:
    """Return the numbers of the newest ``limit`` tickets in the database."""
    query = select(tickets_table.c.number).order_by(tickets_table.c.created.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def one(connection: Connection, number: str) -> CallRow:
    """Return the row of the ticket ``number``, which may be written as 582369 or 582-369.

    Raise TicketError if no ticket or several tickets have the number.
    """
    plain = "".join(sign for sign in number if sign.isdecimal())
    found = fetched_rows(connection, select(tickets_table).where(tickets_table.c.number == plain))
    if not found:
        raise TicketError(
            tr("there is no ticket {number}: `ivr tickets list --all` shows all of them").format(
                number=number
            )
        )
    if len(found) > 1:
        raise TicketError(
            tr(
                "{count} tickets have the number {number}: give each "
                "records.directory a records.site of its own, and change the status of "
                "these in the database"
            ).format(count=len(found), number=number)
        )
    return found[0]


def change(
    connection: Connection,
    number: str,
    status: TicketStatus,
    now: datetime,
    *,
    assignee: str | None = None,
    note: str | None = None,
) -> None:
    """Set the status of the ticket ``number``; ``now`` becomes the time of its last change.

    ``assignee``, a person's name, and ``note``, a remark, are stored unless they are None. Raise
    TicketError, and change nothing, if no ticket or several tickets have the number, or if the
    ticket is done or cancelled already.
    """
    ticket = one(connection, number)
    if ticket["status"] not in WAITING:
        raise TicketError(
            tr("ticket {number} is {status} already and was not changed").format(
                number=number, status=tr(ticket["status"])
            )
        )
    values: dict[str, Any] = {"status": status.value, "changed": now}
    if assignee is not None:
        values["assignee"] = assignee
    if note is not None:
        values["note"] = note
    key = (tickets_table.c.call == ticket["call"], tickets_table.c.step == ticket["step"])
    connection.execute(update(tickets_table).where(*key).values(values))


def is_overdue(ticket: CallRow, now: datetime) -> bool:
    """Return True if ``ticket`` is unfinished and its deadline was before ``now``, else False.

    ``ticket`` is the ticket's row of the database. A ticket without a deadline is never overdue.
    """
    due = ticket["deadline"]
    return due is not None and due < now and ticket["status"] in WAITING
