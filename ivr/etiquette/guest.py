"""The caller of one call: everything that any row has learned about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.dialogue.meaning import Intent, Meaning, Title
from ivr.dialogue.row import Rendering
from ivr.dialogue.verbs import Request, Say
from ivr.etiquette.house import Arrival, House
from ivr.etiquette.speaking import AnythingElse, Aside, Farewell, IsItClear

_LOUDER: tuple[Rendering, ...] = ("normal", "louder", "loudest")
"""The rendering of prompts after the caller has said 0, 1 and 2 times that they cannot hear us."""


@dataclass(slots=True)
class Guest:
    """The caller of one call: their name, their number, what was said to them and what they want.

    All rows of the call share one object and write what they learn into it.
    """

    company: Mapping[str, str] = field(default_factory=dict)
    """The company's variables by name (prompts/company.toml)."""
    house: House = field(default_factory=House)
    """The settings of the company: transfers, hours, knowledge and service times."""
    arrival: Arrival = field(default_factory=Arrival)
    """How this call reached the service: calling number, time, rings and waiting time."""
    surname: str | None = None
    """The caller's surname; None as long as it is unknown."""
    title: Title | None = None
    """先生, 小姐 or 女士; None as long as it is unknown."""
    asked_name: bool = False
    """Whether the caller was asked for their name (row 12); it is asked at most once in a call."""
    phone: str | None = None
    """The number to call back; None as long as the caller has confirmed none."""
    may_refuse: bool = False
    """Whether the caller was told that they may refuse the recording, and has not refused it."""
    recorded: bool = False
    """Whether the call is being recorded under the policy ``consent``."""
    louder: int = 0
    """How often the caller has said that they cannot hear us; later prompts are louder (row 3)."""
    said: Say | None = None
    """The last prompt that was said to the caller; None before the first prompt of the call. A
    request about how they speak (您大声一点) counts too."""
    question: Say | None = None
    """The last prompt that the caller's words are taken to answer; None before the first one.
    Requests about how they speak (asides such as 请您大声一点) do not count."""
    explained: list[Say] = field(default_factory=list)
    """The last explanation, sentence by sentence, so that it can be repeated (row 16); empty before
    the first explanation."""
    in_other_words: list[Say] = field(default_factory=list)
    """The last explanation in other words, for its first repetition (row 16); empty without any."""
    explanations: int = 0
    """How often the last explanation has been repeated."""
    times: dict[Intent, int] = field(default_factory=dict)
    """How often the caller has expressed each intent in this call."""
    transfers: int = 0
    """Number of unanswered transfers: the caller was put through to people and nobody answered."""
    reported: set[Intent] = field(default_factory=set)
    """The offences that were reported to the supervisor in this call (rows 24 and 32)."""

    @property
    def was_asked_for_more(self) -> bool:
        """True if our last question to the caller was 请问还有什么可以帮助您？ (anything else?)."""
        return isinstance(self.question, AnythingElse)

    @property
    def was_asked_if_clear(self) -> bool:
        """True if our last question was 请问我刚才的解释您是否明白？ (was the answer clear?)."""
        return isinstance(self.question, IsItClear)

    @property
    def was_told_goodbye(self) -> bool:
        """True if the last prompt was a goodbye after which the caller is expected to hang up."""
        return isinstance(self.said, Farewell)

    @property
    def customer_class(self) -> str | None:
        """The class of customer, such as ``vip``, that the settings list for the calling number.

        None if the number is not listed. Row 28 of the etiquette sheet needs the class for the
        table of service times.
        """
        return self.house.customers.get(self.arrival.caller)

    @property
    def is_open(self) -> bool:
        """True if the call was answered during working hours, or if its time is unknown."""
        return self.house.hours.open_at(self.arrival.local)

    @property
    def is_new(self) -> bool:
        """True if the caller has said no wish yet: at most a hello, a yes or their name."""
        return set(self.times) <= {Intent.HELLO, Intent.YES, Intent.GIVE_NAME}

    def learn(self, meaning: Meaning) -> None:
        """Store what the caller's words ``meaning`` tell about the caller.

        Count the intent; keep the surname and the title if the words have them.
        """
        self.times[meaning.intent] = self.times.get(meaning.intent, 0) + 1
        self.surname = meaning.slots.surname or self.surname
        self.title = meaning.slots.title or self.title

    def addressed(self, request: Request) -> Request:
        """Return a script's ``request``, adapted to this caller if it says a prompt.

        Row 13 当已经了解客户的姓名的时候: the caller's name is filled into the slots 姓 (surname)
        and 先生 (title). Row 3: the prompt is louder if the caller has said that they cannot hear
        us. The prompt is stored as the last one. Music on hold and requests that say nothing are
        returned unchanged and not stored.
        """
        if not isinstance(request, Say) or request.until is not None:
            return request
        said = request
        if self.surname or self.title:
            known = {"姓": self.surname, "先生": self.title}
            values = {slot: word for slot, word in known.items() if word} | dict(request.values)
            said = replace(said, values=values)
        if self.louder and said.rendering == "normal":
            said = replace(said, rendering=_LOUDER[min(self.louder, len(_LOUDER) - 1)])
        self.said = said
        if not isinstance(said, Aside):
            self.question = said
        return said
