"""Runs the script of a call, and at once answers the requests that take no time."""

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
    """Returned instead of a request when the script has ended; holds the outcome of the call."""

    outcome: Outcome


class ScriptRun:
    """Runs one script, in steps. A step ends when the script makes a request that takes time."""

    def __init__(
        self, script: Script, orders: Orders, rows: Callable[[str], Row], steps: float
    ) -> None:
        """Take the script and what its requests need.

        ``orders`` collects the commands of the call. ``rows`` returns a row of the etiquette sheet
        by its id. ``steps`` is the upper limit for the number of requests of the script.
        """
        self._script, self._orders, self._rows, self._left = script, orders, rows, steps

    def resume(self, answer: object) -> TimedRequest | Transfer | ScriptEnded:
        """Resume the script; return its next request that takes time or ends the call.

        ``answer`` is the answer to its last request, None at the start. Requests that take no time
        are answered here. Return ScriptEnded if the script ends. Raise StepLimitError after more
        requests than allowed. An exception of the script is not caught.
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
        """End the script at the point where it waits; its ``finally`` clauses run.

        If it has ended, do nothing.
        """
        self._script.close()
