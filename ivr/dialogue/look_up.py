"""What is looked up while a caller waits (row 17), and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Query:
    """What is to be looked up."""

    name: str
    """TICKET, CALLER, or the id of an answer of prompts/knowledge.toml."""
    key: str = ""
    """The digits that the caller gave."""


TICKET = "ticket"
"""How the ticket with the number ``key`` stands."""
CALLER = "caller"
"""What the records know of the number ``key`` that calls."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it."""

    what: str
    """One word: which answer fits. FAILED when nothing could be found out."""
    values: Mapping[str, str] = field(default_factory=dict)
    """For the slots of that answer."""


FAILED = Found("failed")
"""Whatever is asked is down, too slow, or not there at all: the caller is called back (20)."""
