"""``ivr bench worker-memory``: whether a recognition worker needs more and more memory.

A worker serves for months. Libraries for neural networks have lost memory with each utterance in
some versions, so its memory is measured while it recognises many utterances, several at a time, of
which some are cancelled and most are answers to a question. They are fed faster than people speak.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from math import nan
from pathlib import Path
from statistics import median

import numpy as np

from ivr.bench.recognition_sounds import SpokenSample
from ivr.bench.result import BenchResult
from ivr.dialogue.expected import Expected
from ivr.hearing.frames import FRAME
from ivr.logs import unlogged
from ivr.recognition.pool import Recognisers
from ivr.recognition.process import resident_megabytes
from ivr.recognition.transcript import NotHeard, Reason
from ivr.recognition.utterance import Utterance

TOGETHER = 4
"""Number of utterances that are begun at a time; the last one is spoken after the others."""
CANCELLED_SHARE = 0.13
"""Share of three utterances of four that are cancelled before their end, as when a caller hangs up:
a tenth of all. The fourth is not."""
PAUSED_SHARE = 0.5
"""Share of the utterances with a pause in them, after which the caller goes on."""
_KINDS = (None, *Expected)
"""The kinds of answers that callers are asked for, one of them at random; None if for none."""
_POINTS = 100
"""Number of measurements of the memory, evenly spread over the utterances."""
GROWTH_LIMIT_MB = 10.0
"""Upper limit, in megabytes, for the growth of the memory from the second tenth of the utterances
to the last. A loss of 1 kB per utterance would be 8 MB in 10,000; the memory allocator adds a few
megabytes to and fro."""


async def measure(
    spoken: Sequence[SpokenSample],
    model: Path | None,
    *,
    utterances: int,
    seed: int,
    done: Callable[[], None] = lambda: None,
) -> BenchResult:
    """Measure the memory of a recognition worker while it recognises ``utterances`` utterances.

    ``model`` is the directory of a model; None means the built-in tiny one. The utterances are
    random parts of ``spoken``, so that their lengths differ; ``seed`` is the random seed. ``done``
    is called :func:`memory_steps` times. Raise ModelError when the model cannot be used.
    """
    with unlogged():
        async with Recognisers(model) as recognisers:
            return await _measure(recognisers, spoken, utterances, seed, done)


def memory_steps(utterances: int) -> int:
    """Return how often :func:`measure` will call ``done``: the length of the progress bar.

    ``utterances`` is the number of utterances that will be recognised.
    """
    return -(-utterances // TOGETHER)


async def _measure(
    recognisers: Recognisers,
    spoken: Sequence[SpokenSample],
    utterances: int,
    seed: int,
    done: Callable[[], None],
) -> BenchResult:
    random = np.random.default_rng(seed)
    pids, began = list(recognisers.pids), time.monotonic()
    memory = [_megabytes(recognisers.pids)]
    lost: list[str] = []
    steps = memory_steps(utterances)
    for step in range(steps):
        lost += await _round(recognisers, spoken, random)
        if (step + 1) * _POINTS // steps > step * _POINTS // steps:
            memory.append(_megabytes(recognisers.pids))
        done()
    if recognisers.pids != pids:
        lost.append("the worker was replaced, so its memory began anew")
    tenth = max(1, len(memory) // 10)
    early, late = median(memory[tenth : 2 * tenth + 1]), median(memory[-tenth:])
    return BenchResult(
        bench="worker-memory",
        figures={
            "loaded_megabytes": memory[0],
            "early_megabytes": early,
            "late_megabytes": late,
            "most_megabytes": max(memory),
            "growth_megabytes": late - early,
            "utterances_per_second": steps * TOGETHER / (time.monotonic() - began),
        },
        limits={"growth_megabytes": GROWTH_LIMIT_MB},
        samples=steps * TOGETHER,
        seed=seed,
        problems=tuple(sorted(set(lost))),
    )


async def _round(
    recognisers: Recognisers, spoken: Sequence[SpokenSample], random: np.random.Generator
) -> list[str]:
    """Let 4 (TOGETHER) callers speak random parts of ``spoken``.

    Three speak at once, and are sometimes cancelled. The fourth goes on until the worker has read
    the sound of all, so the next four do not find it busy. Return the reason for each utterance
    that the recogniser has lost.
    """
    *utterances, last = [recognisers.utterance() for _ in range(TOGETHER)]
    for one in (*utterances, last):
        if (expected := _KINDS[int(random.integers(len(_KINDS)))]) is not None:
            one.expect(expected)
    *sentences, final = [spoken[int(random.integers(len(spoken)))] for _ in range(TOGETHER)]
    outcomes = await asyncio.gather(
        *(
            _speak(utterance, sentence, random, cancelled=random.random() < CANCELLED_SHARE)
            for utterance, sentence in zip(utterances, sentences, strict=True)
        )
    )
    outcomes.append(await _speak(last, final, random, cancelled=False))
    return [reason for reason in outcomes if reason not in (None, Reason.CANCELLED)]


async def _speak(
    utterance: Utterance, sentence: SpokenSample, random: np.random.Generator, *, cancelled: bool
) -> Reason | None:
    samples = sentence.samples[: round(len(sentence.samples) * random.uniform(0.3, 1.0))]
    pause = len(samples) // 2 if random.random() < PAUSED_SHARE else -1
    for start in range(0, len(samples), FRAME):
        utterance.feed(samples[start : start + FRAME])
        if start <= pause < start + FRAME:
            utterance.pause()
            await asyncio.sleep(0)
            utterance.go_on()
    if cancelled:
        utterance.cancel()
    outcome = await utterance.finish()
    return outcome.reason if isinstance(outcome, NotHeard) else None


def _megabytes(pids: Sequence[int]) -> float:
    found = resident_megabytes(pids[0]) if pids else None
    return nan if found is None else found
