"""The command ``ivr bench worker-memory``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ivr.bench import recognition_sounds, worker_memory
from ivr.bench.command_line import counted, measurable, print_result
from ivr.command_line import JsonOption, SeedOption


def bench_worker_memory(
    model: Annotated[
        Path | None, typer.Option(help="Directory of a speech model; else the built-in one.")
    ] = None,
    utterances: Annotated[int, typer.Option(min=100, help="How many utterances.")] = 10_000,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Measure whether a recogniser needs more memory with each utterance. (5 minutes)"""
    with measurable():
        spoken = recognition_sounds.synthetic(seed)
    with counted("rounds", worker_memory.memory_steps(utterances)) as done:
        result = asyncio.run(
            worker_memory.measure(spoken, model, utterances=utterances, seed=seed, done=done)
        )
    print_result(result, as_json)
