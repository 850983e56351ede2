"""Look-ups while a caller waits (row 17 of the etiquette sheet): the query and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Query:
    """A question that is looked up for a caller, such as the state of their ticket."""

    name: str
    """The kind of question. TICKET asks for the state of a ticket, and CALLER for the records about
    a calling number. Any other name is the id of an answer in prompts/knowledge.toml."""
    key: str = ""
    """The number to look up, in digits: one that the caller gave, or their calling number."""


TICKET = "ticket"
"""Name of a query for the state of a ticket. The query's ``key`` is the ticket's number."""
CALLER = "caller"
"""Name of a query for the records about a calling number. The query's ``key`` is that number."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a look-up: which answer the caller gets, and the values to put into it."""

    what: str
    """The name of the answer: ``open`` for an open ticket, ``failed`` for a look-up that failed."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values for the slots of the answer's words, by the names of the slots."""


FAILED = Found("failed")
"""The result of a look-up whose source is down, too slow or missing. The caller is then promised a
call back (row 20)."""
