"""``ivr bench NAME``: progress on stderr, figures on stdout, exit code 0 within the limits."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

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
from ivr.bench.paraphrases_file import ParaphrasesError as SentencesError
from ivr.bench.paraphrases_file import read_corpus
from ivr.bench.plots import plot_call, plot_waits
from ivr.bench.result import BenchResult
from ivr.bench.silent_calls import SilentCall
from ivr.config import ConfigError, RecordsSettings
from ivr.config import load_settings as load_settings
from ivr.lab.corpus import CorpusError
from ivr.lab.pbx import LabError
from ivr.recognition.files import ModelError
from ivr.records.keeper import RecordsError
from ivr.understanding.phrases import PhraseError
from ivr.understanding.understander import Understander
from ivr.words.catalogue import CatalogueError
from ivr.words.phrase_files import read_fillers, read_phrases, read_understander

bench = typer.Typer(
    name="bench",
    no_args_is_help=True,
    help="Measure the ear, and real calls through Asterisk in Docker (docker/build.sh first).",
)

Calls = Annotated[int, typer.Option(min=1, max=200, help="How many calls.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]
Plot = Annotated[Path | None, typer.Option("--plot", help="Directory for pictures.")]
Root = Annotated[Path, typer.Option(help="The checkout.", envvar="IVR_ROOT")]
_HERE = Path(__file__).resolve().parents[2]


@bench.command()
def waits(
    calls: Calls = 20, seed: Seed = 1, json: Json = False, plot: Plot = None, root: Root = _HERE
) -> None:
    """Are the sheet's five seconds five seconds, in the caller's own packets? (row 2)"""
    result, heard = _run(lambda done: waits_bench.measure(root, calls, seed, done), calls)
    _draw(heard, plot)
    _tell(result, json)


@bench.command("barge-in")
def barge_in(calls: Calls = 10, seed: Seed = 1, json: Json = False, root: Root = _HERE) -> None:
    """How soon does a prompt stop when the caller begins to speak?"""
    _tell(_run(lambda done: barge_in_bench.measure(root, calls, seed, done), calls), json)


@bench.command()
def turns(calls: Calls = 10, seed: Seed = 1, json: Json = False, root: Root = _HERE) -> None:
    """How soon does the bot reply to what a caller says? (half a minute)"""
    _tell(_run(lambda done: turns_bench.measure(root, calls, seed, done), calls), json)


@bench.command()
def load(
    calls: Calls = 50, seed: Seed = 1, json: Json = False, plot: Plot = None, root: Root = _HERE
) -> None:
    """How evenly do many simultaneous callers hear the bot? (row 2)"""
    result, heard = _run(lambda done: load_bench.measure(root, calls, seed, done), calls)
    _draw(heard, plot)
    _tell(result, json)


@bench.command("hang-ups")
def hang_ups(calls: Calls = 200, seed: Seed = 1, json: Json = False, root: Root = _HERE) -> None:
    """Callers hang up at every moment of row 2: what is left behind?"""
    _tell(_run(lambda done: hang_ups_bench.measure(root, calls, seed, done), calls), json)


@bench.command()
def hearing(
    seed: Seed = 1,
    split: Annotated[str, typer.Option(help="dev or test: other speakers and rooms.")] = "test",
    per: Annotated[int, typer.Option(min=4, help="Windows of each kind.")] = 160,
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Recordings with a labels.csv (file, label; onset and end of the speech in s,"
            " reference: what we played, reference_start), or in folders named after labels."
        ),
    ] = None,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Is what the ear says about the line right, quick and cheap? (rows 2, 8, 9, 10)"""
    if split not in hearing_bench.SPLITS:
        raise typer.BadParameter(f"{split!r} is neither dev nor test", param_hint="--split")
    total = None if corpus else len(hearing_bench.windows_of(per))
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("windows", total=total)
        try:
            report = (
                hearing_bench.measure_corpus(corpus)
                if corpus
                else hearing_bench.measure(seed, split, per, lambda: bar.advance(task))
            )
        except CorpusError as error:
            typer.echo(f"ivr bench: {error}", err=True)
            raise typer.Exit(2) from None
    report.show(Console(stderr=json))
    if plot is not None:
        report.draw(plot, seed, split)
    _tell(report.result, json)


