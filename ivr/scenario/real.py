"""Play scenarios as real calls, to a PBX in Docker or to any other PBX.

Beside the PBX in Docker, the service is started too.
"""

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
"""Name of the account that the caller's telephone has on the PBX in Docker."""
_APART_SECONDS = 1.0
"""Least time, in seconds, between the starts of two calls. The service's record of a call is found
by its time of answer, so that two calls must not begin together."""
_MAX_SECONDS = 240.0
"""Upper limit for a call, in seconds after dialling; then the caller hangs up."""


class TargetError(Exception):
    """The PBX did not take a call; the message says why, and for which scenario."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the calls go: the PBX, the number to call, and the caller's account."""

    server: tuple[str, int]
    number: str
    user: str = "anonymous"
    password: str = ""

    def telephone(self) -> Softphone:
        """Return a new telephone with this account; it works inside ``async with``."""
        return Softphone(self.server, self.user, self.password)


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """An ended call that was made for a scenario and was answered."""

    scenario: Scenario
    recording: CallRecording
    caller: Caller
    started: float
    """Time at which the call was answered, in seconds since the epoch."""


async def call_all(
    target: Target, scenarios: Sequence[Scenario], at_once: int, done: Callable[[Scenario], None]
) -> list[PlacedCall]:
    """Make a call to ``target`` for each scenario; return the calls in the order of ``scenarios``.

    At most ``at_once`` calls are up at a time, and they begin 1 s or more apart. ``done`` is called
    with each scenario when its call has ended. If a call is not answered, raise TargetError and
    hang up the other calls. The sounds of the scenarios must have been made before
    (:func:`ivr.scenario.sounds.prepare`), because making one now would delay all calls.
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
    """Return all that was observed in ``made``, an ended call.

    ``record`` is the service's record of the call; None if there is none or it was not read.
    ``stage`` has the sheet and the rendered prompts. This is slow: run it in a thread, because it
    would block the event loop.
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
