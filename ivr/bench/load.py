"""``ivr bench load``: many simultaneous calls of row 2, and how evenly their packets arrive."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ivr.bench.result import BenchResult, percentile
from ivr.bench.silent_calls import SilentCall, call_silently
from ivr.bench.waits import errors_ms
from ivr.lab.lab import laboratory

LIMITS = {
    "calls_failed": 0.0,
    "rtp_gap_p99_ms": 40.0,
    "channels_left": 0.0,
    "complaints_logged": 0.0,
    "loop_lag_max_ms": 500.0,  # the heartbeat takes calls back from 1,500 ms on
}
_SPREAD_SECONDS = 5.0
"""Seconds over which the beginnings of the calls are spread."""
_FINE = ("debug", "info")
"""Levels of log lines that are no complaint. All other lines are complaints, also those without a
level."""
_EXPECTED = ("built_in_model_used",)
"""Warnings about the laboratory, not about its calls: its recogniser is the built-in model."""


def complaints(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return those of the log ``lines`` that say that something went wrong.

    These are all lines of level warning or above, and lines without a level. Warnings about the
    laboratory itself (_EXPECTED) are left out.
    """
    return [
        line
        for line in lines
        if line.get("level") not in _FINE and line.get("event") not in _EXPECTED
    ]


async def measure(
    root: Path, calls: int, seed: int, done: Callable[[], None]
) -> tuple[BenchResult, list[SilentCall]]:
    """Place ``calls`` simultaneous calls of callers who say nothing; measure how the hotline copes.

    The callers are of four kinds: no packets, digital silence, comfort noise and room noise. Return
    the result (failed calls, gaps between packets, what is left behind) and the calls. ``root`` is
    the directory of the project's checkout, ``seed`` the random seed of the room noise. ``done`` is
    called after each call.
    """
    settings = {"IVR_SERVICE__LOG_LEVEL": "debug"}
    async with laboratory(root, max_calls=calls + 5, settings=settings) as lab:
        heard = await call_silently(lab, calls, seed, _SPREAD_SECONDS, done)
        channels = await lab.pbx.channels_after(seconds=2.0)
        closed = await lab.service.logged("session_closed", calls)
        complained = complaints(lab.service.lines)
    good = [call for call in heard if call.problem is None]
    gaps = [call.recording.gaps() for call in good]
    waits = [abs(error) for error in errors_ms(good)]
    figures = {
        "calls_failed": len(heard) - len(good),
        "rtp_gap_p99_ms": percentile([gap.p99_ms for gap in gaps], 100),
        "rtp_gap_max_ms": percentile([gap.max_ms for gap in gaps], 100),
        "wait_error_p50_ms": percentile(waits, 50),
        "wait_error_p99_ms": percentile(waits, 99),
        "channels_left": channels,
        "complaints_logged": len(complained),
        "loop_lag_max_ms": percentile([line["longest_loop_delay_ms"] for line in closed], 100),
        "calls": calls,
    }
    problems = tuple(call.problem for call in heard if call.problem)
    return BenchResult("load", figures, LIMITS, calls, seed, problems), heard
