"""``ivr prompts play``, ``install`` and ``sheet``: use rendered prompts outside a call."""

from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import (
    PasswordFileOption,
    UserOption,
    cannot_write,
    fail,
    password_in,
    progress_bar,
)
from ivr.etiquette.sheet import Sheet
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.arguments import (
    DirectoryOption,
    PiecesOption,
    SheetOption,
    catalogue_in,
    read_arguments,
)
from ivr.voice.check import check_prompts
from ivr.voice.clip_cache import ClipCache
from ivr.voice.comparison import VoiceComparison, compare_voices
from ivr.voice.install import install_prompts as install_into
from ivr.words.catalogue import RENDERINGS, Catalogue, CatalogueError, Rendering
from ivr.words.composition import VocabularyError
from ivr.words.wording import read_vocabulary


def play_prompt(
    id: Annotated[str, typer.Argument(help="A prompt, as `ivr prompts list` names it.")],
    rendering: Annotated[
        str,
        typer.Option(
            help="normal, louder, loudest or slow.", autocompletion=lambda: list(RENDERINGS)
        ),
    ] = "normal",
    to: Annotated[
        str, typer.Option("--to", help="Play it in a telephone: sip:NUMBER@HOST or …@HOST:PORT.")
    ] = "",
    user: UserOption = "anonymous",
    password_file: PasswordFileOption = None,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Listen to a prompt.

    It is played by this machine's loudspeaker, or with --to in a telephone.
    """
    from ivr.voice.play import Destination, play_here, play_into_call

    catalogue = catalogue_in(directory or read_arguments(sheet)[0].parent / "rendered")
    try:
        samples = catalogue.samples(id, _rendering(rendering))
        if not to:
            play_here(samples)
            return
        play_into_call(samples, Destination.parse(to), user, password_in(password_file))
    except (VoiceError, CatalogueError, OSError) as error:
        raise fail(error) from None
    typer.echo(tr("{prompt} was played to {to}").format(prompt=id, to=to))


def _rendering(text: str) -> Rendering:
    for rendering in RENDERINGS:
        if rendering == text:
            return rendering
    raise VoiceError(
        tr("--rendering {text} is none of {known}").format(text=text, known=", ".join(RENDERINGS))
    )


def install_command(
    pbx_sounds: Annotated[
        Path, typer.Option(help="Asterisk's sounds directory; the prompts go to its zh/.")
    ],
    owner: Annotated[str, typer.Option(help="USER or USER:GROUP that shall own the files.")] = "",
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Install the rendered prompts on the PBX, and say what changed there."""
    source = directory or read_arguments(sheet)[0].parent / "rendered"
    try:
        done = install_into(source, pbx_sounds, owner)
    except VoiceError as error:
        raise fail(error) from None
    for mark, names in (("+", done.added), ("~", done.changed), ("-", done.removed)):
        for name in names[:20]:
            typer.echo(f"{mark} {name}")
        if len(names) > 20:
            typer.echo(tr("{mark} … and {number} more").format(mark=mark, number=len(names) - 20))
    typer.echo(
        tr(
            "{added} added, {changed} changed, {removed} removed, {kept} kept in {directory}"
        ).format(
            added=len(done.added),
            changed=len(done.changed),
            removed=len(done.removed),
            kept=done.kept,
            directory=pbx_sounds / "zh",
        )
    )


def sheet_page(
    out: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("prompts.html"),
    voices: Annotated[
        bool,
        typer.Option(help="Also ten sentences in every voice of this machine, side by side."),
    ] = True,
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Write a page for judging voices and prompts: players, levels, waveforms and licences."""
    path, words = read_arguments(sheet)
    source = directory or path.parent / "rendered"
    report = check_prompts(source, words, pieces=None if pieces else ())
    catalogue = catalogue_in(source)
    from ivr.voice.audition import audition_page

    comparison = _compared(path.parent, words, catalogue) if voices else None
    try:
        out.write_text(audition_page(words, catalogue, report, comparison), encoding="utf-8")
    except OSError as error:
        raise cannot_write(out, error) from None
    typer.echo(
        tr("{out} has {number} prompts: open it in a browser").format(
            out=out, number=len(words.fragments())
        )
    )


def _compared(tables: Path, sheet: Sheet, catalogue: Catalogue) -> VoiceComparison | None:
    """Return the trial sentences in every voice of this machine; None if there is only one voice.

    Values that are inserted into sentences come from the tables in the directory ``tables``. If
    they cannot be used, print why and end the command with exit code 2.
    """
    try:
        vocabulary = read_vocabulary(tables)
        cache = ClipCache.of_user()
        with progress_bar() as bar:
            task = bar.add_task(tr("voices"), total=None)
            comparison = compare_voices(
                sheet,
                vocabulary,
                catalogue,
                cache,
                lambda done, of: bar.update(task, completed=done, total=of),
            )
        cache.prune()
    except (VocabularyError, OSError) as error:
        raise fail(error) from None
    return comparison if len(comparison.voices) > 1 else None
