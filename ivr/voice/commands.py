"""``ivr prompts``: render, list, check and compare the prompts (what the hotline says)."""

import os
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from ivr.command_line import JsonOption, fail, formerly, print_table, progress_bar
from ivr.translation import tr
from ivr.understanding.phrases import PhraseError
from ivr.voice import VoiceError
from ivr.voice.arguments import DirectoryOption, PiecesOption, SheetOption, read_arguments
from ivr.voice.changes import changes
from ivr.voice.check import PromptReport, check_prompts
from ivr.voice.clip_cache import ClipCache
from ivr.voice.current import known
from ivr.voice.delivery import install_command, play_prompt, sheet_page
from ivr.voice.engine import PromptsFailed
from ivr.voice.engine_choice import (
    EngineName,
    EngineOptions,
    default_engine,
    engine_from,
    remember,
    remembered,
)
from ivr.voice.render import render_prompts as render_stale
from ivr.voice.studio.commands import cut_command, script_command
from ivr.words.phrase_files import NewWeights, learned_anew

prompts_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Render, check, play and install what the hotline says.",
)
prompts_app.command("play")(play_prompt)
prompts_app.command("install", context_settings=formerly(to="pbx-sounds"))(install_command)
prompts_app.command("sheet")(sheet_page)
prompts_app.command("script")(script_command)
prompts_app.command("cut")(cut_command)


