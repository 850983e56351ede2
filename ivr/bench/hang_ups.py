"""``ivr bench hang-ups``: callers who go at every step; what is left behind?"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ivr.bench.result import BenchResult, percentile
from ivr.lab.lab import Lab, laboratory
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import HangUpStep, Silence

_AT_ONCE = 20
LATEST_SECONDS = 39.0
"""Row 2 lasts 37.5 s: the last of the callers are hung up on before they go."""
LIMITS = {
    "session_end_max_ms": 200.0,
    "channels_left": 0.0,
    "files_left": 0.0,
    "tasks_left": 0.0,
    "records_missing": 0.0,
}


async def measure(root: Path, calls: int, seed: int, done: Callable[[], None]) -> BenchResult:
    """``calls`` callers hang up at moments spread over all of row 2."""
    moments = np.random.default_rng(seed).permutation(np.linspace(0.02, LATEST_SECONDS, calls))
    async with laboratory(root, max_calls=_AT_ONCE + 5, IVR_SERVICE__LOG_LEVEL="debug") as lab:
        await _hang_up_after(lab, [0.5], lambda: None)  # what the first call opens stays open
        first = (await lab.service.logged("session_closed", 1))[0]
        files = lab.service.open_files()
        recordings = await _hang_up_after(lab, moments.tolist(), done)
        answered = [recording for recording in recordings if recording.answered is not None]
        channels = await lab.pbx.channels_after(seconds=2.0)
        closed = (await lab.service.logged("session_closed", 1 + len(answered)))[1:]
        files_left = lab.service.open_files() - files
        records = (await lab.service.records(1 + len(answered)))[1:]
    ends = _ends_ms(answered, records, closed)
    figures = {
        "session_end_p50_ms": percentile(ends, 50),
        "session_end_p99_ms": percentile(ends, 99),
        "session_end_max_ms": percentile(ends, 100),
        "channels_left": channels,
        "files_left": max(0, files_left),
        "tasks_left": max(0, closed[-1]["tasks"] - first["tasks"]) if closed else float("nan"),
        "records_missing": len(answered) - len(records),
        "calls": calls,
    }
    return BenchResult(
        "hang-ups", figures, LIMITS, len(answered), seed, _problems(answered, records)
    )


async def _hang_up_after(
    lab: Lab, moments: list[float], done: Callable[[], None]
) -> list[CallRecording]:
    free = asyncio.Semaphore(_AT_ONCE)
    async with lab.telephone() as phone:

        async def one(seconds: float) -> CallRecording:
            async with free:
                recording = await phone.call(lab.number, [Silence(seconds), HangUpStep()])
            done()
            return recording

        return await asyncio.gather(*(one(seconds) for seconds in moments))


def _ends_ms(
    recordings: list[CallRecording], records: list[dict[str, Any]], closed: list[dict[str, Any]]
) -> list[float]:
    """Milliseconds between each caller's BYE and the end of his session, sockets included.

    Both run on this machine's clock. The service does not know our callers, so BYEs and ends are
    paired in order of time, which is the pairing with the least differences; when their numbers
    differ there is none, and the figure is undefined.
    """
    to_wall = time.time() - time.monotonic()
    byes = sorted(each.ended + to_wall for each in recordings if each.ended_by == "caller")
    gone = {record["call"] for record in records if record["outcome"] == "caller_hung_up"}
    ends = sorted(
        datetime.fromisoformat(line["timestamp"]).timestamp()
        for line in closed
        if line["call"] in gone
    )
    if len(byes) != len(ends):
        return []
    return [abs(end - bye) * 1000 for bye, end in zip(byes, ends, strict=True)]


def _problems(recordings: list[CallRecording], records: list[dict[str, Any]]) -> tuple[str, ...]:
    """What does not fit together: who hung up, and what the records say of it."""
    ours = Counter(each.ended_by for each in recordings)
    theirs = Counter(record["outcome"] for record in records)
    expected = {"caller_hung_up": ours["caller"], "no_sound": ours["callee"]}
    wrong = [
        f"{expected.get(outcome, 0)} calls ended as {outcome}, {count} records say so"
        for outcome, count in theirs.items()
        if count != expected.get(outcome, 0)
    ]
    wrong += [f"record {record['call']} has no row" for record in records if not record["row"]]
    return tuple(wrong)
