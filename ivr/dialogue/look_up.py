"""Look-ups while a caller waits (row 17): the query and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Query:
    """One thing to be looked up for a caller."""

    name: str
    """Kind of look-up: TICKET (the state of a ticket), CALLER (records about a calling number), or
    the id of an answer of prompts/knowledge.toml."""
    key: str = ""
    """The number to look up, in digits: the one that the caller gave, or their calling number."""


TICKET = "ticket"
"""Name of the query for the state of a ticket, whose number is the query's ``key``."""
CALLER = "caller"
"""Name of the query for the records about a calling number, which is the query's ``key``."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a look-up."""

    what: str
    """One word that names the answer to the caller; ``failed`` if nothing could be found out."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values for the slots of that answer, by the names of the slots."""


FAILED = Found("failed")
"""The result if the source of the answer is down, too slow or missing: the caller is called back
(row 20)."""
