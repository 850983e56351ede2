"""The commands that bring rendered prompts to somebody: to an ear, to a page, to the PBX."""

from pathlib import Path
from typing import Annotated

import typer

from ivr.voice import VoiceError
from ivr.voice.arguments import (
    DirectoryOption,
    PiecesOption,
    SheetOption,
    catalogue_in,
    read_arguments,
    stop,
)
from ivr.voice.check import check_prompts
from ivr.voice.install import install_prompts as install_into
from ivr.words.catalogue import RENDERINGS, CatalogueError, Rendering


def play(
    id: Annotated[str, typer.Argument(help="A prompt, as `ivr prompts list` names it.")],
    rendering: Annotated[str, typer.Option(help="normal, louder, loudest or slow.")] = "normal",
    to: Annotated[str, typer.Option(help="sip:NUMBER@HOST: into a call, not here.")] = "",
    user: Annotated[str, typer.Option(help="Account on the PBX.")] = "anonymous",
    password_file: Annotated[Path | None, typer.Option(help="File with its password.")] = None,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Listen to one prompt: from this machine's loudspeaker, or in a call."""
    from ivr.voice.play import Destination, play_here, play_into_call

    catalogue = catalogue_in(directory or read_arguments(sheet)[0].parent / "rendered")
    try:
        samples = catalogue.samples(id, _rendering(rendering))
        if not to:
            play_here(samples)
            return
        password = password_file.read_text(encoding="utf-8").strip() if password_file else ""
        play_into_call(samples, Destination.parse(to), user, password)
    except (VoiceError, CatalogueError, OSError) as error:
        stop(str(error))
    typer.echo(f"{id} was played to {to}")


def _rendering(text: str) -> Rendering:
    for rendering in RENDERINGS:
        if rendering == text:
            return rendering
    raise VoiceError(f"--rendering {text} is none of: {', '.join(RENDERINGS)}")


def install(
    to: Annotated[Path, typer.Option(help="Asterisk's sounds directory; files go to its zh/.")],
    owner: Annotated[str, typer.Option(help="USER or USER:GROUP that shall own them.")] = "",
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Bring the rendered prompts to the PBX, and say what changed there."""
    source = directory or read_arguments(sheet)[0].parent / "rendered"
    try:
        done = install_into(source, to, owner)
    except VoiceError as error:
        stop(str(error))
    for mark, names in (("+", done.added), ("~", done.changed), ("-", done.removed)):
        for name in names[:20]:
            typer.echo(f"{mark} {name}")
        if len(names) > 20:
            typer.echo(f"{mark} … and {len(names) - 20} more")
    typer.echo(
        f"{len(done.added)} added, {len(done.changed)} changed, {len(done.removed)} removed, "
        f"{done.kept} kept in {to / 'zh'}"
    )


def sheet_page(
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("prompts.html"),
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Write the audition page: every prompt with its words, players, levels and waveforms."""
    path, words = read_arguments(sheet)
    source = directory or path.parent / "rendered"
    report = check_prompts(source, words, pieces=None if pieces else ())
    catalogue = catalogue_in(source)
    try:
        from ivr.voice.audition import audition_page

        out.write_text(audition_page(words, catalogue, report), encoding="utf-8")
    except ModuleNotFoundError as error:
        stop(f"the page needs the package {error.name}: run `pip install 'ivr[tools]'`")
    except OSError as error:
        stop(f"{out} cannot be written ({error.strerror}): name another file with --out")
    typer.echo(f"{out} has {len(words.fragments())} prompts: open it in a browser")
