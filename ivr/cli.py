"""The ``ivr`` command. Thin: each sub-command calls one room."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.config import ConfigError, Settings, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="IVR_CONFIG", help="Settings file (TOML)."),
]

CANNOT = 2
"""Exit code when something the user has set, given or forgotten makes it impossible."""


def fail(sentence: object) -> typer.Exit:
    """Say one sentence on stderr; raise what is returned."""
    typer.echo(f"ivr: {sentence}", err=True)
    return typer.Exit(CANNOT)


def settings_or_exit(config: Path | None) -> Settings:
    """The settings, or one sentence and exit code 2."""
    try:
        return load_settings(config)
    except ConfigError as error:
        raise fail(error) from None


@app.callback()
def root() -> None:
    """The hotline that keeps to the sheet of phone etiquette."""
    from ivr import logs

    logs.log_to_stderr()


def _prompts() -> typer.Typer:
    from ivr.voice.commands import prompts_app

    return prompts_app


def _models() -> typer.Typer:
    from ivr.recognition.commands import models

    return models


def _tickets() -> typer.Typer:
    from ivr.records.ticket_commands import tickets

    return tickets


def _calls() -> typer.Typer:
    from ivr.commands.replay import play
    from ivr.records.call_commands import calls

    calls.command("play")(play)
    return calls


def _records() -> typer.Typer:
    from ivr.records.commands import records

    return records


def _softphone() -> typer.Typer:
    from ivr.softphone.commands import softphone

    return softphone


def _bench() -> typer.Typer:
    from ivr.bench.commands import bench

    return bench


def _scenario() -> typer.Typer:
    from ivr.scenario.commands import scenario

    return scenario


def _needs(name: str, error: ModuleNotFoundError) -> str:
    return f"`ivr {name}` needs the package {error.name}: run `pip install 'ivr[tools]'`"


def _add_later(name: str, commands: Callable[[], typer.Typer], help: str) -> None:
    """Add a group of commands that is imported when it is called.

    The service must start without the packages that only the tools need, and soon.
    """

    def run(words: typer.Context) -> None:
        try:
            group = typer.main.get_group(commands())
        except ModuleNotFoundError as error:
            raise fail(_needs(name, error)) from None
        group(words.args, prog_name=f"ivr {name}")

    settings = {
        "allow_extra_args": True,
        "allow_interspersed_args": False,
        "ignore_unknown_options": True,
    }
    app.command(name, help=help, add_help_option=False, context_settings=settings)(run)


@app.command()
def serve(config: Config = None) -> None:
    """Answer the hotline until told to stop (SIGTERM drains: running calls end properly)."""
    from ivr import logs
    from ivr.service.app import run_service as serve_calls
    from ivr.service.loading import StartError

    settings = settings_or_exit(config)
    writer = logs.set_up(settings.service)
    try:
        asyncio.run(serve_calls(settings))
    except StartError as error:
        raise fail(error) from None
    finally:
        writer.drain()


@app.command()
def talk(
    config: Config = None,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="No time passes: a line is read whenever the bot waits; empty is silence"
        ),
    ] = False,
    wav: Annotated[
        Path | None, typer.Option("--wav", help="A recording of the caller, instead of typing.")
    ] = None,
) -> None:
    """Try the conversation here, without a PBX: type what the caller says."""
    from ivr.commands.talk import HINT, Talk, Terminal
    from ivr.recognition.choice import chosen
    from ivr.recognition.files import ModelError
    from ivr.recognition.model import load_model
    from ivr.service.loading import StartError, load_sheet, load_understander, load_vocabulary
    from ivr.softphone.wav import WavError, read_wav
    from ivr.words.catalogue import Catalogue, CatalogueError

    settings = settings_or_exit(config)
    try:
        sheet = load_sheet(settings)
        vocabulary = load_vocabulary(settings)
        understander = load_understander(settings)
        samples = None if wav is None else read_wav(wav)
        recognition = settings.recognition
        model = load_model(chosen(recognition.model, recognition.models)) if wav else None
    except (StartError, WavError, ModelError) as error:
        raise fail(error) from None
    try:
        catalogue = Catalogue.load(settings.prompts.directory)
    except CatalogueError:
        catalogue = None  # how long a prompt takes is estimated
    conversation = Talk(sheet, catalogue, typer.echo, understander.meaning, vocabulary)
    if samples is not None and model is not None:
        answered = time.monotonic()
        conversation.sound(
            samples,
            lambda at: None if fast else time.sleep(max(0.0, answered + at - time.monotonic())),
            model,
        )
    elif fast:
        conversation.fast(iter(sys.stdin))
    else:
        typer.echo(HINT)
        conversation.live(Terminal())
    typer.echo(conversation.summary)


@app.command()
def hear(
    file: Annotated[Path, typer.Argument(help="The recording: WAV, FLAC, Ogg, MP3, any rate.")],
    prompt: Annotated[
        Path | None, typer.Option("--prompt", help="What we played meanwhile: its echo is known.")
    ] = None,
    prompt_start: Annotated[
        float, typer.Option("--prompt-start", min=0.0, help="When the prompt began, in seconds.")
    ] = 0.0,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Draw it all as this PNG file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    every: Annotated[
        float, typer.Option("--every", min=0.02, help="Seconds between two rows.")
    ] = 0.5,
) -> None:
    """Show what the ear makes of one recording: verdict and numbers over time, and why."""
    try:
        from ivr.commands import hear as hearing

        if picture is not None:
            from ivr.commands import hear_picture
    except ModuleNotFoundError as error:
        raise fail(_needs("hear", error)) from None
    try:
        recording = hearing.Recording.read(file)
        played = None if prompt is None else hearing.Recording.read(prompt)
        heard = hearing.hear(recording, played, prompt_start, every)
        if picture is not None:
            hear_picture.draw_report(heard, f"{file.name}: {heard.verdict.condition}", picture)
    except hearing.HearError as error:
        raise fail(error) from None
    if as_json:
        typer.echo(hearing.report_as_json(heard))
        return
    typer.echo(f"{file}: {recording}\n{hearing.HEADER}")
    for row in heard.rows:
        typer.echo(hearing.line_of(row))
    typer.echo(hearing.report_summary(heard))


@app.command()
def understand(
    what: Annotated[
        str, typer.Argument(help="A sentence, a recording, or - for a sentence on each line.")
    ] = "-",
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line each.")] = False,
) -> None:
    """Show what the hotline makes of a caller's words: intent, row, score, slots, and why."""
    from ivr.commands import understand as understanding
    from ivr.recognition.files import ModelError
    from ivr.understanding.phrases import PhraseError
    from ivr.words.phrase_files import read_understander

    settings = settings_or_exit(config)
    table = understanding.meaning_table()
    try:
        understander = read_understander(settings.prompts.sheet)
        texts: Iterable[str]
        if what == "-":
            texts = (line.strip() for line in sys.stdin)
        elif understanding.is_recording(what):
            texts = list(understanding.words_of_recording(Path(what), settings))
        else:
            texts = [what]
    except ModuleNotFoundError as error:
        raise fail(_needs("understand", error)) from None
    except (PhraseError, ModelError, ValueError) as error:
        raise fail(error) from None
    for text in texts:
        meaning = understander.meaning(text)
        if as_json:
            typer.echo(understanding.meaning_as_json(meaning))
        else:
            table.add_row(*understanding.cells(meaning))
    if not as_json:
        console = Console()
        Console(width=None if console.is_terminal else 200).print(table)


