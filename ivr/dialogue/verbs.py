"""The verbs: the functions that a script may await, such as :func:`say` and :func:`listen`.

A script is an ``async def`` that runs without an event loop. Each verb yields a request to the
:class:`~ivr.dialogue.call.Call` that runs the script. The call resumes the script with the answer.
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
from ivr.dialogue.expected import Expected
from ivr.dialogue.look_up import Found, Query
from ivr.dialogue.meaning import Words
from ivr.dialogue.row import Prompt, Rendering, Row
from ivr.dialogue.ticket import Ticket

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Speech:
    """The answer of :func:`listen` when the caller said something."""

    seconds: float
    """Length of the speech, in seconds."""
    condition: Condition = Condition.OK
    """The condition that disturbed the speech: NOISE, TOO_QUIET or HANDS_FREE; OK if none did."""
    words: Words | None = None
    """The caller's words; None if our recognition failed or took too long."""
    left: float = field(default=0.0, compare=False)
    """Seconds that were left of the :func:`listen` when the speech ended; never negative."""

    @property
    def understood(self) -> bool:
        """True if the words have a meaning that the script can use, even if the line is bad.

        False if they have none, or if no words were recognised.
        """
        return self.words is not None and self.words.understood


@dataclass(frozen=True, slots=True)
class Keys:
    """The answer of :func:`listen` when the caller pressed a key."""

    digits: str
    """The key, such as 5 or #."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """The answer of :func:`listen` when no caller was heard ("no-input" in speech dialogues)."""

    condition: Condition
    """The condition of the caller's line at the end of the listen."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The answer of :func:`listen` when the caller's audio does not reach us, by our own fault."""


Heard = Speech | Keys | Nobody | Unheard
"""Any answer of :func:`listen`. Scripts match all four classes, then ``assert_never``."""


@dataclass(frozen=True, slots=True)
class Say:
    """The request to play a prompt or music, made by :func:`say` and :func:`play_music`."""

    prompt: Prompt
    barge_in: bool
    """Whether speech or a key cuts the prompt."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values for the slots of the prompt, by the names of the slots."""
    rendering: Rendering = "normal"
    until: int | None = None
    """For music on hold, the number of the look-up. The music stops when the look-up ends. None for
    any other prompt."""


@dataclass(frozen=True, slots=True)
class Listen:
    """The request to wait for the caller, made by :func:`listen`."""

    seconds: float
    expected: Expected | None = None
    """The kind of answer that the question before it asks for; None if it may be anything."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The request to store an unfinished ticket, made by :func:`draft`."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Result:
    """The request for the result of a look-up, made by :func:`result`."""

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
    """The object that every verb, such as :func:`say`, returns. A script awaits it: this sends
    ``request`` to the call that runs the script, and gives the call's answer, of the type T."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def __await__(self) -> Generator[Request, Any, T]:
        return cast(T, (yield self.request))


def say(
    prompt: Prompt, *, barge_in: bool = True, rendering: Rendering = "normal", **values: str
) -> Ask[None]:
    """Speak ``prompt``; the script goes on when the caller has heard it or interrupts it.

    ``values`` fill the slots of ``prompt``, by the names of the slots: ``say(row.prompt("ask"),
    姓="张")`` (surname Zhang). A value that cannot be spoken is replaced by a neutral wording, such
    as 先生/女士 (Sir/Madam; see :mod:`ivr.words.composition`).

    With ``barge_in=False``, for example for a goodbye, the caller cannot interrupt the prompt. The
    next :func:`listen` then returns what the caller said during the prompt.
    """
    return Ask(Say(prompt, barge_in, values, rendering))


def listen(seconds: float, expected: Expected | None = None) -> Ask[Heard]:
    """Wait at most ``seconds`` for the caller to speak or press a key; give their answer.

    ``expected`` is the kind of answer that the question asks for. The recogniser then listens for
    it in particular, but still hears any other answer. None means that no kind is likelier.

    If a prompt is repeated meanwhile, the time begins anew at the end of that prompt.

    A caller who has begun to speak is heard to the end, but not for more than the
    ``utterance_seconds`` of :class:`~ivr.dialogue.call.Limits`. If the caller is a fax, the answer
    comes at once.
    """
    return Ask(Listen(seconds, expected))


def enter(row: str) -> Ask[Row]:
    """Begin the row of the etiquette sheet with the id ``row``, and return it.

    The row is noted in the record of the call.
    """
    return Ask(EnterRow(row))


def make_ticket(ticket: Ticket) -> Ask[str | None]:
    """Write a ticket to the disk; the script goes on when this has ended.

    The answer is the number of the ticket, which the script tells the caller. It is None if the
    ticket could not be written, or not in time; the script then says the prompt
    ``system.not_kept`` instead.
    """
    return Ask(MakeTicket(ticket))


def record() -> Ask[None]:
    """Record the audio of the call from now on. The script is not told if the recording fails."""
    return Ask(StartRecording())


def drop_recording() -> Ask[None]:
    """Stop the recording and delete what has been recorded."""
    return Ask(DropRecording())


def draft(ticket: Ticket) -> Ask[None]:
    """Store ``ticket`` as an unfinished ticket, with what the caller has told so far.

    The next :func:`make_ticket` discards it. If the call ends before that, the unfinished ticket is
    written to the disk as a ticket.
    """
    return Ask(Draft(ticket))


def look_up(query: Query) -> Ask[int]:
    """Begin a look-up and go on at once. The answer is the number of the look-up.

    :func:`result` and :func:`play_music` take this number as ``order``.

    Every look-up ends, with a result or with FAILED. :mod:`ivr.service.look_ups` limits how long it
    may take.
    """
    return Ask(BeginLookUp(query))


def result(order: int) -> Ask[Found | None]:
    """Return the result of the look-up with the number ``order``, without waiting for it.

    The answer is None as long as the look-up has not ended.
    """
    return Ask(Result(order))


def play_music(music: Prompt, order: int) -> Ask[None]:
    """Play music on hold until the look-up with the number ``order`` ends.

    The music also stops at its own end, and when the caller interrupts it.
    """
    return Ask(Say(music, barge_in=True, until=order))


def transfer(target: str) -> Ask[None]:
    """Have the PBX connect the caller to the extension ``target``; the script ends here.

    ``target`` comes from the settings, never from what a caller said.
    """
    return Ask(Transfer(target))
