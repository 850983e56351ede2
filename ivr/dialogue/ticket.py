"""What a caller leaves for somebody to do: a message, a complaint, a number to call back."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.dialogue.meaning import Title


class TicketKind(StrEnum):
    """What is to be done with it."""

    MESSAGE = "message"
    """Hand it on to a department (6) or to a colleague (7)."""
    CALLBACK = "callback"
    """Find the answer and call back (20)."""
    COMPLAINT = "complaint"
    """Answer it before the deadline (26, 27, 28)."""
    SALES_LEAD = "sales_lead"
    """Sell (19)."""
    SUGGESTION = "suggestion"
    """Pass it on (31)."""
    ABUSE = "abuse"
    """Tell the supervisor of abuse (24)."""
    NUISANCE = "nuisance"
    """Tell the supervisor of a nuisance call (32)."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the caller told; None where he did not. The record adds who called, when and where."""

    kind: TicketKind
    surname: str | None = None
    title: Title | None = None
    contact: str | None = None
    """The number to call back, as he gave it."""
    department: str | None = None
    """Whom it is for."""
    transcript: str | None = None
    """What he said, in his words as far as they were recognised."""
    hours: float | None = None
    """In how many hours he was promised an answer: the deadline."""
    customer_class: str | None = None
    """Of the table of service times."""
