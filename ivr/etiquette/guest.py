"""What is known of the caller for the length of one call, whichever row learned it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.dialogue.meaning import Intent, Meaning, Title
from ivr.dialogue.row import Rendering
from ivr.dialogue.verbs import Request, Say
from ivr.etiquette.house import Arrival, House
from ivr.etiquette.speaking import AnythingElse, Aside, Farewell, IsItClear

_LOUDER: tuple[Rendering, ...] = ("normal", "louder", "loudest")


@dataclass(slots=True)
class Guest:
    """The caller, as the rows come to know him."""

    company: Mapping[str, str] = field(default_factory=dict)
    """The company's own words (prompts/company.toml)."""
    house: House = field(default_factory=House)
    arrival: Arrival = field(default_factory=Arrival)
    surname: str | None = None
    title: Title | None = None
    asked_name: bool = False
    """He is never asked twice (12)."""
    phone: str | None = None
    """Where he wants to be called back, confirmed by him."""
    may_refuse: bool = False
    """He has been told that he may refuse to be recorded, and has not."""
    recorded: bool = False
    """He is, although he may refuse."""
    louder: int = 0
    """How often he has complained that he cannot hear us: from then on everything is said louder,
    and louder still (3)."""
    said: Say | None = None
    """What we said to him last."""
    question: Say | None = None
    """The prompt that he answers."""
    explained: list[Say] = field(default_factory=list)
    """What was explained to him last, to be explained again (16)."""
    in_other_words: list[Say] = field(default_factory=list)
    """The same, put differently; what he is told first when he has not understood."""
    explanations: int = 0
    """How often it was explained again."""
    times: dict[Intent, int] = field(default_factory=dict)
    """How often he has come with the same thing."""

    transfers: int = 0
    """How often he was put through, and nobody answered."""
    reported: set[Intent] = field(default_factory=set)
    """What the supervisor has been told of (24, 32)."""

    @property
    def was_asked_for_more(self) -> bool:
        """Whether the question he answers is: 请问还有什么可以帮助您？"""
        return isinstance(self.question, AnythingElse)

    @property
    def was_asked_if_clear(self) -> bool:
        """Whether it is: 请问我刚才的解释您是否明白？"""
        return isinstance(self.question, IsItClear)

    @property
    def customer_class(self) -> str | None:
        """Of the table of service times (28): by the number that calls."""
        return self.house.customers.get(self.arrival.caller)

    @property
    def was_told_goodbye(self) -> bool:
        """Whether he is expected to hang up now."""
        return isinstance(self.said, Farewell)

    @property
    def is_open(self) -> bool:
        """Whether people work now: at the moment when the call was answered."""
        return self.house.hours.open_at(self.arrival.local)

    @property
    def is_new(self) -> bool:
        """Whether he has not said yet what he wants."""
        return set(self.times) <= {Intent.HELLO, Intent.YES, Intent.GIVE_NAME}

    def learn(self, meaning: Meaning) -> None:
        """He has said something that is understood: remember who he is, and what he wants."""
        self.times[meaning.intent] = self.times.get(meaning.intent, 0) + 1
        self.surname = meaning.slots.surname or self.surname
        self.title = meaning.slots.title or self.title

    def addressed(self, request: Request) -> Request:
        """A request as it is made to him: by his name (13), and loud enough for him (3)."""
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
