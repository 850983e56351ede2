"""Tickets: the tasks that callers leave for the staff, such as a call back."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.dialogue.meaning import Title


class TicketKind(StrEnum):
    """The kind of a ticket: what the person who handles it must do."""

    MESSAGE = "message"
    """Hand the caller's message on to a department (row 6) or to a colleague (row 7)."""
    CALLBACK = "callback"
    """Find the answer and call the caller back (row 20)."""
    COMPLAINT = "complaint"
    """Answer the complaint before the deadline (rows 26, 27, 28)."""
    SALES_LEAD = "sales_lead"
    """Sell to the caller, who wants to buy something (row 19)."""
    SUGGESTION = "suggestion"
    """Pass the suggestion on (row 31)."""
    ABUSE = "abuse"
    """Tell the supervisor of abuse (row 24)."""
    NUISANCE = "nuisance"
    """Tell the supervisor of a nuisance call (row 32)."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The content of one ticket, as the caller told it. A field is None if it was not told.

    The script of a row of the etiquette sheet makes it, and the spool writes it to the disk. A new
    field needs only a column of the same name in the table ``tickets``. The record adds the call,
    the ticket's number, the caller's number and the times.
    """

    kind: TicketKind
    surname: str | None = None
    title: Title | None = None
    contact: str | None = None
    """The number to call back, as the caller gave it."""
    department: str | None = None
    """The department that the ticket is for."""
    transcript: str | None = None
    """The caller's words, as far as they were recognised."""
    hours: float | None = None
    """Hours within which the caller was promised an answer; None without such a promise. The record
    stores the resulting deadline instead."""
    customer_class: str | None = None
    """The caller's class in the table of service times (row 28)."""
    row: str = ""
    """Id of the row in which the ticket was made, set by :class:`~ivr.dialogue.orders.Orders`."""
