"""Runs the script of a call, and answers at once those requests that take no time."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ivr.dialogue.commands import (
    BeginLookUp,
    DropRecording,
    EnterRow,
    MakeTicket,
    StartRecording,
    Transfer,
)
from ivr.dialogue.orders import Orders
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Draft, Listen, Request, Result, Say, TimedRequest

Script = Coroutine[Request, Any, Outcome]
"""A coroutine that yields requests, receives their answers, and returns the call's outcome."""


class StepLimitError(Exception):
    """A script has made more requests than :class:`ivr.dialogue.call.Limits` allows."""


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """The script has ended with an outcome."""

    outcome: Outcome


class ScriptRun:
    """Runs one script, in steps. A step ends when the script makes a request that takes time."""

    def __init__(
        self, script: Script, orders: Orders, rows: Callable[[str], Row], steps: float
    ) -> None:
        """``rows`` returns a row of the sheet by its id.

        ``steps`` is the upper limit for the requests of the script; beyond it StepLimitError is
        raised.
        """
        self._script, self._orders, self._rows, self._left = script, orders, rows, steps

    def resume(self, answer: object) -> TimedRequest | Transfer | ScriptEnded:
        """Resume the script with ``answer``; return the request at which this step ends.

        This is the script's next request that takes time or ends the call.

        Return ScriptEnded if the script ends. Raise StepLimitError after too many requests. An
        exception of the script is not caught.
        """
        while True:
            if self._left <= 0:
                raise StepLimitError
            self._left -= 1
            try:
                request = self._script.send(answer)
            except StopIteration as end:
                return ScriptEnded(end.value)
            answer = None
            match request:
                case EnterRow(row):
                    self._orders.enter(request)
                    answer = self._rows(row)
                case StartRecording() | DropRecording():
                    self._orders.give(request)
                case Draft(ticket):
                    self._orders.draft(ticket)
                case BeginLookUp():
                    answer = self._orders.look_up(request)
                case Result(order):
                    answer = self._orders.found.get(order)
                case Say(until=order) if order in self._orders.found:
                    pass  # the look-up has ended: there is nothing to wait for
                case Say() | Listen() | MakeTicket() | Transfer():
                    return request

    def close(self) -> None:
        """End the script at the point where it waits; its ``finally`` clauses run. Idempotent."""
        self._script.close()
