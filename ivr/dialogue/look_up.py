"""Look-ups while a caller waits (row 17): the query and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Query:
    """Something to be looked up."""

    name: str
    """Where to look: TICKET, CALLER, or the id of an answer of prompts/knowledge.toml."""
    key: str = ""
    """The digits that the caller gave."""


TICKET = "ticket"
"""The state of the ticket with the number ``key``."""
CALLER = "caller"
"""The records about the calling number ``key``."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a look-up."""

    what: str
    """One word that names the answer to give; ``failed`` when nothing could be found out."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values for the slots of that answer, by the names of the slots."""


FAILED = Found("failed")
"""The source is down, too slow or missing: the caller is called back (row 20)."""