@app.command()
def doctor(
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    service_only: Annotated[
        bool, typer.Option("--service", help="Only whether the service listens; quick.")
    ] = False,
    pbx_sounds: Annotated[
        Path | None,
        typer.Option("--pbx-sounds", help="Compare the PBX's prompts: its sounds directory."),
    ] = None,
) -> None:
    """Look at everything a call needs. Exit code 0: ok, 1: warnings, 2: broken."""
    from ivr import doctor as examination

    checks = examination.examine(config, service_only=service_only, pbx_sounds=pbx_sounds)
    if as_json:
        typer.echo(examination.checks_as_json(checks))
    else:
        colours = {"ok": "green", "warning": "yellow", "broken": "red"}
        table = Table("", "check", "says", "what to do", box=None, pad_edge=False)
        for check in checks:
            verdict = Text(check.verdict, colours[check.verdict])
            table.add_row(verdict, check.name, Text(check.says), Text(check.remedy))
        Console().print(table)
    raise typer.Exit(examination.worst(checks).exit_code)


_add_later("prompts", _prompts, "What the hotline says: render, list, check.")
_add_later("models", _models, "What hears the callers: fetch, check, list.")
_add_later("tickets", _tickets, "What callers left to be done: list, assign, done, export.")
_add_later("calls", _calls, "What happened in the calls: list, show, export.")
_add_later("records", _records, "The database of the records: migrate, prune.")
_add_later("softphone", _softphone, "The SIP test caller.")
_add_later("scenario", _scenario, "Make the calls that testers write down, and judge them.")
_add_later("bench", _bench, "Measure real calls through Asterisk in Docker.")


def main() -> None:
    """Entry point."""
    app()
