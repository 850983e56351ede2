"""Look-ups while a caller waits (row 17): the query and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Query:
    """One thing to be looked up for a caller."""

    name: str
    """Kind of look-up: TICKET (the state of a ticket), CALLER (records about a calling number), or
    the id of an answer in prompts/knowledge.toml."""
    key: str = ""
    """The number to look up, in digits: a number that the caller gave, or their calling number."""


TICKET = "ticket"
"""Name of a query for the state of a ticket. The query's ``key`` is the ticket's number."""
CALLER = "caller"
"""Name of a query for the records about a calling number. The query's ``key`` is that number."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a look-up."""

    what: str
    """The name of the answer, such as ``open`` for an open ticket; ``failed`` if the look-up
    failed."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values for the slots of the answer ``what``, by the names of the slots."""


FAILED = Found("failed")
"""The result if the source of the answer is down, too slow or missing. The caller is then promised
a call back (row 20)."""
