"""``ivr bench waits``: check that waits of five seconds (row 2) really last five seconds.

The waits are measured by the packets that callers receive; the error of each is in milliseconds.
"""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from ivr.bench.result import BenchResult, percentile
from ivr.bench.silent_calls import (
    COMFORT_NOISE,
    NO_RTP,
    SilentCall,
    call_silently,
    silence_missing,
)
from ivr.lab.lab import laboratory

_SECONDS = 5.0
"""Seconds that the hotline should wait in row 2: 稍停五秒 (pause five seconds)."""
SPREAD_SECONDS = 2.0
"""Seconds over which the beginnings of the calls are spread."""
LIMITS = {
    "wait_error_p50_ms": 5.0,
    "wait_error_p99_ms": 20.0,
    "first_prompt_p95_ms": 120.0,
    "first_prompt_no_rtp_p95_ms": 650.0,
    "first_prompt_comfort_noise_p95_ms": 650.0,  # no voice: Asterisk's Answer waits as well
    "ear_open_p95_ms": 300.0,
    "silence_missing_percent": 2.0,
}


async def measure(
    root: Path, calls: int, seed: int, done: Callable[[], None]
) -> tuple[BenchResult, list[SilentCall]]:
    """Place ``calls`` simultaneous calls of callers who say nothing; measure the hotline's waits.

    The callers are of four kinds: no packets, digital silence, comfort noise and room noise. Return
    the result and the calls. ``root`` is the directory of the project's checkout, ``seed`` the
    random seed of the room noise. ``done`` is called after each call.
    """
    async with laboratory(root, max_calls=calls + 5) as lab:
        heard = await call_silently(lab, calls, seed, SPREAD_SECONDS, done)
        records = await lab.service.records(calls)
    return _result(heard, _ear_open_ms(heard, records), seed), heard


def errors_ms(calls: list[SilentCall]) -> list[float]:
    """Return by how many milliseconds each wait in ``calls`` differs from 5 s, in order.

    A number is positive if the wait was longer. Calls in which something went wrong are left out.
    """
    return [(wait - _SECONDS) * 1000 for call in calls if not call.problem for wait in call.waits]


def _ear_open_ms(heard: list[SilentCall], records: list[dict[str, Any]]) -> list[float]:
    """Return for each caller the milliseconds from the answer until the detectors got their audio.

    The answer is the 200 OK in the recording of a call of ``heard``. Audio reaches the detectors at
    the step EarOpened in ``records``, the service's records. Callers who send no voice packets are
    left out. Answers and steps are paired in the order of their times. The result is empty if there
    are not as many steps as answers.
    """
    to_wall = time.time() - time.monotonic()
    answers = sorted(
        call.recording.answered + to_wall
        for call in heard
        if call.caller.voice_packets and call.recording.answered is not None
    )
    opened = sorted(
        datetime.fromisoformat(record["started"]).timestamp() + step["at"]
        for record in records
        for step in record["steps"]
        if step["what"] == "EarOpened"
    )
    if len(opened) != len(answers):
        return []  # so the percentile is NaN, which keeps no limit
    return [(at - answer) * 1000 for answer, at in zip(answers, opened, strict=True)]


def _result(heard: list[SilentCall], ear_open: list[float], seed: int) -> BenchResult:
    good = [call for call in heard if call.problem is None]
    errors = [abs(error) for error in errors_ms(good)]
    figures = {
        "wait_error_p50_ms": percentile(errors, 50),
        "wait_error_p99_ms": percentile(errors, 99),
        "wait_error_max_ms": percentile(errors, 100),
        **_first_prompts(good),
        "ear_open_p95_ms": percentile(ear_open, 95),
        "silence_missing_percent": percentile([silence_missing(call) for call in good], 100),
        "rtp_gap_p99_ms": percentile([call.recording.gaps().p99_ms for call in good], 100),
        "calls": len(heard),
    }
    problems = tuple(call.problem for call in heard if call.problem)
    asked = {name: top for name, top in LIMITS.items() if name in figures}
    return BenchResult("waits", figures, asked, len(errors), seed, problems)


def _first_prompts(calls: list[SilentCall]) -> dict[str, float]:
    """Return the delay until the first prompt (95th percentile, in ms) for each kind of caller.

    The key is the name of the figure. Kinds of callers that are not in ``calls`` are left out.
    """
    kinds = {NO_RTP: "_no_rtp", COMFORT_NOISE: "_comfort_noise"}
    delays: dict[str, list[float]] = {}
    for call in calls:
        kind = kinds.get(call.caller.name, "")
        delays.setdefault(f"first_prompt{kind}_p95_ms", []).append(call.first_prompt * 1000)
    return {name: percentile(values, 95) for name, values in delays.items()}
