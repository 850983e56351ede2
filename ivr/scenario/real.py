"""Scenarios on real calls, to a PBX in Docker with the service beside it or to any other PBX."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ivr.scenario.caller import Caller
from ivr.scenario.records import RecordedCall
from ivr.scenario.seen import CallSound, Seen
from ivr.scenario.stage import Stage
from ivr.scenario.steps import Scenario
from ivr.scenario.wire import spoken_prompts
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import ALAW
from ivr.softphone.summary import refusal

PHONE = "6001"
"""Name of the account with which the caller's telephone calls a PBX in Docker."""
_APART_SECONDS = 1.0
"""Shortest time, in seconds, between the starts of two calls. Calls need different starts, because
the service's record of a call is found by the time at which the call began."""
_MAX_SECONDS = 240.0
"""Seconds after dialling at which a caller hangs up."""


class TargetError(Exception):
    """The PBX cannot be called; the message says why, and for which scenario."""


@dataclass(frozen=True, slots=True)
class Target:
    """The number that is called, on which PBX and with which account."""

    server: tuple[str, int]
    number: str
    user: str = "anonymous"
    password: str = ""

    def telephone(self) -> Softphone:
        """Return a telephone with this account, to be opened with ``async with``."""
        return Softphone(self.server, self.user, self.password)


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call that was made for a scenario, was answered and has ended."""

    scenario: Scenario
    recording: CallRecording
    caller: Caller
    started: float
    """Time at which the call was answered, in seconds since the epoch."""


async def call_all(
    target: Target, scenarios: Sequence[Scenario], at_once: int, done: Callable[[Scenario], None]
) -> list[PlacedCall]:
    """Make a call for each scenario, at most ``at_once`` at a time, no two begun in one second.

    ``done`` is called with each scenario when its call has ended. Raise TargetError at the first
    call that is not answered; the calls that are up are hung up then. The sounds must have been
    made before (:func:`ivr.scenario.sounds.prepare`), because making one would delay all calls.
    """
    free = asyncio.Semaphore(at_once)
    turn = asyncio.Lock()
    async with target.telephone() as phone:

        async def one(scenario: Scenario) -> PlacedCall:
            async with free:
                async with turn:
                    await asyncio.sleep(_APART_SECONDS)
                made = await _call(phone, target, scenario)
            done(scenario)
            return made

        calls = [asyncio.create_task(one(scenario)) for scenario in scenarios]
        try:
            return await asyncio.gather(*calls)
        finally:
            for call in calls:
                call.cancel()


async def _call(phone: Softphone, target: Target, scenario: Scenario) -> PlacedCall:
    wall = time.time() - time.monotonic()
    call: Any = None

    def arrived() -> Sequence[tuple[float, bytes]]:
        return () if call is None else call.received

    caller = Caller(scenario, ALAW, arrived, time.monotonic)
    call = phone.dial(target.number, caller.script(), max_seconds=_MAX_SECONDS)
    try:
        recording = await call.ended()
    finally:
        call.hang_up()
    if recording.answered is None:
        server = "{}:{}".format(*target.server)
        raise TargetError(f"{scenario.place()}: {refusal(recording, target.user, server)}")
    return PlacedCall(scenario, recording, caller, recording.answered + wall)


def seen(made: PlacedCall, record: RecordedCall | None, stage: Stage) -> Seen:
    """Return the observations of an answered call; ``record`` is the service's record of it.

    The computation is so long that it would block the event loop: run it in a thread while calls
    are up.
    """
    recording = made.recording
    assert recording.answered is not None
    origin = recording.answered
    bot, caller = recording.timeline, recording.said
    return Seen(
        spoken_prompts(recording, made.scenario, stage),
        [replace(act, start=act.start - origin, end=act.end - origin) for act in made.caller.acted],
        recording.ended - origin,
        "bot" if recording.ended_by == "callee" else "caller",
        None if record is None else record.tickets,
        None if record is None else record.outcome,
        () if record is None else record.transcript,
        CallSound(caller.start - origin, caller.samples),
        CallSound(bot.start - origin, bot.samples),
        recording.gaps(),
    )
