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
from ivr.bench import recognition as recognition_bench
from ivr.bench import recognition_sounds, understand_spoken
from ivr.bench import records as records_bench
from ivr.bench import streams as streams_bench
from ivr.bench import turns as turns_bench
from ivr.bench import understand as understand_bench
from ivr.bench import waits as waits_bench
from ivr.bench.command_line import CallsOption, PicturesOption, counted, measurable, print_result
from ivr.bench.paraphrases_file import read_corpus
from ivr.bench.people_command import bench_people, has_people
from ivr.bench.plots import plot_call, plot_waits
from ivr.bench.silent_calls import SilentCall
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
from ivr.words.phrase_files import read_fillers, read_phrases, read_understander

bench_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Measure the ear, and real calls through Asterisk in Docker (docker/build.sh first).",
)
bench_app.command("worker-memory")(bench_worker_memory)
_DRAWN = formerly(plot="out")


@bench_app.command("waits", context_settings=_DRAWN)
def bench_waits(
    calls: CallsOption = 20,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
    root: RootOption = CHECKOUT,
) -> None:
    """Measure the errors of row 2's waits of five seconds, by the packets that callers receive."""
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
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    root: RootOption = CHECKOUT,
) -> None:
    """Measure how soon the bot replies to what a caller says. (half a minute)"""
    with counted("calls", calls) as done:
        result = asyncio.run(turns_bench.measure(root, calls, seed, done))
    print_result(result, as_json)


@bench_app.command("load", context_settings=_DRAWN)
def bench_load(
    calls: CallsOption = 50,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
    root: RootOption = CHECKOUT,
) -> None:
    """Measure how evenly many simultaneous callers hear the bot. (row 2)"""
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
    """Hang up at every moment of row 2, and count what is left behind."""
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
    """Measure whether the ear judges a line well, soon and cheaply. (rows 2, 8, 9, 10)"""
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


@bench_app.command("recognition", context_settings=formerly(recordings="corpus"))
def bench_recognition(
    model: Annotated[
        str | None,
        typer.Option(
            help="Name or directory of a model; else the built-in one, or with a table of people"
            " the one that the service takes."
        ),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Directory of your own recordings: with a table.csv (path, words; speaker, sex,"
            " intent) how well people are heard, or one.wav with its words in one.txt."
        ),
    ] = None,
    max_error: Annotated[
        float | None,
        typer.Option(min=0, help="With a table: limit of wrong syllables in percent."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Measure what recognition costs, how soon it answers, and how much is right. (a minute)"""
    settings = settings_or_exit(config)
    if corpus is not None and has_people(corpus):
        bench_people(
            settings, corpus, model, workers=workers, seed=seed, max_error=max_error,
            as_json=as_json,
        )  # fmt: skip
        return
    with measurable():
        directory = model_named(model, settings.recognition.models) if model else None
        spoken = (
            recognition_sounds.recorded(corpus) if corpus else recognition_sounds.synthetic(seed)
        )
    with counted("rounds", recognition_bench.recognition_steps(spoken)) as done:
        result = asyncio.run(
            recognition_bench.measure(spoken, directory, workers=workers, seed=seed, done=done)
        )
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
    """Measure whether a promised ticket is ever lost, and how much records delay calls. (1 min)"""
    with TemporaryDirectory(prefix="ivr-records-") as place, counted("kills", kills) as done:
        killed = RecordsSettings(directory=Path(place) / "killed")
        loaded = RecordsSettings(directory=Path(place) / "loaded", database=database)
        result = records_bench.measure(
            loaded, killed, kills, rate=rate, seconds=seconds, seed=seed, done=done
        )
    print_result(result, as_json)


@bench_app.command("understand", context_settings=_DRAWN)
def bench_understand(
    corpus: Annotated[
        Path | None, typer.Option(help="File of your own labelled sentences (TOML); else ours.")
    ] = None,
    spoken: Annotated[
        bool, typer.Option("--spoken", help="Speak and recognise the sentences. (5 minutes)")
    ] = False,
    model: Annotated[
        Path | None, typer.Option(help="With --spoken: directory of a speech model; else ours.")
    ] = None,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
    config: ConfigOption = None,
) -> None:
    """Measure whether callers are understood though the recogniser errs. (rows 3 to 36)"""
    sheet = settings_or_exit(config).prompts.sheet
    if spoken:
        _bench_spoken(sheet, corpus, model, seed, as_json)
        return
    with measurable():
        understander, sentences = read_understander(sheet), read_corpus(corpus)
    with counted("error rates", len(understand_bench.RATES)) as done:
        report = understand_bench.measure(understander, sentences, seed, done)
    Console(stderr=as_json).print(report.confusions())
    if out is not None:
        report.draw(out)
    print_result(report.result, as_json)


def _bench_spoken(
    sheet: Path, corpus: Path | None, model: Path | None, seed: int, as_json: bool
) -> None:
    """Let synthetic voices speak sentences, recognise and understand them, and print the figures.

    The sentences come from the file ``corpus``. If ``corpus`` is None, they are the built-in
    paraphrases and the phrases that the hotline has learned from.
    """
    with measurable():
        understander = read_understander(sheet)
        kinds = {"unseen": understand_spoken.of_corpus(read_corpus(corpus), seed)}
        if corpus is None:
            learned, fillers = read_phrases(sheet), read_fillers(sheet)
            kinds["phrases"] = understand_spoken.of_phrases(learned, fillers, seed)
    with counted("sentences", sum(map(len, kinds.values()))) as done:
        result = understand_spoken.measure(understander, kinds, seed, model, done)
    print_result(result, as_json)
