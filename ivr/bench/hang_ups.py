"""``ivr bench hang-ups``: callers hang up at every moment of row 2; nothing of a call may stay."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from ivr.bench.result import BenchResult, percentile
from ivr.dialogue.outcome import Outcome
from ivr.lab.lab import Lab, laboratory
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import HangUpStep, Silence

_AT_ONCE = 20
"""Largest number of simultaneous calls."""
LATEST_SECONDS = 39.0
"""Seconds from the answer to the latest hang-up.

Row 2 lasts 37.5 s, so the hotline ends the last calls itself.
"""
LIMITS = {
    "session_end_max_ms": 200.0,
    "channels_left": 0.0,
    "files_left": 0.0,
    "tasks_left": 0.0,
    "records_missing": 0.0,
}
SAME_INSTANT_SECONDS = LIMITS["session_end_max_ms"] / 1000
"""If caller and hotline hang up within this many seconds of each other, neither may have known of
the other's BYE. Both may then be recorded as the side that ended the call."""
_OUTCOMES = {"caller": Outcome.CALLER_HUNG_UP, "callee": Outcome.NO_SOUND}
"""Outcome that the service should record for a call. The key is the side that hung up: ``caller``,
or ``callee`` for the hotline."""
_SIDES = {"caller": "caller", "callee": "hotline"}
"""Names of the two sides of a call in the sentences of ``problems``."""


async def measure(root: Path, calls: int, seed: int, done: Callable[[], None]) -> BenchResult:
    """Let ``calls`` callers hang up at moments that are spread evenly over row 2.

    ``done`` is called after each call. ``root`` is the directory of the checkout.
    """
    moments = np.random.default_rng(seed).permutation(np.linspace(0.02, LATEST_SECONDS, calls))
    settings = {"IVR_SERVICE__LOG_LEVEL": "debug"}
    async with laboratory(root, max_calls=_AT_ONCE + 5, settings=settings) as lab:
        await _hang_up_after(lab, [0.5], lambda: None)  # files of the first call stay open
        first = (await lab.service.logged("session_closed", 1))[0]
        files = lab.service.open_files()
        recordings = await _hang_up_after(lab, moments.tolist(), done)
        answered = [recording for recording in recordings if recording.answered is not None]
        channels = await lab.pbx.channels_after(seconds=2.0)
        closed = (await lab.service.logged("session_closed", 1 + len(answered)))[1:]
        files_left = lab.service.open_files() - files
        records = (await lab.service.records(1 + len(answered)))[1:]
    ends = compare_ends(answered, records, closed, time.time() - time.monotonic())
    figures = {
        "session_end_p50_ms": percentile(ends.differences_ms, 50),
        "session_end_p99_ms": percentile(ends.differences_ms, 99),
        "session_end_max_ms": percentile(ends.differences_ms, 100),
        "hang_ups_unpaired": ends.unpaired,
        "channels_left": channels,
        "files_left": max(0, files_left),
        "tasks_left": max(0, closed[-1]["tasks_left"] - first["tasks_left"])
        if closed
        else float("nan"),
        "records_missing": len(answered) - len(records),
        "calls": calls,
    }
    rowless = [f"record {record['call']} has no row" for record in records if not record["row"]]
    problems = (*ends.problems, *rowless)
    return BenchResult("hang-ups", figures, LIMITS, len(answered), seed, problems)


async def _hang_up_after(
    lab: Lab, moments: list[float], done: Callable[[], None]
) -> list[CallRecording]:
    """Place a call for each of ``moments``: seconds from the answer to the caller's hang-up.

    At most _AT_ONCE (20) calls are up at once. ``done`` is called after each call.
    """
    free = asyncio.Semaphore(_AT_ONCE)
    async with lab.telephone() as phone:

        async def one(seconds: float) -> CallRecording:
            async with free:
                recording = await phone.call(lab.number, [Silence(seconds), HangUpStep()])
            done()
            return recording

        return await asyncio.gather(*(one(seconds) for seconds in moments))


@dataclass(frozen=True, slots=True)
class CallEnds:
    """Differences between the ends of calls as the callers and as the service recorded them."""

    differences_ms: list[float]
    """Milliseconds between the caller's BYE and the end of the service's session for the call.

    There is one number for each call that the caller ended, if the service recorded so too."""
    unpaired: int
    """Number of calls about which the two sides disagree: one recorded that the caller had hung up,
    the other that the hotline had. Both recorded the end within SAME_INSTANT_SECONDS (0.2)."""
    problems: tuple[str, ...]


def compare_ends(
    recordings: Sequence[CallRecording],
    records: Sequence[dict[str, Any]],
    closed: Sequence[dict[str, Any]],
    to_wall: float,
) -> CallEnds:
    """Compare answered calls with their records and with the log lines ``session_closed``.

    ``closed`` are the log lines, one for each session. Times in recordings are of the monotonic
    clock, times in log lines of the wall clock. ``to_wall`` is the wall clock minus the monotonic
    clock, in seconds.

    The log does not say which caller a session belongs to. Each recording is therefore paired with
    a session so that the sum of the differences between their end times is least. If recording and
    session disagree about the side that hung up, SAME_INSTANT_SECONDS (0.2) is added to the pair's
    difference.
    """
    outcomes = {record["call"]: record["outcome"] for record in records}
    said = [outcomes.get(line["call"]) for line in closed]
    ends = [datetime.fromisoformat(line["timestamp"]).timestamp() for line in closed]
    apart = np.abs(np.subtract.outer([each.ended + to_wall for each in recordings], ends))
    expected = [_OUTCOMES.get(each.ended_by) for each in recordings]
    differ = np.array([[outcome != wanted for outcome in said] for wanted in expected], bool)
    differ = differ.reshape(apart.shape)  # also when there are no calls
    differences, unpaired, wrong = [], 0, Counter[str]()
    for call, session in zip(
        *linear_sum_assignment(apart + SAME_INSTANT_SECONDS * differ), strict=True
    ):
        side, outcome, seconds = recordings[call].ended_by, said[session], apart[call, session]
        if not differ[call, session]:
            differences += [1000 * float(seconds)] if side == "caller" else []
        elif outcome in _OUTCOMES.values() and seconds <= SAME_INSTANT_SECONDS:
            unpaired += 1
        else:
            what = f"are recorded as {outcome}" if outcome else "have no record"
            wrong[f"calls that the {_SIDES.get(side, side)} ended {what}"] += 1
    problems = [f"{what}: {count}" for what, count in wrong.items()]
    if missing := len(recordings) - len(closed):
        problems.append(f"answered calls without a closed session: {missing}")
    return CallEnds(differences, unpaired, tuple(problems))
