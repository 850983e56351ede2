"""``ivr bench capacity``: how many callers at once the machine serves before a limit breaks.

Callers who say nothing, callers who talk, and both together call in rising steps. The last step
whose figures keep all limits is the knee.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Literal

from ivr.bench.accounting import Peak, Usage, children_of
from ivr.bench.crowd import Crowd, CrowdCall, crowd
from ivr.bench.result import BenchResult, percentile
from ivr.lab.lab import Lab, laboratory
from ivr.lab.pbx import run_command

Mix = Literal["silent", "talking", "mixed"]
STEPS: Mapping[Mix, tuple[int, ...]] = {
    "silent": (20, 50, 75, 100, 150, 200, 250, 300, 400),
    "talking": (10, 20, 30, 40, 60, 80, 100),
    "mixed": (20, 40, 60, 80, 120, 160, 200),
}
"""Numbers of calls at the same time that are tried, for each mix of callers. Every second caller of
``mixed`` talks."""
LIMITS = {
    "calls_failed": 0.0,
    "rtp_gap_p99_ms": 40.0,
    "wait_error_p99_ms": 40.0,
    "reply_p95_ms": 900.0,
    "loop_lag_max_ms": 100.0,
}
"""Upper limits that a step must keep; above them callers notice the load."""
GOALS = {"silent_calls_at_knee": 300.0, "talking_calls_at_knee": 60.0}
"""Least numbers of calls at the knee on a machine with two cores."""
_SPREAD_SECONDS = 10.0
"""Seconds over which the beginnings of a step's calls are spread."""
_LOOK_SECONDS = 1.0
"""Seconds between two looks at the memory of the processes."""
PARTS = ("service", "listening", "recogniser", "asterisk", "callers")


