"""A ticket: what a caller leaves for somebody to do."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.dialogue.meaning import Title


class TicketKind(StrEnum):
    """The kind of a ticket, which says how it is dealt with."""

    MESSAGE = "message"
    """Hand it on to a department (row 6) or to a colleague (row 7)."""
    CALLBACK = "callback"
    """Find the answer and call back (row 20)."""
    COMPLAINT = "complaint"
    """Answer the complaint before the deadline (rows 26, 27, 28)."""
    SALES_LEAD = "sales_lead"
    """Sell (row 19)."""
    SUGGESTION = "suggestion"
    """Pass the suggestion on (row 31)."""
    ABUSE = "abuse"
    """Tell the supervisor of abuse (row 24)."""
    NUISANCE = "nuisance"
    """Tell the supervisor of a nuisance call (row 32)."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket: everything the caller told for it; None where they told nothing.

    This one value travels from the row that asks for it to the line of the spool. A new field needs
    nothing but a column of the same name in the table ``tickets``. The record adds the call, the
    number, the caller and the times.
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
    """Within so many hours the caller was promised an answer: the deadline in the record."""
    customer_class: str | None = None
    """The caller's class in the table of service times (row 28)."""
    row: str = ""
    """The id of the row that was being spoken; :class:`~ivr.dialogue.orders.Orders` fills it in."""
