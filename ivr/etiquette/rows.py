"""The decorator ``@row``, which ties a script to its row of the sheet."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, assert_never

from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, Keys, Nobody, Request, Speech, Unheard, enter

T = TypeVar("T")
P = ParamSpec("P")
Doing = Coroutine[Request, Any, T]
"""A script that is running; ``T`` is what it returns."""

SCRIPTS: dict[str, Callable[..., Doing[Any]]] = {}
"""Every script, by the id of its row. A test compares these ids with those of the sheet."""


def row(
    id: str,
) -> Callable[[Callable[Concatenate[Row, P], Doing[T]]], Callable[P, Doing[T]]]:
    """Return a decorator that makes a function the script of the row ``id`` of the etiquette sheet.

    The first parameter of the function is its :class:`Row`. The decorator fills it in, so callers
    leave it out. Each time the script begins, the row is noted in the record of the call. The
    decorator raises ValueError if the row has a script already.
    """

    def decorate(script: Callable[Concatenate[Row, P], Doing[T]]) -> Callable[P, Doing[T]]:
        @wraps(script)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return await script(await enter(id), *args, **kwargs)

        if id in SCRIPTS:
            raise ValueError(f"row {id!r} has two scripts")
        SCRIPTS[id] = run
        return run

    return decorate


def is_there(heard: Heard) -> bool:
    """Return True if a caller was heard, by voice or by key; False for silence or lost audio."""
    match heard:
        case Speech() | Keys():
            return True
        case Nobody() | Unheard():
            return False
        case _:
            assert_never(heard)


def is_silent(heard: Heard) -> bool:
    """Return True if the caller's audio reaches us and nobody was heard (还是无声: still silent).

    Return False for speech, for a key, and if the caller's audio does not reach us.
    """
    return isinstance(heard, Nobody)