@dataclass(frozen=True, slots=True)
class LoadStep:
    """One step of a mix: the number of calls at the same time, and what was measured."""

    calls: int
    figures: Mapping[str, float]
    """Figures of the step: those in LIMITS that the mix has, the share of sentences understood, and
    for each part (PARTS) the CPU seconds per call and the greatest memory in megabytes."""
    problems: tuple[str, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the limits that the step does not keep."""
        return tuple(
            name for name, top in LIMITS.items() if name in self.figures
            and not self.figures[name] <= top
        )  # fmt: skip


async def measure(
    root: Path,
    steps: Mapping[Mix, Sequence[int]],
    seed: int,
    done: Callable[[], None],
    tell: Callable[[str], None],
) -> tuple[BenchResult, dict[Mix, list[LoadStep]]]:
    """Find the knee for each mix of callers in ``steps``; return the result and all steps.

    ``steps`` has the numbers of calls to try for each mix, in rising order. ``root`` is the
    directory of the project's checkout, ``seed`` the random seed of noises and pauses. ``done`` is
    called after each step. ``tell`` is called with a sentence about each step.
    """
    tried: dict[Mix, list[LoadStep]] = {}
    with crowd(root) as callers:
        for mix, counts in steps.items():
            tried[mix] = await _climb(root, callers, mix, counts, seed, done, tell)
    figures: dict[str, float] = {}
    for mix, some in tried.items():
        figures |= dict(knee_figures(mix, some))
    goals = {name: least for name, least in GOALS.items() if name in figures}
    samples = sum(step.calls for some in tried.values() for step in some)
    return BenchResult("capacity", figures, goals, samples, seed, at_least=frozenset(goals)), tried


async def _climb(
    root: Path,
    callers: Crowd,
    mix: Mix,
    counts: Sequence[int],
    seed: int,
    done: Callable[[], None],
    tell: Callable[[str], None],
) -> list[LoadStep]:
    """Try the numbers of calls in ``counts`` one after the other, until a limit breaks."""
    tried: list[LoadStep] = []
    settings = {"IVR_SERVICE__LOG_LEVEL": "debug"}
    async with laboratory(root, max_calls=max(counts) + 5, settings=settings) as lab:
        for calls in counts:
            step = await _step(root, lab, callers, mix, calls, seed)
            tried.append(step)
            tell(_sentence(mix, step))
            done()
            if step.broken:
                break
    return tried


def _sentence(mix: Mix, step: LoadStep) -> str:
    """Return a sentence about one step for the terminal."""
    told = ", ".join(f"{name} {step.figures[name]:.3g}" for name in LIMITS if name in step.figures)
    end = f"; beyond the limits: {', '.join(step.broken)}" if step.broken else ""
    return f"{step.calls} {mix} calls: {told}{end}"


async def _step(root: Path, lab: Lab, callers: Crowd, mix: Mix, calls: int, seed: int) -> LoadStep:
    talks = [mix == "talking" or (mix == "mixed" and number % 2 == 1) for number in range(calls)]
    lines = len(lab.service.lines)
    closed_before = sum(line.get("event") == "session_closed" for line in lab.service.lines)
    peak = Peak(await _processes(lab, callers))
    async with _looking(peak):
        heard = await callers.call(lab, talks, seed, _SPREAD_SECONDS, root)
    used = peak.usage()
    await lab.service.logged("session_closed", closed_before + calls)
    lags = [
        line["longest_loop_delay_ms"] for line in lab.service.lines[lines:]
        if line.get("event") == "session_closed"
    ]  # fmt: skip
    await lab.pbx.channels_after(seconds=5.0)
    problems = tuple(call.problem for call in heard if call.problem)
    return LoadStep(calls, dict(_step_figures(mix, heard, lags, used)), problems)


def _step_figures(
    mix: Mix, heard: Sequence[CrowdCall], lags: list[float], used: Mapping[str, Usage]
) -> Iterator[tuple[str, float]]:
    """Yield the figures of one step, by name."""
    yield "calls_failed", sum(call.problem is not None for call in heard)
    yield "rtp_gap_p99_ms", percentile([call.gap_p99_ms for call in heard], 100)
    if mix != "talking":
        waits = [error for call in heard for error in call.wait_errors_ms]
        yield "wait_error_p50_ms", percentile(waits, 50)
        yield "wait_error_p99_ms", percentile(waits, 99)
    if mix != "silent":
        replies = [reply for call in heard for reply in call.replies_ms]
        yield "reply_p50_ms", percentile(replies, 50)
        yield "reply_p95_ms", percentile(replies, 95)
        talking = [call.understood for call in heard if call.replies_ms]
        yield "understood", sum(talking) / len(talking) if talking else nan
    yield "loop_lag_max_ms", percentile(lags, 100)
    for part in PARTS:
        yield f"{part}_cpu_seconds_per_call", used[part].cpu_seconds / len(heard)
        yield f"{part}_megabytes", used[part].megabytes


def knee_figures(mix: Mix, steps: Sequence[LoadStep]) -> Iterator[tuple[str, float]]:
    """Yield the figures of a mix of callers: the knee, the step at it, and the step beyond it.

    The step beyond the knee tells by its figures which part gave way. Figures at the knee are left
    out if even the first step breaks a limit; those beyond it if no step does.
    """
    kept = [step for step in steps if not step.broken]
    yield f"{mix}_calls_at_knee", kept[-1].calls if kept else 0
    for name, value in kept[-1].figures.items() if kept else ():
        yield f"{mix}_{name}", value
    for step in steps:
        if step.broken:
            yield f"{mix}_calls_beyond_knee", step.calls
            for name in LIMITS:
                if name in step.figures:
                    yield f"{mix}_{name}_beyond_knee", step.figures[name]


async def _processes(lab: Lab, callers: Crowd) -> dict[str, tuple[int, ...]]:
    """Return the ids of the processes of each part (PARTS) of the laboratory."""
    asterisk = await run_command("docker", "inspect", "-f", "{{.State.Pid}}", lab.pbx.name)
    service = lab.service.pid
    listening = tuple(children_of(service))
    return {
        "service": (service,),
        "listening": listening,
        "recogniser": tuple(child for pid in listening for child in children_of(pid)),
        "asterisk": (int(asterisk),),
        "callers": callers.pids,
    }


@asynccontextmanager
async def _looking(peak: Peak) -> AsyncIterator[None]:
    """Look at the memory of the processes once a second while the body of ``with`` runs."""

    async def look() -> None:
        while True:
            peak.look()
            await asyncio.sleep(_LOOK_SECONDS)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
