"""Scenarios on real calls: to a PBX in Docker with the service beside it, or to any other."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ivr.scenario.caller import Caller
from ivr.scenario.sounds import prepare
from ivr.scenario.steps import Scenario
from ivr.softphone.commands import refusal
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import ALAW

APART_SECONDS = 1.0
"""Between two calls at least: records are told apart by their beginnings."""
MAX_SECONDS = 240.0


class TargetError(Exception):
    """The PBX cannot be called; the message says why, and of which scenario."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the calls go."""

    server: tuple[str, int]
    number: str
    user: str = "anonymous"
    password: str = ""

    def telephone(self) -> Softphone:
        """A telephone to call from, to be opened with ``async with``."""
        return Softphone(self.server, self.user, self.password)


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made."""

    scenario: Scenario
    recording: CallRecording
    caller: Caller
    started: float
    """When it was answered, in seconds of the wall clock."""


async def call_all(
    target: Target, scenarios: Sequence[Scenario], at_once: int, done: Callable[[Scenario], None]
) -> list[Made]:
    """Make a call for each scenario, at most ``at_once`` at a time, and not two in one second.

    TargetError at the first call that is not answered; those that are up are hung up.
    """
    free = asyncio.Semaphore(at_once)
    turn = asyncio.Lock()
    async with target.telephone() as phone, asyncio.TaskGroup() as calls:

        async def one(scenario: Scenario) -> Made:
            async with free:
                prepare(scenario)
                async with turn:
                    made = asyncio.create_task(_call(phone, target, scenario))
                    await asyncio.sleep(APART_SECONDS)
                try:
                    result = await made
                finally:
                    made.cancel()
                done(scenario)
                return result

        tasks = [calls.create_task(one(scenario)) for scenario in scenarios]
    return [task.result() for task in tasks]


async def _call(phone: Softphone, target: Target, scenario: Scenario) -> Made:
    wall = time.time() - time.monotonic()
    call: Any = None

    def arrived() -> Sequence[tuple[float, bytes]]:
        return () if call is None else call.received

    caller = Caller(scenario, ALAW, arrived, time.monotonic)
    call = phone.dial(target.number, caller.script(), max_seconds=MAX_SECONDS)
    try:
        recording = await call.ended()
    finally:
        call.hang_up()
    if recording.answered is None:
        server = "{}:{}".format(*target.server)
        raise TargetError(f"{scenario.place()}: {refusal(recording, target.user, server)}")
    return Made(scenario, recording, caller, recording.answered + wall)


def paired(made: Sequence[Made], records: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """The record of each call: the one that began nearest to it, and within half a second."""
    return [_nearest(one.started, records) for one in made]


def _nearest(started: float, records: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    def distance(record: dict[str, Any]) -> float:
        return abs(datetime.fromisoformat(record["started"]).timestamp() - started)

    best = min(records, key=distance, default=None)
    return best if best is not None and distance(best) < APART_SECONDS / 2 else None
