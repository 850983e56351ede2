"""``ivr bench hang-ups``: callers who go at every step; what is left behind?"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ivr.bench.result import Result, percentile
from ivr.lab.lab import Lab, laboratory
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import HangUp, Silence

AT_ONCE = 20
LATEST_SECONDS = 39.0
"""Row 2 lasts 37.5 s: the last of the callers are hung up on before they go."""
LIMITS = {
    "session_end_p99_ms": 200.0,
    "channels_left": 0.0,
    "files_left": 0.0,
    "tasks_left": 0.0,
    "records_missing": 0.0,
}


async def measure(root: Path, calls: int, seed: int, done: Callable[[], None]) -> Result:
    """``calls`` callers hang up at moments spread over all of row 2."""
    moments = np.random.default_rng(seed).permutation(np.linspace(0.02, LATEST_SECONDS, calls))
    async with laboratory(root, max_calls=AT_ONCE + 5, IVR_SERVICE__LOG_LEVEL="debug") as lab:
        await _hang_up_after(lab, [0.5], lambda: None)  # what the first call opens stays open
        closed = await lab.service.logged("session_closed", 1)
        files, tasks = lab.service.open_files(), closed[-1]["tasks"]
        recordings = await _hang_up_after(lab, moments.tolist(), done)
        answered = [recording for recording in recordings if recording.answered is not None]
        channels = await lab.pbx.channels_after(seconds=2.0)
        closed = await lab.service.logged("session_closed", 1 + len(answered))
        files_left, tasks_left = lab.service.open_files() - files, closed[-1]["tasks"] - tasks
        records = lab.service.records()[1:]
    ends = _ends_ms(answered, records)
    figures = {
        "session_end_p50_ms": percentile(ends, 50),
        "session_end_p99_ms": percentile(ends, 99),
        "channels_left": channels,
        "files_left": max(0, files_left),
        "tasks_left": max(0, tasks_left),
        "records_missing": len(answered) - len(records),
        "calls": calls,
    }
    return Result("hang-ups", figures, LIMITS, len(answered), seed)


async def _hang_up_after(
    lab: Lab, moments: list[float], done: Callable[[], None]
) -> list[CallRecording]:
    free = asyncio.Semaphore(AT_ONCE)
    async with lab.telephone() as phone:

        async def one(seconds: float) -> CallRecording:
            async with free:
                recording = await phone.call(lab.number, [Silence(seconds), HangUp()])
            done()
            return recording

        return await asyncio.gather(*(one(seconds) for seconds in moments))


def _ends_ms(recordings: list[CallRecording], records: list[dict[str, Any]]) -> list[float]:
    """Milliseconds from each caller's BYE to the end of his session by its record.

    Both run on this machine's clock. Records do not know our callers, so BYEs and ends are
    paired in order of time, which is the pairing with the least differences.
    """
    to_wall = time.time() - time.monotonic()
    byes = sorted(each.ended + to_wall for each in recordings if each.ended_by == "caller")
    ends = sorted(
        datetime.fromisoformat(record["started"]).timestamp() + record["seconds"]
        for record in records
        if record["outcome"] == "caller_hung_up"
    )
    return [(end - bye) * 1000 for bye, end in zip(byes, ends, strict=False)]
