"""What the company has set up for its callers beyond the words, and how a call came to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.etiquette.hours import Hours
from ivr.etiquette.knowledge import Knowledge

RINGS = 3
"""电话铃声响三声后才接起 is a slow answer (5)."""


@dataclass(frozen=True, slots=True)
class Transfers:
    """Extensions of the dialplan's context ``ivr-transfer``; empty: there is none."""

    human: str = ""
    """People who answer: who asks for one (转人工, key 0) is put through."""
    supervisor: str = ""
    """现场业务主管: takes over callers who rave (24)."""
    automatic: str = ""
    """自动台: where nuisance callers go who do not hang up (32)."""


@dataclass(frozen=True, slots=True)
class House:
    """Fixed while the service runs."""

    transfers: Transfers = field(default_factory=Transfers)
    hours: Hours = field(default_factory=Hours)
    knowledge: Knowledge = field(default_factory=Knowledge)
    service_times: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """服务时限标准 (28): hours by class of complaint (simple, complex) and class of customer."""
    customers: Mapping[str, str] = field(default_factory=dict)
    """Class of customer by the number that calls."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How one call came."""

    caller: str = ""
    """The number that calls; empty where it is withheld."""
    local: datetime | None = None
    """The company's time when it was answered."""
    rings: int = 0
    """How often it has rung before anybody answered."""
    waited: float = 0.0
    """Seconds it has waited in a queue."""

    @property
    def was_slow(self) -> bool:
        """Whether he is owed an apology (5)."""
        return self.rings > RINGS or self.waited > 0
