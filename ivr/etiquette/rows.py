"""``@row``: ties a script to its row of the sheet."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar, assert_never

from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, Keys, Nobody, Request, Speech, Unheard, enter

T = TypeVar("T")

SCRIPTS: dict[str, Callable[[], Coroutine[Request, Any, Any]]] = {}
"""Every script by the id of its row: what the bijection test compares with the sheet."""


def row(
    id: str,
) -> Callable[
    [Callable[[Row], Coroutine[Request, Any, T]]], Callable[[], Coroutine[Request, Any, T]]
]:
    """Make a script of a row callable without arguments.

    The row is entered (and so noted in the record) when the script begins, and handed to it with
    its words and seconds.
    """

    def decorate(
        script: Callable[[Row], Coroutine[Request, Any, T]],
    ) -> Callable[[], Coroutine[Request, Any, T]]:
        @wraps(script)
        async def run() -> T:
            return await script(await enter(id))

        if id in SCRIPTS:
            raise ValueError(f"row {id!r} has two scripts")
        SCRIPTS[id] = run
        return run

    return decorate


def is_there(heard: Heard) -> bool:
    """Whether a caller was heard, by voice or by key."""
    match heard:
        case Speech() | Keys():
            return True
        case Nobody() | Unheard():
            return False
        case _:
            assert_never(heard)


def is_silent(heard: Heard) -> bool:
    """还是无声: nobody was heard although we could have heard him."""
    return isinstance(heard, Nobody)