@prompts_app.command("render", context_settings=formerly(all="again"))
def render_command(
    engine: Annotated[
        EngineName | None,
        typer.Option(help="The engine that speaks; else baker if it is installed, or espeak."),
    ] = None,
    voice: Annotated[str, typer.Option(help="A voice of the engine.")] = "",
    files: Annotated[Path | None, typer.Option(help="Directory of a studio's recordings.")] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Directory of what edge has fetched; else the user's cache.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="Only one row (no_sound) or one prompt (no_sound.ask).")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Render them although they are current.")
    ] = False,
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Render the prompts whose words, voice or files have changed.

    If one of them cannot be rendered, no file is replaced.
    """
    path, words = read_arguments(sheet)
    target = directory or path.parent / "rendered"
    try:
        options = _options(EngineOptions(engine, voice, files, cache), target)
        speaker, can_speak = engine_from(options, words)
        learned = _begin_learning(path)
        clips = ClipCache.of_user()
        with progress_bar() as bar:
            task = bar.add_task(tr("rendering"), total=None)
            result = render_stale(
                words,
                target,
                speaker,
                pieces=can_speak if pieces else (),
                only=only,
                anew=again,
                processes=os.cpu_count() or 1,
                cache=clips,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )
        clips.prune()
        if engine is not None:
            remember(options, target)
    except PromptsFailed as error:
        for name, reason in error.reasons.items():
            typer.echo(f"{name}: {reason}", err=True)
        raise fail(error) from None
    except KeyError as error:
        raise fail(error.args[0]) from None
    except VoiceError as error:
        raise fail(error) from None
    except OSError as error:
        raise fail(
            tr(
                "the prompts cannot be written to {directory} ({reason}): make room, or name "
                "another --directory; the old set stays in place"
            ).format(directory=target, reason=error.strerror or error)
        ) from None
    typer.echo(
        tr("{rendered} rendered, {kept} kept, {removed} removed in {directory}").format(
            rendered=len(result.rendered),
            kept=len(result.kept),
            removed=len(result.removed),
            directory=target,
        )
    )
    _end_learning(learned)


def _options(given: EngineOptions, directory: Path) -> EngineOptions:
    """Return the options (engine, voice, directories) with which this run renders.

    If ``given`` names an engine, they are ``given``. Otherwise they are those that an earlier run
    has noted in ``directory``. If there are none, they are ``given`` with the default engine; a
    warning is printed if that is not the natural voice.
    """
    if given.name is not None:
        return given
    if before := remembered(directory):
        return before
    name, reason = default_engine()
    if reason:
        warning = tr("WARNING: espeak speaks, which people understand badly: {reason}")
        typer.secho(warning.format(reason=reason), fg="yellow", bold=True, err=True)
    return replace(given, name=name)


def _begin_learning(path: Path) -> Future[NewWeights | None]:
    """Let another thread train the classifier that finds the meaning of callers' sentences.

    It is trained on the phrase files beside the sheet ``path``, now and not when the service
    starts, so that the start is quick. It takes about a minute, while other processes
    render; if the stored weights are up to date, it takes a moment and the future gets None.
    """
    learned: Future[NewWeights | None] = Future()

    def work() -> None:
        try:
            learned.set_result(learned_anew(path))
        except BaseException as error:  # _end_learning raises it
            learned.set_exception(error)

    Thread(target=work, daemon=True).start()  # a render that fails does not wait for it
    return learned


def _end_learning(learned: Future[NewWeights | None]) -> None:
    """Wait for what :func:`_begin_learning` has begun, and write the new weights.

    If the phrases cannot be used or the weights cannot be written, print why and end the command
    with exit code 2.
    """
    try:
        if new := learned.result():
            new.keep()
            typer.echo(tr("learned what callers say, in {file}").format(file=new.target.parent))
    except (PhraseError, OSError) as error:
        raise fail(error) from None


@prompts_app.command("list")
def list_prompts(sheet: SheetOption = None, directory: DirectoryOption = None) -> None:
    """List every prompt with its words, and the length and level of its rendering."""
    path, words = read_arguments(sheet)
    recordings = known(directory or path.parent / "rendered").recordings
    table = Table(
        tr("prompt"), Column(tr("words"), overflow="fold"), tr("seconds"), "dBov", box=None
    )
    for prompt in words.fragments():
        recording = recordings.get(prompt.id)
        measures = (
            (f"{recording.seconds:.2f}", f"{recording.active_level_dbov:.1f}")
            if recording and recording.text == prompt.text
            else (tr("not rendered"), "")
        )
        table.add_row(prompt.id, Text(prompt.text), *measures)
    print_table(table)


@prompts_app.command("check")
def check_rendered(
    as_json: JsonOption = False,
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Check that all prompts are rendered, current, equally loud, read correctly, and allowed.

    Ends with 0 when they are, 1 when not.
    """
    path, words = read_arguments(sheet)
    report = check_prompts(
        directory or path.parent / "rendered",
        words,
        pieces=None if pieces else (),
        measure=True,
        readings=True,
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
        tr(
            "{prompts} prompts in {clips} clips: {present} present, {current} current, "
            "{seconds:.0f} s of speech"
        ).format(
            prompts=figures.prompts,
            clips=figures.clips,
            present=figures.present,
            current=figures.current,
            seconds=figures.seconds,
        ),
        *(
            tr(
                "{rendering}: {lowest:+.2f} to {highest:+.2f} dB around its level, highest "
                "peak {peak} dBFS"
            ).format(
                rendering=tr(rendering),
                lowest=one.lowest_db,
                highest=one.highest_db,
                peak=one.peak_max_dbfs,
            )
            for rendering, one in figures.levels.items()
        ),
        *([report.readings.summary()] if report.readings else []),
    ]


@prompts_app.command("diff")
def diff_command(
    pieces: PiecesOption = True, sheet: SheetOption = None, directory: DirectoryOption = None
) -> None:
    """Show which words have changed since they were rendered.

    Ends with 0 when none have, 1 when some have.
    """
    path, words = read_arguments(sheet)
    found = changes(directory or path.parent / "rendered", words, pieces=None if pieces else ())
    for change in found:
        typer.echo(change.id)
        for mark, text in (("-", change.before), ("+", change.after)):
            if text:
                typer.echo(f"  {mark} {text}")
    raise typer.Exit(1 if found else 0)
