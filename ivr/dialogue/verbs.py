"""The verbs: everything that a script may await.

A script is an ``async def`` that runs without an event loop: each verb yields a request to the
:class:`~ivr.dialogue.call.Call` that drives it, and is resumed with the answer. A request that the
shell carries out as it stands is a :mod:`command <ivr.dialogue.commands>`; the others are here.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from ivr.dialogue.commands import (
    BeginLookUp,
    DropRecording,
    EnterRow,
    MakeTicket,
    StartRecording,
    Transfer,
)
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
    """How long the caller spoke."""
    condition: Condition = Condition.OK
    """The condition that disturbed the speech: NOISE, TOO_QUIET, HANDS_FREE, or OK."""
    words: Words | None = None
    """The words; None when our own recognition could not tell."""
    left: float = field(default=0.0, compare=False)
    """Seconds of the :func:`listen` that were left at the end of the speech."""

    @property
    def understood(self) -> bool:
        """Whether the words mean something. Then nothing is wrong, however the caller sounds."""
        return self.words is not None and self.words.understood


@dataclass(frozen=True, slots=True)
class Keys:
    """The caller pressed a key."""

    digits: str


@dataclass(frozen=True, slots=True)
class Nobody:
    """The time passed and no caller was heard: no-input."""

    condition: Condition
    """The verdict on the line meanwhile."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The time passed, and nobody could have been heard: the caller's audio does not reach us."""


Heard = Speech | Keys | Nobody | Unheard
"""All that a :func:`listen` can end with; match it with ``assert_never``."""


@dataclass(frozen=True, slots=True)
class Say:
    """The request of :func:`say` and :func:`play_music`."""

    prompt: Prompt
    barge_in: bool
    """Whether speech or a key cuts the prompt."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values for the slots of the prompt, by the names of the slots."""
    rendering: Rendering = "normal"
    until: int | None = None
    """The order of the look-up whose end cuts the prompt: music on hold."""


@dataclass(frozen=True, slots=True)
class Listen:
    """The request of :func:`listen`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Draft:
    """The request of :func:`draft`."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Result:
    """The request of :func:`result`."""

    order: int


TimedRequest = Say | Listen | MakeTicket
"""A request during which the script waits; the answer comes later."""

Request = (
    TimedRequest
    | Draft
    | Result
    | EnterRow
    | StartRecording
    | DropRecording
    | BeginLookUp
    | Transfer
)


class Ask(Generic[T]):
    """The one awaitable: it yields its request and returns the answer that the call sends back."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def __await__(self) -> Generator[Request, Any, T]:
        return cast(T, (yield self.request))


def say(
    prompt: Prompt, *, barge_in: bool = True, rendering: Rendering = "normal", **values: str
) -> Ask[None]:
    """Speak ``prompt``, and go on when it has been heard or when the caller interrupts it.

    ``values`` fill its slots: ``say(row.prompt("ask"), 姓="张", 先生="先生")``. A value that cannot
    be spoken is replaced by a neutral wording (see :mod:`ivr.words.composition`).

    A goodbye is spoken with ``barge_in=False``: it is heard to its end. The next :func:`listen`
    returns what the caller said meanwhile.
    """
    return Ask(Say(prompt, barge_in, values, rendering))


def listen(seconds: float) -> Ask[Heard]:
    """Wait for the caller, for ``seconds`` from the end of the last prompt as they heard it.

    A caller who has begun to speak is heard to the end, however long that takes. A fax is not
    waited for: the answer comes at once.
    """
    return Ask(Listen(seconds))


def enter(row: str) -> Ask[Row]:
    """Begin a row of the sheet; the answer is its words and seconds. The record notes the row."""
    return Ask(EnterRow(row))


def make_ticket(ticket: Ticket) -> Ask[str | None]:
    """Write a ticket, and go on when it cannot be lost any more.

    The answer is the number to tell the caller: ``say(row.prompt("number"), 单号=number)``. None
    means that nothing was kept; say ``system.not_kept`` then, and no number.
    """
    return Ask(MakeTicket(ticket))


def record() -> Ask[None]:
    """Record the call from now on; a recording that fails does not concern the script."""
    return Ask(StartRecording())


def drop_recording() -> Ask[None]:
    """Stop recording, and keep nothing of what has been recorded."""
    return Ask(DropRecording())


def draft(ticket: Ticket) -> Ask[None]:
    """Leave what the caller has told so far as a draft.

    It becomes a ticket if the call ends before the next :func:`make_ticket`, which takes its place.
    """
    return Ask(Draft(ticket))


def look_up(query: Query) -> Ask[int]:
    """Begin to look something up, and go on at once; the answer is its order, for the verbs below.

    A look-up ends by itself, found or failed, at the latest after the time that
    :mod:`ivr.service.look_ups` allows.
    """
    return Ask(BeginLookUp(query))


def result(order: int) -> Ask[Found | None]:
    """Ask what a look-up has found; the answer is None while it goes on."""
    return Ask(Result(order))


def play_music(music: Prompt, order: int) -> Ask[None]:
    """Play music on hold: as :func:`say`, and the end of the look-up ends it, too."""
    return Ask(Say(music, barge_in=True, until=order))


def transfer(target: str) -> Ask[None]:
    """Have the PBX connect the caller. The script ends here: nothing after this verb is reached.

    ``target`` comes from the settings, never from what a caller said.
    """
    return Ask(Transfer(target))
