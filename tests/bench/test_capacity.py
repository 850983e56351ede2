"""The knee of capacity, its command line, and the counting of processor time and memory."""

import os
import subprocess
import sys
from collections.abc import Iterator
from math import nan
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.bench.accounting import Peak, children_of, usage_of
from ivr.bench.capacity import LIMITS, PARTS, LoadStep, knee_figures
from ivr.bench.capacity_command import draw_capacity
from ivr.bench.commands import bench_app

_GOOD = {"calls_failed": 0.0, "wait_error_p99_ms": 12.0, "loop_lag_max_ms": 20.0}
_COSTS = {f"{part}_cpu_seconds_per_call": 0.5 for part in ("service", "recogniser")}


def step(calls: int, **figures: float) -> LoadStep:
    return LoadStep(calls, {**_GOOD, **_COSTS, **figures}, ())


def test_the_knee_is_the_last_step_within_all_limits() -> None:
    steps = [step(20), step(50, loop_lag_max_ms=99.0), step(75, wait_error_p99_ms=961.0)]
    figures = dict(knee_figures("silent", steps))
    assert figures["silent_calls_at_knee"] == 50
    assert figures["silent_loop_lag_max_ms"] == 99.0
    assert figures["silent_service_cpu_seconds_per_call"] == 0.5
    assert figures["silent_calls_beyond_knee"] == 75
    assert figures["silent_wait_error_p99_ms_beyond_knee"] == 961.0


def test_a_first_step_beyond_a_limit_has_no_knee() -> None:
    figures = dict(knee_figures("mixed", [step(20, calls_failed=1.0)]))
    assert figures["mixed_calls_at_knee"] == 0
    assert "mixed_loop_lag_max_ms" not in figures


def test_steps_that_all_keep_the_limits_have_nothing_beyond() -> None:
    figures = dict(knee_figures("silent", [step(20), step(50)]))
    assert figures["silent_calls_at_knee"] == 50
    assert "silent_calls_beyond_knee" not in figures


@pytest.mark.parametrize("name", [name for name in LIMITS if name in _GOOD])
def test_each_limit_can_break(name: str) -> None:
    assert step(20, **{name: LIMITS[name]}).broken == ()
    assert step(20, **{name: LIMITS[name] + 0.1}).broken == (name,)


def test_a_figure_that_was_not_measured_breaks_its_limit() -> None:
    assert step(20, wait_error_p99_ms=nan).broken == ("wait_error_p99_ms",)


@pytest.mark.parametrize("counts", ["many", "0,20", "20,", "-5"])
def test_numbers_of_calls_that_are_none_are_refused(counts: str) -> None:
    refused = CliRunner().invoke(bench_app, ["capacity", "--silent", counts])
    assert refused.exit_code == 2
    assert "20,50,100" in refused.output


def test_the_curves_are_drawn_for_each_mix(tmp_path: Path) -> None:
    costs = {f"{part}_cpu_seconds_per_call": 0.5 for part in PARTS}
    draw_capacity({"silent": [step(20, **costs), step(50, **costs)]}, tmp_path)
    assert (tmp_path / "capacity_silent.png").stat().st_size > 5_000


_BUSY = """
import time
held = bytearray(60_000_000)
while time.process_time() < 0.5:
    pass
print("done", flush=True)
input()
"""


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[str]]:
    """A process that uses half a second of a processor and 60 MB, and then waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", _BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_processor_time_and_memory_of_a_process_are_counted(busy: subprocess.Popen[str]) -> None:
    peak = Peak({"busy": (busy.pid,), "none": ()})
    assert busy.stdout is not None
    assert busy.stdout.readline() == "done\n"
    used = peak.usage()
    assert 0.3 < used["busy"].cpu_seconds < 2.0
    assert 60 < used["busy"].megabytes < 120
    assert used["none"].cpu_seconds == 0


def test_a_process_that_has_ended_counts_nothing(busy: subprocess.Popen[str]) -> None:
    busy.kill()
    busy.wait()
    assert usage_of([busy.pid]).cpu_seconds == 0


def test_the_children_of_a_process_are_found(busy: subprocess.Popen[str]) -> None:
    assert busy.pid in children_of(os.getpid())
