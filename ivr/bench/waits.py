"""``ivr bench waits``: are five seconds five seconds, in the caller's own packets?"""

from collections.abc import Callable
from pathlib import Path

from ivr.bench.result import Result, percentile
from ivr.bench.silent_calls import SilentCall, call_silently, silence_missing
from ivr.lab.lab import laboratory

SECONDS = 5.0
"""What the sheet says: 稍停五秒."""
SPREAD_SECONDS = 2.0
LIMITS = {
    "wait_error_p50_ms": 5.0,
    "wait_error_p99_ms": 20.0,
    "first_prompt_p95_ms": 120.0,
    "first_prompt_no_rtp_p95_ms": 650.0,
    "ear_open_p95_ms": 300.0,
    "silence_missing_percent": 2.0,
}


async def measure(
    root: Path, calls: int, seed: int, done: Callable[[], None]
) -> tuple[Result, list[SilentCall]]:
    """Row 2 for ``calls`` simultaneous silent callers of four kinds."""
    async with laboratory(root, max_calls=calls + 5) as lab:
        heard = await call_silently(lab, calls, seed, SPREAD_SECONDS, done)
        opened = [
            step["at"] * 1000
            for record in lab.service.records()
            for step in record["steps"]
            if step["what"] == "EarOpened"
        ]
    return _result(heard, opened, seed), heard


def errors_ms(calls: list[SilentCall]) -> list[float]:
    """Error of every wait in milliseconds, signed."""
    return [(wait - SECONDS) * 1000 for call in calls if not call.problem for wait in call.waits]


def _result(heard: list[SilentCall], opened: list[float], seed: int) -> Result:
    good = [call for call in heard if call.problem is None]
    errors = [abs(error) for error in errors_ms(good)]
    first = {
        sends: [call.first_prompt * 1000 for call in good if call.caller.sends_rtp is sends]
        for sends in (True, False)
    }
    figures = {
        "wait_error_p50_ms": percentile(errors, 50),
        "wait_error_p99_ms": percentile(errors, 99),
        "wait_error_max_ms": percentile(errors, 100),
        "first_prompt_p95_ms": percentile(first[True], 95),
        "first_prompt_no_rtp_p95_ms": percentile(first[False], 95),
        "ear_open_p95_ms": percentile(opened, 95),
        "silence_missing_percent": percentile([silence_missing(call) for call in good], 100),
        "rtp_gap_p99_ms": percentile([call.recording.gaps().p99_ms for call in good], 100),
        "calls": len(heard),
    }
    problems = tuple(call.problem for call in heard if call.problem)
    present = {True: "first_prompt_p95_ms", False: "first_prompt_no_rtp_p95_ms"}
    unused = {name for sends, name in present.items() if not first[sends]}
    limits = {name: top for name, top in LIMITS.items() if name not in unused}
    return Result("waits", figures, limits, len(errors), seed, problems)
