"""``ivr prompts``: the studio. Render the words, judge them, bring them to the PBX."""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.understanding.phrases import PhraseError
from ivr.voice import VoiceError
from ivr.voice.arguments import DirectoryOption, PiecesOption, SheetOption, read_arguments, stop
from ivr.voice.changes import changes
from ivr.voice.check import PromptReport, check_prompts
from ivr.voice.current import known
from ivr.voice.delivery import install, play, sheet_page
from ivr.voice.engine import Engine, PromptsFailed
from ivr.voice.fragments import fragments_to_render
from ivr.voice.render import render_prompts as render_stale
from ivr.words.phrase_files import LEARNED, learn

prompts_app = typer.Typer(
    name="prompts",
    help="What the hotline says: render it, check it, listen to it, install it.",
    no_args_is_help=True,
)
for _command in (play, install, sheet_page):
    prompts_app.command(_command.__name__.removesuffix("_page"))(_command)


class EngineName(StrEnum):
    """Who speaks."""

    ESPEAK = "espeak"
    EDGE = "edge"
    FILES = "files"


@prompts_app.command()
def render(
    engine: Annotated[EngineName, typer.Option(help="Who speaks.")] = EngineName.ESPEAK,
    voice: Annotated[str, typer.Option(help="A voice of the engine.")] = "",
    files: Annotated[Path | None, typer.Option(help="Folder of a studio's recordings.")] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Where edge keeps what it has fetched.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="One row (no_sound) or one prompt (no_sound.ask).")
    ] = None,
    anew: Annotated[bool, typer.Option("--all", help="Also what is current already.")] = False,
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Render the prompts whose words, voice or files have changed; all of them, or none."""
    path, words = read_arguments(sheet)
    target = directory or path.parent / "rendered"
    try:
        speaker, recorded = _speaker(engine, voice, files, cache, words, pieces)
        with _progress() as bar:
            task = bar.add_task("rendering", total=None)
            result = render_stale(
                words,
                target,
                speaker,
                pieces=recorded,
                only=only,
                anew=anew,
                processes=os.cpu_count() or 1,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )
    except ModuleNotFoundError as error:
        stop(f"rendering needs the package {error.name}: run `pip install 'ivr[tools]'`")
    except PromptsFailed as error:
        for name, reason in error.reasons.items():
            typer.echo(f"{name}: {reason}", err=True)
        stop(str(error))
    except KeyError as error:
        stop(str(error.args[0]))
    except (VoiceError, OSError) as error:
        stop(str(error))
    typer.echo(
        f"{len(result.rendered)} rendered, {len(result.kept)} kept, "
        f"{len(result.removed)} removed in {target}"
    )
    _learn(path)


def _learn(path: Path) -> None:
    """What callers say is learned with what we say, so that no start has to wait for it."""
    try:
        if learn(path):
            typer.echo(f"learned what callers say, in {path.with_name(LEARNED)}")
    except (PhraseError, OSError) as error:
        stop(str(error))


def _speaker(
    name: EngineName,
    voice: str,
    files: Path | None,
    cache: Path | None,
    words: Sheet,
    pieces: bool,
) -> tuple[Engine, Sequence[Prompt] | None]:
    """The engine, and the pieces that it can speak; None: all of them."""
    wanted = None if pieces else ()
    match name:
        case EngineName.ESPEAK:
            from ivr.voice.espeak import Espeak

            return (Espeak(voice) if voice else Espeak()), wanted
        case EngineName.EDGE:
            from ivr.voice.edge import XIAOXIAO, Edge

            home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
            return Edge(cache or home / "ivr" / "edge", voice or XIAOXIAO), wanted
        case EngineName.FILES:
            from ivr.voice.studio import Studio

            if files is None:
                raise VoiceError("name the folder of the recordings with --files")
            studio = Studio(files)
            there = [piece for piece in fragments_to_render(words) if studio.has(piece)]
            return studio, there if pieces else ()


@prompts_app.command("list")
def list_prompts(sheet: SheetOption = None, directory: DirectoryOption = None) -> None:
    """Every prompt with its words, and how long and how loud its rendering is."""
    path, words = read_arguments(sheet)
    recordings = known(directory or path.parent / "rendered").recordings
    table = Table("prompt", Column("words", overflow="fold"), "seconds", "dBov", box=None)
    for prompt in words.fragments():
        recording = recordings.get(prompt.id)
        measures = (
            (f"{recording.seconds:.2f}", f"{recording.active_level_dbov:.1f}")
            if recording and recording.text == prompt.text
            else ("not rendered", "")
        )
        table.add_row(prompt.id, Text(prompt.text), *measures)
    Console().print(table)


@prompts_app.command("check")
def check(
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Are all prompts there, current, at one level, without a forbidden word? Exit code 0 or 1."""
    path, words = read_arguments(sheet)
    report = check_prompts(
        directory or path.parent / "rendered",
        words,
        pieces=None if pieces else (),
        measure=True,
    )
    if as_json:
        typer.echo(report.dump())
    else:
        for sentence in (*report.problems, *_sentences(report)):
            typer.echo(sentence)
    raise typer.Exit(1 if report.problems else 0)


def _sentences(report: PromptReport) -> list[str]:
    figures = report.figures
    return [
        f"{figures.prompts} prompts in {figures.clips} clips: {figures.present} present, "
        f"{figures.current} current, {figures.seconds:.0f} s of speech",
        *(
            f"{rendering}: {one.lowest_db:+.2f} to {one.highest_db:+.2f} dB around its level, "
            f"highest peak {one.peak_max_dbfs} dBFS"
            for rendering, one in figures.levels.items()
        ),
    ]


@prompts_app.command()
def diff(
    pieces: PiecesOption = True, sheet: SheetOption = None, directory: DirectoryOption = None
) -> None:
    """Which words changed since they were rendered. Exit code 1 when some did."""
    path, words = read_arguments(sheet)
    found = changes(directory or path.parent / "rendered", words, pieces=None if pieces else ())
    for change in found:
        typer.echo(change.id)
        for mark, text in (("-", change.before), ("+", change.after)):
            if text:
                typer.echo(f"  {mark} {text}")
    raise typer.Exit(1 if found else 0)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
