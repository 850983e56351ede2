"""``ivr bench NAME``: progress on stderr, figures on stdout, exit code 0 within the limits."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from ivr.bench import barge_in as barge_in_bench
from ivr.bench import hang_ups as hang_ups_bench
from ivr.bench import hearing as hearing_bench
from ivr.bench import load as load_bench
from ivr.bench import records as records_bench
from ivr.bench import streams as streams_bench
from ivr.bench import turns as turns_bench
from ivr.bench import waits as waits_bench
from ivr.bench.capacity_command import bench_capacity
from ivr.bench.command_line import CallsOption, PicturesOption, counted, measurable, print_result
from ivr.bench.plots import plot_call, plot_waits
from ivr.bench.silent_calls import SilentCall
from ivr.bench.words_commands import bench_answers, bench_recognition, bench_understand
from ivr.bench.worker_memory_command import bench_worker_memory
from ivr.command_line import (
    CHECKOUT,
    ConfigOption,
    JsonOption,
    RootOption,
    SeedOption,
    formerly,
    settings_or_exit,
)
from ivr.config import RecordsSettings
from ivr.lab.corpus.sources import Split
from ivr.recognition.named import model_named
from ivr.translation import tr

bench_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Measure how lines are judged, and real calls through Asterisk in Docker "
    "(docker/build.sh first).",
)
bench_app.command("worker-memory")(bench_worker_memory)
bench_app.command("recognition", context_settings=formerly(recordings="corpus"))(bench_recognition)
bench_app.command("answers")(bench_answers)
bench_app.command("capacity", context_settings=formerly(plot="out"))(bench_capacity)
_DRAWN = formerly(plot="out")
bench_app.command("understand", context_settings=_DRAWN)(bench_understand)


@bench_app.command("waits", context_settings=_DRAWN)
def bench_waits(
    calls: CallsOption = 20,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
    root: RootOption = CHECKOUT,
) -> None:
    """Measure the errors of the waits of five seconds in the sheet's row 2, by received packets."""
    with counted("calls", calls) as done:
        result, heard = asyncio.run(waits_bench.measure(root, calls, seed, done))
    _draw(heard, out)
    print_result(result, as_json)


@bench_app.command("barge-in")
def bench_barge_in(
    calls: CallsOption = 10,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    root: RootOption = CHECKOUT,
) -> None:
    """Measure how soon a prompt stops when the caller begins to speak."""
    with counted("calls", calls) as done:
        result = asyncio.run(barge_in_bench.measure(root, calls, seed, done))
    print_result(result, as_json)


@bench_app.command("turns")
def bench_turns(
    calls: CallsOption = 10,
    model: Annotated[
        str | None, typer.Option(help="Name or directory of a model; else the built-in one.")
    ] = None,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    root: RootOption = CHECKOUT,
    config: ConfigOption = None,
) -> None:
    """Measure how soon the bot replies to what a caller says. (half a minute)"""
    with measurable():
        directory = _model(model, config) if model else None
    with counted("calls", calls) as done:
        result = asyncio.run(turns_bench.measure(root, calls, seed, done, directory))
    print_result(result, as_json)


def _model(name: str, config: Path | None) -> Path | None:
    """Return the absolute directory of the model ``name``; None means the built-in model.

    Raise ModelError if there is no such model.
    """
    directory = model_named(name, settings_or_exit(config).recognition.models)
    return directory.resolve() if directory else None


@bench_app.command("load", context_settings=_DRAWN)
def bench_load(
    calls: CallsOption = 50,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
    root: RootOption = CHECKOUT,
) -> None:
    """Measure how evenly many callers at once hear the prompts. (row 2 of the sheet)"""
    with counted("calls", calls) as done:
        result, heard = asyncio.run(load_bench.measure(root, calls, seed, done))
    _draw(heard, out)
    print_result(result, as_json)


def _draw(heard: list[SilentCall], out: Path | None) -> None:
    good = [call for call in heard if call.problem is None]
    if out is not None and good:
        plot_waits(waits_bench.errors_ms(good), out)
        plot_call(good[0], out)


@bench_app.command("hang-ups")
def bench_hang_ups(
    calls: CallsOption = 200,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    root: RootOption = CHECKOUT,
) -> None:
    """Hang up at every moment of the sheet's row 2, and count what is left behind."""
    with counted("calls", calls) as done:
        result = asyncio.run(hang_ups_bench.measure(root, calls, seed, done))
    print_result(result, as_json)


@bench_app.command("hearing", context_settings=formerly(plot="out", per="windows"))
def bench_hearing(
    seed: SeedOption = 1,
    split: Annotated[
        Split,
        typer.Option(help="The speakers and rooms: those of one share nothing with the other."),
    ] = Split.TEST,
    windows: Annotated[int, typer.Option(min=4, help="Windows of each kind.")] = 160,
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Directory of your own recordings: with a labels.csv (file, label; onset and end"
            " of the speech in s, reference: what we played, reference_start), or in directories"
            " named after labels."
        ),
    ] = None,
    as_json: JsonOption = False,
    out: PicturesOption = None,
) -> None:
    """Measure whether a line is judged well, soon and cheaply. (rows 2, 8, 9, 10)"""
    total = None if corpus else len(hearing_bench.windows_of(windows, split))
    with counted("windows", total) as done:
        report = (
            hearing_bench.measure_corpus(corpus)
            if corpus
            else hearing_bench.measure(seed, split, windows, done)
        )
    report.show(Console(stderr=as_json))
    if out is not None:
        report.draw(out, seed, split)
    print_result(report.result, as_json)


@bench_app.command("streams", context_settings=_DRAWN)
def bench_streams(
    streams: Annotated[
        str, typer.Option(help="How many at once: numbers with commas between them.")
    ] = "1,10,50,100",
    seconds: Annotated[float, typer.Option(min=2, help="Seconds of sound of each stream.")] = 10.0,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
) -> None:
    """Measure what hearing costs for each of many callers at once."""
    try:
        counts = sorted({int(number) for number in streams.split(",")})
    except ValueError:
        counts = [0]
    if counts[0] < 1:
        raise typer.BadParameter(
            tr("{streams!r} is not like 1,10,50").format(streams=streams), param_hint="--streams"
        )
    with counted("measurements", streams_bench.streams_steps(counts)) as done:
        result = streams_bench.measure(counts, seconds=seconds, seed=seed, done=done)
    if out is not None:
        streams_bench.draw_streams(result, counts, out)
    print_result(result, as_json)


@bench_app.command("records", context_settings=formerly(kill="kills"))
def bench_records(
    kills: Annotated[int, typer.Option(min=1, help="How often the writer is killed.")] = 200,
    rate: Annotated[float, typer.Option(min=1, help="Steps a second of the load.")] = 2000.0,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds that the load lasts.")] = 10.0,
    database: Annotated[
        str, typer.Option(help="URL of an empty PostgreSQL database for the load; else SQLite.")
    ] = "",
    seed: SeedOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Measure whether tickets are lost in crashes, and how much records delay calls. (1 min)"""
    with TemporaryDirectory(prefix="ivr-records-") as place, counted("kills", kills) as done:
        killed = RecordsSettings(directory=Path(place) / "killed")
        loaded = RecordsSettings(directory=Path(place) / "loaded", database=database)
        result = records_bench.measure(
            loaded, killed, kills, rate=rate, seconds=seconds, seed=seed, done=done
        )
    print_result(result, as_json)