@bench.command()
def streams(
    numbers: Annotated[
        str, typer.Option("--streams", help="How many at once, some numbers with commas.")
    ] = "1,10,50,100",
    seconds: Annotated[float, typer.Option(min=2, help="Audio of each stream.")] = 10.0,
    seed: Seed = 1,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """What does hearing cost for each of many callers at once?"""
    try:
        counts = sorted({int(number) for number in numbers.split(",")})
    except ValueError:
        counts = [0]
    if counts[0] < 1:
        raise typer.BadParameter(f"{numbers!r} is not like 1,10,50", param_hint="--streams")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("measurements", total=streams_bench.streams_steps(counts))
        try:
            result = streams_bench.measure(
                counts, seconds=seconds, seed=seed, done=lambda: bar.advance(task)
            )
        except ModelError as error:
            typer.echo(f"ivr bench: {error}", err=True)
            raise typer.Exit(2) from None
    if plot is not None:
        streams_bench.draw_streams(result, counts, plot)
    _tell(result, json)


@bench.command()
def recognition(
    model: Annotated[
        Path | None, typer.Option(help="A Vosk model's directory; else the built-in one.")
    ] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Directory of one.wav with one.txt, in place of ours.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    seed: Seed = 1,
    json: Json = False,
) -> None:
    """What does recognition cost, how soon does it answer, how much is right? (a minute)"""
    try:
        spoken = (
            recognition_sounds.recorded(recordings)
            if recordings
            else recognition_sounds.synthetic(seed)
        )
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("rounds", total=recognition_bench.recognition_steps(spoken))
            result = asyncio.run(
                recognition_bench.measure(
                    spoken, model, workers=workers, seed=seed, done=lambda: bar.advance(task)
                )
            )
    except (ModelError, recognition_sounds.RecordingsError) as error:
        typer.echo(f"ivr bench: {error}", err=True)
        raise typer.Exit(2) from None
    _tell(result, json)


@bench.command()
def records(
    kills: Annotated[
        int, typer.Option("--kill", min=1, help="How often the writer is killed.")
    ] = 200,
    rate: Annotated[float, typer.Option(min=1, help="Steps a second of the load.")] = 2000.0,
    seconds: Annotated[float, typer.Option(min=1, help="How long the load lasts.")] = 10.0,
    database: Annotated[
        str, typer.Option(help="URL of an empty PostgreSQL database, for the load; else SQLite.")
    ] = "",
    seed: Seed = 1,
    json: Json = False,
) -> None:
    """Is a promised ticket ever lost, and do records make calls wait? (a minute)"""
    with (
        TemporaryDirectory(prefix="ivr-records-") as place,
        Progress(console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task(f"{kills} kills", total=kills)
        killed = RecordsSettings(directory=Path(place) / "killed")
        loaded = RecordsSettings(directory=Path(place) / "loaded", database=database)
        try:
            result = records_bench.measure(
                loaded, killed, kills, rate=rate, seconds=seconds, seed=seed,
                done=lambda: bar.advance(task),
            )  # fmt: skip
        except RecordsError as error:
            typer.echo(f"ivr bench: {error}", err=True)
            raise typer.Exit(2) from None
    _tell(result, json)


@bench.command()
def understand(
    corpus: Annotated[
        Path | None, typer.Option(help="Your own labelled sentences (TOML); else ours.")
    ] = None,
    spoken: Annotated[
        bool, typer.Option("--spoken", help="Speak and recognise the sentences. (5 minutes)")
    ] = False,
    model: Annotated[
        Path | None, typer.Option(help="With --spoken: a Vosk model's directory; else ours.")
    ] = None,
    seed: Seed = 1,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Is what callers say understood, though the recogniser errs? (rows 3 to 36)"""
    try:
        sheet = load_settings().prompts.sheet
        understander = read_understander(sheet)
        sentences = read_corpus(corpus)
    except (ConfigError, PhraseError, SentencesError) as error:
        typer.echo(f"ivr bench: {error}", err=True)
        raise typer.Exit(2) from None
    if spoken:
        kinds = {"unseen": understand_spoken.of_corpus(sentences, seed)}
        if corpus is None:
            learned, fillers = read_phrases(sheet), read_fillers(sheet)
            kinds["phrases"] = understand_spoken.of_phrases(learned, fillers, seed)
        _tell(_speak(understander, kinds, seed, model), json)
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("error rates", total=len(understand_bench.RATES))
        report = understand_bench.measure(understander, sentences, seed, lambda: bar.advance(task))
    Console(stderr=json).print(report.confusions())
    if plot is not None:
        report.draw(plot)
    _tell(report.result, json)


def _speak(
    understander: Understander,
    sentences: Mapping[str, understand_spoken.Labelled],
    seed: int,
    model: Path | None,
) -> BenchResult:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sentences", total=sum(map(len, sentences.values())))
        try:
            return understand_spoken.measure(
                understander, sentences, seed, model, lambda: bar.advance(task)
            )
        except ModelError as error:
            typer.echo(f"ivr bench: {error}", err=True)
            raise typer.Exit(2) from None


def _draw(heard: list[SilentCall], plot: Path | None) -> None:
    good = [call for call in heard if call.problem is None]
    if plot is not None and good:
        plot_waits(waits_bench.errors_ms(good), plot)
        plot_call(good[0], plot)


def _run(measure: Callable[[Callable[[], None]], Coroutine[Any, Any, Any]], calls: int) -> Any:
    """Run a bench with a progress bar; one sentence and exit code 2 when it cannot be run."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"{calls} calls", total=calls)
        try:
            return asyncio.run(measure(lambda: bar.advance(task)))
        except (LabError, CatalogueError) as error:
            typer.echo(f"ivr bench: {error}", err=True)
            raise typer.Exit(2) from None


def _tell(result: BenchResult, json: bool) -> None:
    if json:
        typer.echo(result.dump())
    else:
        table = Table("figure", "value", "limit", title=f"{result.bench}: {result.machine}")
        for name, value in result.figures.items():
            limit = result.limits.get(name)
            sign = "≥" if name in result.at_least else "≤"
            table.add_row(name, f"{value:.3f}", "" if limit is None else f"{sign} {limit:g}")
        Console().print(table)
        for problem in result.problems:
            typer.echo(f"problem: {problem}")
        typer.echo("within limits" if result.passed else "NOT within limits")
    if not result.passed:
        raise typer.Exit(1)
