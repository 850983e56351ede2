"""``ivr bench recognition``: the cost, the delay and the errors of recognition.

Callers speak in real time to the workers of the service. First they speak one at a time. Then MANY
(10) speak at once and end at the same moment. This is the worst case for the caller whose
transcript comes last. As in a call, the recogniser gets 0.3 s of audio before the speech, and the
silence that ends it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

from ivr.bench.recognition_sounds import SpokenSample
from ivr.bench.result import BenchResult, percentile
from ivr.bench.tally import edit_distance
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.logs import unlogged
from ivr.recognition.pool import Recognisers
from ivr.recognition.process import resident_megabytes
from ivr.recognition.transcript import NotHeard, Transcript

MANY = 10
"""Number of callers who talk at once, in the second part of the bench."""
IDLE_SECONDS = 4.0
"""Seconds over which the CPU cost of silent callers is measured."""
LIMITS = {
    "finalise_1_p50_ms": 30.0,
    "finalise_1_p95_ms": 60.0,
    "finalise_10_p50_ms": 100.0,
    "finalise_10_p95_ms": 150.0,
    "silent_core_percent": 0.2,
    "talking_core_percent": 5.0,
    "talking_calls_per_core": 20.0,
}
"""Limit of each figure; the bench fails beyond it. At p95 a reply may come 700 ms after the
caller's last word (``ivr bench turns``). The hotline waits for 500 ms of silence first. Of the
other 200 ms, 150 are for recognition, also if ten callers finish at the same moment."""
ERROR_LIMIT = 3.0
"""Upper limit for wrong characters, in percent; the bench fails above it. It applies to the
built-in tiny model and to synthetic callers at 15 dB SNR."""


@dataclass(slots=True)
class Tally:
    """The measurements made so far, summed or listed over all utterances."""

    waits: dict[int, list[float]] = field(default_factory=dict)
    """Milliseconds from the end of each utterance to its transcript. The key is the number of
    callers who spoke at once."""
    characters: int = 0
    wrong: int = 0
    """Number of characters that were recognised wrongly."""
    exact: int = 0
    """Number of utterances that were recognised without a wrong character."""
    utterances: int = 0
    seconds: float = 0.0
    """Seconds of audio fed while MANY (10) callers talked, added up over the callers."""
    cpu: float = 0.0
    """CPU seconds that recognition cost while MANY (10) callers talked."""
    problems: list[str] = field(default_factory=list)


def rounds_of(spoken: Sequence[SpokenSample], callers: int) -> list[list[SpokenSample]]:
    """Divide the utterances ``spoken`` into groups that are spoken at the same time.

    A group has one utterance for each of ``callers`` callers. The last group is filled up with
    utterances from the beginning of ``spoken``.
    """
    rounds = [list(spoken[at : at + callers]) for at in range(0, len(spoken), callers)]
    rounds[-1] += [spoken[n % len(spoken)] for n in range(callers - len(rounds[-1]))]
    return rounds


def recognition_steps(spoken: Sequence[SpokenSample]) -> int:
    """Return how often :func:`measure` will call ``done``: the length of the progress bar.

    ``spoken`` are the utterances that will be given to :func:`measure`.
    """
    return len(rounds_of(spoken, 1)) + len(rounds_of(spoken, MANY)) + 1


async def measure(
    spoken: Sequence[SpokenSample],
    model: Path | None,
    *,
    workers: int = 1,
    seed: int = 1,
    idle_seconds: float = IDLE_SECONDS,
    done: Callable[[], None] = lambda: None,
) -> BenchResult:
    """Measure the cost, the delay and the errors of recognition with ``model``.

    ``spoken`` are the utterances to recognise. ``model`` is the directory of a model; None means
    the built-in tiny one. ``workers`` is the number of worker processes. The cost of silent callers
    is measured for ``idle_seconds`` seconds. ``seed`` is only reported with the result. ``done`` is
    called :func:`recognition_steps` times. Raise ModelError when the model cannot be used.
    """
    with unlogged():
        return await _measure(spoken, model, workers, seed, idle_seconds, done)


async def _measure(
    spoken: Sequence[SpokenSample],
    model: Path | None,
    workers: int,
    seed: int,
    idle_seconds: float,
    done: Callable[[], None],
) -> BenchResult:
    tally, began = Tally(), time.monotonic()
    async with Recognisers(model, workers=workers) as recognisers:
        load_seconds = time.monotonic() - began
        silent = _cpu(recognisers.pids)
        await asyncio.sleep(idle_seconds)
        silent = (_cpu(recognisers.pids) - silent) / idle_seconds
        done()
        for callers in (1, MANY):
            for together in rounds_of(spoken, callers):
                await _round(recognisers, together, tally)
                done()
        megabytes = resident_megabytes(recognisers.pids[0])
    talking = tally.cpu / tally.seconds
    figures = {
        "talking_core_percent": 100 * talking,
        "silent_core_percent": 100 * silent,
        "talking_calls_per_core": 1 / talking,
        **{
            f"finalise_{callers}_p{percent}_ms": percentile(waits, percent)
            for callers, waits in tally.waits.items()
            for percent in (50, 95)
        },
        "character_error_percent": 100 * tally.wrong / max(tally.characters, 1),
        "exact_percent": 100 * tally.exact / max(tally.utterances, 1),
        "load_seconds": load_seconds,
        "worker_megabytes": nan if megabytes is None else megabytes,
    }
    errors = {"character_error_percent": ERROR_LIMIT} if model is None else {}
    return BenchResult(
        bench="recognition",
        figures=figures,
        limits={**LIMITS, **errors},
        samples=tally.utterances,
        seed=seed,
        problems=tuple(tally.problems),
        at_least=frozenset({"talking_calls_per_core"}),
    )


async def _round(recognisers: Recognisers, together: Sequence[SpokenSample], tally: Tally) -> None:
    """Let callers speak at once, one for each of ``together``; add the results to ``tally``.

    They speak in real time and end at the same moment.
    """
    loop = asyncio.get_running_loop()
    utterances = [recognisers.utterance() for _ in together]
    longest = max(len(caller.samples) for caller in together)
    before, began = _cpu(recognisers.pids), loop.time()
    for at in range(0, longest, FRAME):
        for caller, utterance in zip(together, utterances, strict=True):
            start = at - (longest - len(caller.samples))
            if start + FRAME > 0:
                utterance.feed(caller.samples[max(start, 0) : start + FRAME])
        await asyncio.sleep(max(0.0, began + at / RATE + FRAME_SECONDS - loop.time()))

    async def finish(n: int) -> tuple[Transcript | NotHeard, float]:
        asked = loop.time()
        return await utterances[n].finish(), loop.time() - asked

    outcomes = await asyncio.gather(*(finish(n) for n in range(len(together))))
    if len(together) == MANY:  # with few callers, waking up for each frame costs most
        tally.cpu += _cpu(recognisers.pids) - before
        tally.seconds += sum(len(caller.samples) for caller in together) / RATE
    for caller, (outcome, seconds) in zip(together, outcomes, strict=True):
        tally.utterances += 1
        tally.waits.setdefault(len(together), []).append(1000 * seconds)
        if isinstance(outcome, NotHeard):
            tally.problems.append(f"{caller.text}: {outcome.reason}")
            continue
        tally.exact += outcome.text == caller.text
        tally.characters += len(caller.text)
        tally.wrong += edit_distance(caller.text, outcome.text)


def _cpu(pids: Sequence[int]) -> float:
    """Return the CPU seconds that the processes ``pids`` and this thread have used so far.

    The processes are the recognition workers; this thread runs the event loop. Return NaN if the
    system has no /proc.
    """
    total = time.thread_time()
    for pid in pids:
        # schedstat counts nanoseconds, /proc/PID/stat only hundredths of a second.
        tasks = list(Path(f"/proc/{pid}/task").glob("*/schedstat"))
        if not tasks:
            return float("nan")
        total += sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
    return total
