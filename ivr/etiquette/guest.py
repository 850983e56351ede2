"""What is known of the caller for the length of one call, whichever row learned it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.dialogue.meaning import Intent, Meaning, Title
from ivr.dialogue.verbs import Request, Say

_MORE = frozenset({"closing.ask", "caller_stays_on.ask"})
_FAREWELLS = frozenset(
    {
        "closing.farewell",
        "thanks.farewell",
        "private_call.farewell",
        "cannot_answer_now.farewell",
        "complaint_accepted.farewell",
        "complaint_deferred.simple",
        "complaint_deferred.complex",
    }
)
_ASIDES = frozenset({"clarify", "ask_repeat", "dialect", "low_volume", "speakerphone"})
"""Rows that leave the question open which came before them."""


@dataclass(slots=True)
class Guest:
    """The caller, as the rows come to know him."""

    company: Mapping[str, str] = field(default_factory=dict)
    """The company's own words (prompts/company.toml)."""
    surname: str | None = None
    title: Title | None = None
    asked_name: bool = False
    """He is never asked twice (12)."""
    phone: str | None = None
    """Where he wants to be called back, confirmed by him."""
    louder: bool = False
    """He has complained that he cannot hear us: everything is said louder from then on (3)."""
    may_refuse: bool = False
    """He has been told that he may refuse to be recorded, and has not."""
    recorded: bool = False
    """He is, although he may refuse."""
    said: Say | None = None
    """What we said to him last."""
    was_asked_for_more: bool = False
    """Whether the question he answers is: 请问还有什么可以帮助您？"""
    explained: list[Say] = field(default_factory=list)
    """What was explained to him last, to be explained again (16)."""
    times: dict[Intent, int] = field(default_factory=dict)
    """How often he has come with the same thing."""

    @property
    def was_told_goodbye(self) -> bool:
        """Whether he is expected to hang up now."""
        return self.said is not None and self.said.prompt.id in _FAREWELLS

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
        if not isinstance(request, Say):
            return request
        said = request
        if self.surname or self.title:
            known = {"姓": self.surname, "先生": self.title}
            values = {slot: word for slot, word in known.items() if word} | dict(request.values)
            said = replace(said, values=values)
        if self.louder and said.rendering == "normal":
            said = replace(said, rendering="louder")
        self.said = said
        if request.prompt.id.partition(".")[0] not in _ASIDES:
            self.was_asked_for_more = request.prompt.id in _MORE
        return said
