"""``ivr scenario``: what testers write down of calls, made and judged."""

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ivr.bench.result import BenchResult
from ivr.config import ConfigError, Settings
from ivr.config import load_settings as load_settings
from ivr.etiquette.sheet import SheetError
from ivr.lab.pbx import LabError
from ivr.records.database import DatabaseError
from ivr.scenario import acceptance, junit
from ivr.scenario.files import SHIPPED, ScenarioError, read_scenarios
from ivr.scenario.page import report_page
from ivr.scenario.picture import svg
from ivr.scenario.real import Target, TargetError
from ivr.scenario.records import NoRecordsError
from ivr.scenario.run import AT_ONCE, RunContext
from ivr.scenario.stage import Stage
from ivr.scenario.steps import Scenario
from ivr.scenario.verdict import ScenarioVerdict
from ivr.softphone.wav import write_wav
from ivr.understanding.phrases import PhraseError
from ivr.words.catalogue import CatalogueError
from ivr.words.composition import VocabularyError

scenario = typer.Typer(
    name="scenario", no_args_is_help=True, help="Make the calls that testers write down."
)
_HERE = Path(__file__).resolve().parents[2]
DOCKER = "docker"
_URI = re.compile(r"(?:sip:)?(?P<number>[^@\s]+)@(?P<host>[^:@\s]+)(?::(?P<port>\d{1,5}))?")
_CANNOT = (
    ScenarioError, TargetError, LabError, CatalogueError, SheetError, VocabularyError, PhraseError,
    ConfigError, DatabaseError, NoRecordsError, OSError,
)  # fmt: skip

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Scenario files, or directories of them; else those of all rows."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="IVR_CONFIG", help="Settings of the service."),
]


@scenario.callback()
def _group() -> None:
    """Without this, typer would drop the word `run` while it is the only command."""


@scenario.command()
def run(
    files: Files = None,
    target: Annotated[
        str, typer.Option(help="docker: a PBX of its own; or NUMBER@HOST:PORT of yours (SIP).")
    ] = DOCKER,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Directory for report.html, junit.xml, a WAV and a picture of each call."
        ),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="In virtual time, without any PBX.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object instead of the table.")
    ] = False,
    only: Annotated[
        str | None, typer.Option(help="Only scenarios with this in their name.")
    ] = None,
    calls: Annotated[int, typer.Option(min=1, max=50, help="Calls at once.")] = AT_ONCE,
    user: Annotated[str, typer.Option(help="Account on your PBX.")] = "anonymous",
    password_file: Annotated[Path | None, typer.Option(help="File with its password.")] = None,
    records: Annotated[
        bool,
        typer.Option("--records", help="Look into the records of --config: tickets, outcomes."),
    ] = False,
    config: Config = None,
    root: Annotated[Path, typer.Option(help="The checkout.", envvar="IVR_ROOT")] = _HERE,
) -> None:
    """Play scenarios and print the acceptance sheet: row, words heard, waits, result.

    Ends with 0 when all went as written, 1 when not, 2 when the scenarios could not be played.
    """
    began = time.monotonic()
    try:
        settings = load_settings(config)
        stage = Stage.load(settings.prompts.sheet, settings.prompts.directory)
        chosen = _chosen(files, stage, only)
        where = None if fast or target == DOCKER else _target(target, user, password_file)
        with _progress() as bar:
            task = bar.add_task("scenarios", total=len(chosen))
            play = RunContext(stage, chosen, lambda _: bar.advance(task))
            verdicts = _played(play, settings, where, fast, records, calls, root)
        whole = not files and only is None
        sheet = acceptance.entries(stage.sheet, verdicts, every=whole)
        result = acceptance.acceptance_figures(sheet, verdicts, time.monotonic() - began)
        if report is not None:
            _write(report, sheet, verdicts, result, "virtual time" if fast else target)
    except _CANNOT as error:
        typer.echo(f"ivr scenario: {error}", err=True)
        raise typer.Exit(2) from None
    _tell(sheet, verdicts, result, json)


def _chosen(files: list[Path] | None, stage: Stage, only: str | None) -> list[Scenario]:
    found = read_scenarios(files or [SHIPPED], stage.sheet)
    chosen = [each for each in found if only is None or only in each.name]
    if not chosen:
        raise ScenarioError(f"no scenario has {only!r} in its name: leave --only out to see all")
    return chosen


def _target(text: str, user: str, password_file: Path | None) -> Target:
    fits = _URI.fullmatch(text)
    if fits is None or not 0 < int(fits["port"] or 5060) < 65536:
        raise TargetError(f"--target {text} is neither docker nor NUMBER@HOST:PORT")
    password = "" if password_file is None else password_file.read_text("utf-8").strip()
    return Target((fits["host"], int(fits["port"] or 5060)), fits["number"], user, password)


def _played(
    play: RunContext,
    settings: Settings,
    target: Target | None,
    fast: bool,
    records: bool,
    calls: int,
    root: Path,
) -> list[ScenarioVerdict]:
    if fast:
        return play.fast(settings.prompts.sheet)
    if target is None:
        return asyncio.run(play.in_docker(root, calls))
    return asyncio.run(play.on(target, settings.records if records else None, calls))


def _progress() -> Progress:
    """On stderr, where somebody looks at it."""
    bar, console = BarColumn(), Console(stderr=True)
    columns = (TextColumn("{task.description}"), bar, MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _write(
    directory: Path,
    sheet: Sequence[acceptance.RowResult],
    verdicts: Sequence[ScenarioVerdict],
    result: BenchResult,
    where: str,
) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "report.html").write_text(report_page(sheet, verdicts, result, where), "utf-8")
    (directory / "junit.xml").write_text(junit.junit_xml(verdicts), "utf-8")
    for verdict in verdicts:
        path = directory / f"{verdict.scenario.file.stem}-{verdict.scenario.line}.svg"
        path.write_text(svg(verdict), "utf-8")
        sides = (verdict.seen.caller_sound, verdict.seen.bot_sound)
        if any(len(side.samples) for side in sides):
            write_wav(path.with_suffix(".wav"), [(side.start, side.samples) for side in sides])


def _tell(
    sheet: Sequence[acceptance.RowResult],
    verdicts: Sequence[ScenarioVerdict],
    result: BenchResult,
    json: bool,
) -> None:
    if json:
        typer.echo(result.dump())
    else:
        console = Console()
        Console(width=None if console.is_terminal else 160).print(
            acceptance.acceptance_table(sheet)
        )
        for verdict in verdicts:
            for problem in verdict.problems:
                typer.echo(f"{problem} ({verdict.scenario.name})")
        told = result.figures
        typer.echo(
            f"{told['rows_green']:.0f} of {result.limits['rows_green']:.0f} rows green;"
            f" {told['scenarios_passed']:.0f} of {told['scenarios']:.0f} scenarios"
            f" in {told['seconds']:.0f} s"
        )
    if not result.passed:
        raise typer.Exit(1)
