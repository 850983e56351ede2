"""The verbs: everything that a script may await.

A script is an ``async def`` that runs without an event loop. Each verb yields a request to the
:class:`~ivr.dialogue.call.Call` that drives the script, and the script is resumed with the answer.
Some requests are :mod:`commands <ivr.dialogue.commands>`, which the shell carries out unchanged.
The classes of all other requests are in this module.
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
    """Length of the speech, in seconds."""
    condition: Condition = Condition.OK
    """The condition that disturbed the speech: NOISE, TOO_QUIET or HANDS_FREE; OK if none did."""
    words: Words | None = None
    """The caller's words; None if our recognition failed or took too long."""
    left: float = field(default=0.0, compare=False)
    """Seconds that were left of the :func:`listen` when the speech ended; at least 0."""

    @property
    def understood(self) -> bool:
        """Whether the words have a meaning that the script can use, even if the line is bad."""
        return self.words is not None and self.words.understood


@dataclass(frozen=True, slots=True)
class Keys:
    """The caller pressed a key."""

    digits: str


@dataclass(frozen=True, slots=True)
class Nobody:
    """The time of a listen passed and no caller was heard (the "no-input" of speech dialogues)."""

    condition: Condition
    """The verdict on the caller's line when the time was over."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The time of a listen passed, and the caller's audio does not reach us, by our own fault."""


Heard = Speech | Keys | Nobody | Unheard
"""Every answer that :func:`listen` can give. Scripts match all four, then ``assert_never``."""


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
    """For music on hold, the number of the look-up that is waited for: its end stops the music.
    None for any other prompt."""


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
"""A request that takes time: the script waits until its answer comes."""

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
    """The awaitable that every verb returns: it yields ``request`` to the call; await gives the
    call's answer."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def __await__(self) -> Generator[Request, Any, T]:
        return cast(T, (yield self.request))


def say(
    prompt: Prompt, *, barge_in: bool = True, rendering: Rendering = "normal", **values: str
) -> Ask[None]:
    """Speak ``prompt``, and go on when it has been heard or when the caller interrupts it.

    ``values`` fill the slots of ``prompt``: ``say(row.prompt("ask"), 姓="张", 先生="先生")``.
    A value that cannot be spoken is replaced by a neutral wording, such as 先生/女士 (see
    :mod:`ivr.words.composition`).

    With ``barge_in=False``, for example for a goodbye, the caller cannot interrupt the prompt.
    The next :func:`listen` then returns what the caller said during the prompt.
    """
    return Ask(Say(prompt, barge_in, values, rendering))


def listen(seconds: float) -> Ask[Heard]:
    """Wait for the caller to speak or press a key, at most ``seconds`` from this request on.

    If a prompt is said again meanwhile, the time begins anew at the end of that prompt.

    A caller who has begun to speak is heard to the end, but not for more than the
    ``utterance_seconds`` of :class:`~ivr.dialogue.call.Limits`. If the caller is a fax, the answer
    comes at once.
    """
    return Ask(Listen(seconds))


def enter(row: str) -> Ask[Row]:
    """Begin the row of the sheet with the id ``row``, and note it in the record; return the row."""
    return Ask(EnterRow(row))


def make_ticket(ticket: Ticket) -> Ask[str | None]:
    """Write a ticket to the disk, and go on when it is there and cannot be lost any more.

    The answer is the number to tell the caller: ``say(row.prompt("number"), 单号=number)``. The
    answer None means that the ticket could not be written: then say ``system.not_kept`` instead.
    """
    return Ask(MakeTicket(ticket))


def record() -> Ask[None]:
    """Record the call from now on; if the recording fails, the script does not notice."""
    return Ask(StartRecording())


def drop_recording() -> Ask[None]:
    """Stop recording, and keep nothing of what has been recorded."""
    return Ask(DropRecording())


def draft(ticket: Ticket) -> Ask[None]:
    """Keep ``ticket``, with what the caller has told so far, as a draft.

    The draft is written as a ticket if the call ends before the next :func:`make_ticket`. A
    :func:`make_ticket` discards the draft.
    """
    return Ask(Draft(ticket))


def look_up(query: Query) -> Ask[int]:
    """Begin a look-up, and go on at once; the answer is the number of the look-up.

    :func:`result` and :func:`play_music` take this number as ``order``.

    The look-up ends by itself: with a result, or with FAILED. :mod:`ivr.service.look_ups` limits
    how long that may take.
    """
    return Ask(BeginLookUp(query))


def result(order: int) -> Ask[Found | None]:
    """Return the result of the look-up with the number ``order``; None while it is going on."""
    return Ask(Result(order))


def play_music(music: Prompt, order: int) -> Ask[None]:
    """Play music on hold until look-up ``order`` or the music ends, or the caller interrupts."""
    return Ask(Say(music, barge_in=True, until=order))


def transfer(target: str) -> Ask[None]:
    """Have the PBX connect the caller to ``target``. The script ends here, with this verb.

    ``target`` comes from the settings, never from what a caller said.
    """
    return Ask(Transfer(target))
