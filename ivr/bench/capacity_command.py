"""The command ``ivr bench capacity``, and its curves."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ivr.bench import capacity
from ivr.bench.capacity import LIMITS, PARTS, STEPS, LoadStep, Mix
from ivr.bench.command_line import PicturesOption, counted, print_result
from ivr.bench.plots import picture
from ivr.command_line import CHECKOUT, JsonOption, RootOption, SeedOption
from ivr.translation import tr

_NUMBERS = "Numbers of calls to try, with commas between them; empty: none."


def bench_capacity(
    silent: Annotated[str, typer.Option(help=_NUMBERS)] = ",".join(map(str, STEPS["silent"])),
    talking: Annotated[str, typer.Option(help=_NUMBERS)] = ",".join(map(str, STEPS["talking"])),
    mixed: Annotated[str, typer.Option(help=_NUMBERS)] = ",".join(map(str, STEPS["mixed"])),
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
    root: RootOption = CHECKOUT,
) -> None:
    """Find how many callers at once the machine serves before a limit breaks. (15 minutes)"""
    given: dict[Mix, str] = {"silent": silent, "talking": talking, "mixed": mixed}
    steps = {mix: _counts(f"--{mix}", text) for mix, text in given.items() if text}
    console = Console(stderr=True)
    with counted("steps", sum(map(len, steps.values()))) as done:
        result, tried = asyncio.run(capacity.measure(root, steps, seed, done, console.print))
    if out is not None:
        draw_capacity(tried, out)
    print_result(result, as_json)


def _counts(option: str, text: str) -> list[int]:
    """Return the numbers in ``text``, in rising order; refuse what is not a list of numbers."""
    try:
        counts = sorted({int(number) for number in text.split(",")})
    except ValueError:
        counts = [0]
    if counts[0] < 1:
        raise typer.BadParameter(
            tr("{counts!r} is not like 20,50,100").format(counts=text), param_hint=option
        )
    return counts


def draw_capacity(tried: Mapping[Mix, Sequence[LoadStep]], directory: Path) -> None:
    """Draw the steps of each mix of callers as ``capacity_MIX.png`` in ``directory``.

    The picture shows how each measured time grows with the number of calls, relative to its limit,
    and the shares of a core that the parts of the hotline need for each call.
    """
    for mix, steps in tried.items():
        calls = [step.calls for step in steps]
        with picture(directory / f"capacity_{mix}.png", (7, 4)) as axes:
            for name, top in LIMITS.items():
                if top and name in steps[0].figures:
                    values = [step.figures[name] / top for step in steps]
                    axes.plot(calls, values, marker="o", label=f"{name} / {top:g}")
            axes.axhline(1.0, color="C3", linewidth=0.8)
            axes.set_yscale("log")
            axes.set_xlabel(f"{mix} calls at the same time")
            axes.set_ylabel("share of the limit")
            costs = axes.twinx()
            for part in PARTS:
                name = f"{part}_cpu_seconds_per_call"
                costs.plot(calls, [step.figures[name] for step in steps], "--", label=part)
            costs.set_ylabel("CPU seconds per call (dashed)")
            axes.legend(loc="upper left", fontsize=7)
            costs.legend(loc="lower right", fontsize=7)
