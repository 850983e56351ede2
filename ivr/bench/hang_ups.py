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
"""Upper limit for simultaneous calls; further calls wait until one has ended."""
LATEST_SECONDS = 39.0
"""Latest moment at which a caller hangs up, in seconds after the answer.

Row 2 lasts 37.5 s. In the calls with later moments the hotline therefore hangs up first.
"""
LIMITS = {
    "session_end_max_ms": 200.0,
    "channels_left": 0.0,
    "files_left": 0.0,
    "tasks_left": 0.0,
    "records_missing": 0.0,
}
SAME_INSTANT_SECONDS = LIMITS["session_end_max_ms"] / 1000
"""Two hang-ups within this many seconds count as simultaneous. Caller and hotline may then hang up
without knowing of the other's BYE. Both may be recorded as the side that ended the call."""
_OUTCOMES = {"caller": Outcome.CALLER_HUNG_UP, "callee": Outcome.NO_SOUND}
"""The outcome that the service should record for a call. The key is the side that hung up first:
``caller``, or ``callee`` for the hotline."""
_SIDES = {"caller": "caller", "callee": "hotline"}
"""Names of the two sides of a call in the bench's messages: ``callee`` is called hotline."""


async def measure(root: Path, calls: int, seed: int, done: Callable[[], None]) -> BenchResult:
    """Let callers hang up at every moment of a silent call, and count what is left behind.

    The callers say nothing. The hotline then asks twice, says goodbye and hangs up after 37.5 s
    (row 2 of the etiquette sheet). The hang-ups of the ``calls`` callers are spread evenly over 39
    s. The result counts what the calls have left: channels, files, tasks and missing records.
    ``done`` is called after each call. ``root`` is the directory of the project's checkout,
    ``seed`` the random seed for the order of the hang-ups.
    """
    moments = np.random.default_rng(seed).permutation(np.linspace(0.02, LATEST_SECONDS, calls))
    settings = {"IVR_SERVICE__LOG_LEVEL": "debug"}
    async with laboratory(root, max_calls=_AT_ONCE + 5, settings=settings) as lab:
        # The files of the first call stay open, and those that the threads of the records open 2 s
        # after the start.
        await _hang_up_after(lab, [3.0], lambda: None)
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
    """Place one call for each of ``moments``; return the recordings of the calls in that order.

    A moment is the time at which the caller hangs up, in seconds after the answer. At most 20
    (_AT_ONCE) calls are up at once. ``done`` is called after each call.
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
    """The ends of calls in the service's records, compared with the callers' recordings."""

    differences_ms: list[float]
    """Milliseconds between the caller's BYE and the end of the service's session, one for each
    call.

    Only calls that both sides recorded as ended by the caller are listed.
    """
    unpaired: int
    """Number of calls in which caller and hotline hung up at the same instant: within 0.2 s
    (SAME_INSTANT_SECONDS). The caller's recording names one side as the first, the service's record
    the other. This is no error."""
    problems: tuple[str, ...]


def compare_ends(
    recordings: Sequence[CallRecording],
    records: Sequence[dict[str, Any]],
    closed: Sequence[dict[str, Any]],
    to_wall: float,
) -> CallEnds:
    """Compare the callers' recordings of answered calls with the service's account of their ends.

    ``records`` are the service's records of the calls. ``closed`` are its log lines
    ``session_closed``, one for each session. Recordings have times of the monotonic clock, log
    lines have times of the wall clock. ``to_wall`` is the wall clock minus the monotonic clock, in
    seconds.

    The log does not say which recording a session belongs to. Recordings and sessions are therefore
    paired by the times at which they ended, so that the sum of the time differences is least. For
    this sum, 0.2 s (SAME_INSTANT_SECONDS) are added to a pair that disagrees about the side that
    hung up.
    """
    outcomes = {record["uniqueid"]: record["outcome"] for record in records}
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
