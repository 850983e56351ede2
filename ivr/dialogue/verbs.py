"""All that a script may await.

A script is an ``async def`` that runs without an event loop: each verb yields a request to the
:class:`~ivr.dialogue.call.Call` that drives it, and is resumed with the answer.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from ivr.dialogue.events import Condition
from ivr.dialogue.look_up import Found, Query
from ivr.dialogue.meaning import Words
from ivr.dialogue.row import Prompt, Rendering, Row
from ivr.dialogue.ticket import Ticket

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Speech:
    """The caller said something."""

    seconds: float
    condition: Condition = Condition.OK
    """What is wrong with how he sounds: NOISE, TOO_QUIET, HANDS_FREE, or OK."""
    words: Words | None = None
    """What he said; None when that is not known, by no fault of his."""
    left: float = field(default=0.0, compare=False)
    """Seconds of the :func:`listen` that were left when he had finished."""

    @property
    def understood(self) -> bool:
        """Whether his words mean something. Then nothing is wrong, however he sounds."""
        return self.words is not None and self.words.understood


@dataclass(frozen=True, slots=True)
class Keys:
    """The caller pressed a key."""

    digits: str


@dataclass(frozen=True, slots=True)
class Nobody:
    """The time passed and no caller was heard."""

    condition: Condition
    """What the line was like meanwhile."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The time passed, and we could not have heard anybody: our own ear has failed."""


Heard = Speech | Keys | Nobody | Unheard
"""What a :func:`listen` can end with. Closed: match it with ``assert_never``."""


@dataclass(frozen=True, slots=True)
class Say:
    """Request of :func:`say`."""

    prompt: Prompt
    barge_in: bool
    values: Mapping[str, str] = field(default_factory=dict)
    rendering: Rendering = "normal"
    until: int | None = None
    """The look-up whose end cuts it: music on hold."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Request of :func:`listen`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Enter:
    """Request of :func:`enter`."""

    row: str


@dataclass(frozen=True, slots=True)
class Make:
    """Request of :func:`make_ticket`."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Record:
    """Request of :func:`record` and of :func:`drop_recording`."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """Request of :func:`draft`."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Begin:
    """Request of :func:`look_up`."""

    query: Query


@dataclass(frozen=True, slots=True)
class Result:
    """Request of :func:`result`."""

    order: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Request of :func:`transfer`."""

    target: str


Request = Say | Listen | Enter | Make | Record | Draft | Begin | Result | HandOver


class Ask(Generic[T]):
    """The one awaitable: yields its request, returns the answer the call sends back."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def __await__(self) -> Generator[Request, Any, T]:
        return cast(T, (yield self.request))


def say(
    prompt: Prompt, *, barge_in: bool = True, rendering: Rendering = "normal", **values: str
) -> Ask[None]:
    """Speak ``prompt`` and go on when it has been heard, or when the caller breaks in.

    ``values`` fill its slots: ``say(row.prompt("ask"), 姓="张", 先生="先生")``. What cannot be
    spoken is replaced by a neutral wording (see :mod:`ivr.words.composition`).

    A goodbye is spoken with ``barge_in=False``: it is heard out. What the caller says into it is
    not lost; the next :func:`listen` returns it.
    """
    return Ask(Say(prompt, barge_in, values, rendering))


def listen(seconds: float) -> Ask[Heard]:
    """Wait for the caller, ``seconds`` from the end of the last prompt as he heard it.

    A caller who has begun to speak is waited for until he has finished, however long that is.
    For a fax nobody waits: the answer comes at once.
    """
    return Ask(Listen(seconds))


def enter(row: str) -> Ask[Row]:
    """Begin a row of the sheet: noted in the record, answered with its words and seconds."""
    return Ask(Enter(row))


def make_ticket(ticket: Ticket) -> Ask[str | None]:
    """Keep what the caller left, and go on when it cannot be lost any more.

    The answer is the number to tell him: ``say(row.prompt("number"), 单号=number)``. None means
    that nothing was kept; say ``system.not_kept`` then, and no number.
    """
    return Ask(Make(ticket))


def record() -> Ask[None]:
    """Record the call from now on; whether that works is not the script's concern."""
    return Ask(Record(True))


def drop_recording() -> Ask[None]:
    """Record no longer, and keep nothing of what has been recorded."""
    return Ask(Record(False))


def draft(ticket: Ticket) -> Ask[None]:
    """What the caller has left so far; it becomes a ticket should the call end before the next
    :func:`make_ticket`, which takes its place."""
    return Ask(Draft(ticket))


def look_up(query: Query) -> Ask[int]:
    """Begin to look something up, and go on at once; the answer is its order, for the verbs below.

    It ends by itself, found or failed: see :mod:`ivr.service.look_ups` for how long it may take.
    """
    return Ask(Begin(query))


def result(order: int) -> Ask[Found | None]:
    """What the look-up has found so far; None while it goes on."""
    return Ask(Result(order))


def play_music(music: Prompt, order: int) -> Ask[None]:
    """Music on hold: as :func:`say`, and the end of the look-up ends it, too."""
    return Ask(Say(music, barge_in=True, until=order))


def transfer(target: str) -> Ask[None]:
    """Have the PBX connect the caller; the script ends here, and what follows is not reached.

    ``target`` comes from the settings, never from what a caller said.
    """
    return Ask(HandOver(target))
