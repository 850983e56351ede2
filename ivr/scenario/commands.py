"""``ivr scenario``: make the calls that testers write down, and judge them."""

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ivr.bench.result import BenchResult
from ivr.command_line import (
    CHECKOUT,
    ConfigOption,
    JsonOption,
    PasswordFileOption,
    RootOption,
    UserOption,
    fail,
    formerly,
    password_in,
    print_table,
    progress_bar,
    settings_or_exit,
)
from ivr.config import ConfigError, Settings
from ivr.etiquette.sheet import SheetError
from ivr.lab.natural_callers import NATURAL_NAMES
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
from ivr.translation import tr
from ivr.understanding.phrases import PhraseError
from ivr.words.catalogue import CatalogueError
from ivr.words.composition import VocabularyError

scenario_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Make the calls that testers write down, and judge them.",
)
DOCKER = "docker"
_NUMBERED_VOICES = ("1", "2", "3", "4")
_URI = re.compile(r"(?:sip:)?(?P<number>[^@\s]+)@(?P<host>[^:@\s]+)(?::(?P<port>\d{1,5}))?")
_CANNOT = (
    ScenarioError, TargetError, LabError, CatalogueError, SheetError, VocabularyError, PhraseError,
    ConfigError, DatabaseError, NoRecordsError, OSError,
)  # fmt: skip

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Scenario files, or directories of them; else those of all rows."),
]


@scenario_app.callback()
def _group() -> None:
    """Keep the word `run` in the command line: typer drops it when it is the only command."""


@scenario_app.command("run", context_settings=formerly(target="to", report="out", calls="at-once"))
def run_scenarios(
    files: Files = None,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="Where the calls go: sip:NUMBER@HOST or …@HOST:PORT of your PBX, or docker for a"
            " PBX of its own.",
        ),
    ] = DOCKER,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Directory to write: report.html, junit.xml, a WAV and a picture of each call."
        ),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="In virtual time, without a PBX.")] = False,
    as_json: JsonOption = False,
    only: Annotated[
        str | None, typer.Option(help="Only scenarios with this in their name.")
    ] = None,
    voice: Annotated[
        str | None,
        typer.Option(
            help="Voice of the callers whose scenario names none: 1 to 4, natural, natural 1 to"
            " natural 4, or a voice of espeak-ng."
        ),
    ] = None,
    at_once: Annotated[
        int, typer.Option(min=1, max=50, help="How many calls are made at once.")
    ] = AT_ONCE,
    user: UserOption = "anonymous",
    password_file: PasswordFileOption = None,
    records: Annotated[
        bool,
        typer.Option(
            "--records", help="Also judge tickets and outcomes, from the records of --config."
        ),
    ] = False,
    config: ConfigOption = None,
    root: RootOption = CHECKOUT,
) -> None:
    """Play scenarios and print the acceptance sheet: row, words heard, waits, result.

    Ends with 0 when all went as written, 1 when not, 2 when the scenarios could not be played.
    """
    began = time.monotonic()
    settings = settings_or_exit(config)
    try:
        stage = Stage.load(settings.prompts.sheet, settings.prompts.directory)
        chosen = _chosen(files, stage, only, voice)
        where = None if fast or to == DOCKER else _target(to, user, password_file)
        with progress_bar() as bar:
            task = bar.add_task(tr("scenarios"), total=len(chosen))
            play = RunContext(stage, chosen, lambda _: bar.advance(task))
            verdicts = _played(play, settings, where, fast, records, at_once, root)
        whole = not files and only is None
        sheet = acceptance.entries(stage.sheet, verdicts, every=whole)
        result = acceptance.acceptance_figures(sheet, verdicts, time.monotonic() - began)
        if out is not None:
            _write(out, sheet, verdicts, result, tr("virtual time") if fast else to)
    except _CANNOT as error:
        raise fail(error) from None
    _tell(sheet, verdicts, result, as_json)


def _chosen(
    files: list[Path] | None, stage: Stage, only: str | None, voice: str | None
) -> list[Scenario]:
    found = read_scenarios(files or [SHIPPED], stage.sheet)
    chosen = [each for each in found if only is None or only in each.name]
    if not chosen:
        raise ScenarioError(
            tr("no scenario has {only!r} in its name: leave --only out to see all").format(
                only=only
            )
        )
    if voice is None:
        return chosen
    if voice.startswith("natural") and voice not in NATURAL_NAMES:
        raise ScenarioError(
            tr("--voice {name!r}: there is no such voice: use one of {names}").format(
                name=voice, names=", ".join(NATURAL_NAMES)
            )
        )
    by = int(voice) if voice in _NUMBERED_VOICES else voice
    return [each.spoken_by(by) for each in chosen]


def _target(text: str, user: str, password_file: Path | None) -> Target:
    fits = _URI.fullmatch(text)
    if fits is None or not 0 < int(fits["port"] or 5060) < 65536:
        raise TargetError(
            tr("--to {text} is neither docker nor sip:NUMBER@HOST:PORT").format(text=text)
        )
    address = (fits["host"], int(fits["port"] or 5060))
    return Target(address, fits["number"], user, password_in(password_file))


def _played(
    play: RunContext,
    settings: Settings,
    target: Target | None,
    fast: bool,
    records: bool,
    at_once: int,
    root: Path,
) -> list[ScenarioVerdict]:
    if fast:
        return play.fast(settings.prompts.sheet)
    if target is None:
        return asyncio.run(play.in_docker(root, at_once))
    return asyncio.run(play.on(target, settings.records if records else None, at_once))


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
    as_json: bool,
) -> None:
    if as_json:
        typer.echo(result.dump())
    else:
        print_table(acceptance.acceptance_table(sheet))
        for verdict in verdicts:
            for problem in verdict.problems:
                typer.echo(f"{problem} ({verdict.scenario.name})")
        told = result.figures
        typer.echo(
            tr(
                "{green:.0f} of {rows:.0f} rows green; "
                "{passed:.0f} of {scenarios:.0f} scenarios in {seconds:.0f} s"
            ).format(
                green=told["rows_green"],
                rows=result.limits["rows_green"],
                passed=told["scenarios_passed"],
                scenarios=told["scenarios"],
                seconds=told["seconds"],
            )
        )
    if not result.passed:
        raise typer.Exit(1)
