"""The settings of the company that the rows use, and how one call reached the service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.etiquette.hours import Hours
from ivr.etiquette.knowledge import Knowledge

RINGS = 3
"""Upper limit for the rings before a call is answered; after more rings row 5 apologises:
电话铃声响三声后才接起."""


@dataclass(frozen=True, slots=True)
class Transfers:
    """The extensions, in the dialplan's context ``ivr-transfer``, to which callers are connected.

    An empty string means that there is no such extension.
    """

    human: str = ""
    """People who answer callers that ask for a person (转人工, key 0)."""
    supervisor: str = ""
    """现场业务主管, who takes over callers that go on insulting (row 24)."""
    automatic: str = ""
    """自动台: nuisance callers who do not hang up are connected to it (row 32)."""


@dataclass(frozen=True, slots=True)
class House:
    """The settings of the company: transfers, working hours, knowledge and service times.

    They do not change while the service runs.
    """

    transfers: Transfers = field(default_factory=Transfers)
    hours: Hours = field(default_factory=Hours)
    knowledge: Knowledge = field(default_factory=Knowledge)
    service_times: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """服务时限标准 (row 28): the hours within which an answer is promised. The first key is the
    class of complaint, the second one the class of customer: ``service_times["simple"]["vip"]``."""
    customers: Mapping[str, str] = field(default_factory=dict)
    """The class of customer, such as ``vip``, by calling number."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How one call reached the service: calling number, time, rings and waiting time."""

    caller: str = ""
    """The calling number; empty if it is withheld."""
    local: datetime | None = None
    """The company's local time when the call was answered; None if it is unknown."""
    rings: int = 0
    """How often the telephone rang before the call was answered."""
    waited: float = 0.0
    """Seconds that the call waited in a queue."""

    @property
    def was_slow(self) -> bool:
        """True if the call was answered so late that row 5 of the etiquette sheet apologises.

        This is so after more than RINGS (3) rings, or if the call waited in a queue.
        """
        return self.rings > RINGS or self.waited > 0
