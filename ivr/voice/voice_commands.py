"""``ivr voices``: fetch, list and remove the voices that speak the prompts."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Annotated

import typer
from rich.table import Table

from ivr.command_line import JsonOption, fail, print_table
from ivr.fetching.command_line import (
    AgainOption,
    Sha256Option,
    refuse_wrong_sha256,
    shown_download,
    tell_fetched,
)
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.voice_archives import VOICE_ARCHIVES
from ivr.voice.voice_fetch import fetch_voice, find_archive, remove_voice
from ivr.voice.voices import (
    KNOWN_VOICES,
    InstalledVoice,
    KnownVoice,
    installed,
    installed_names,
    read_voice,
    voices_directory,
)

voices_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Fetch, list and remove the voices that speak the prompts.",
)


@voices_app.command("fetch")
def fetch_voice_command(
    name: Annotated[
        str,
        typer.Argument(
            help=f"{', '.join(VOICE_ARCHIVES)}, or a voice of sherpa-onnx: a file or URL.",
            autocompletion=lambda: list(VOICE_ARCHIVES),
        ),
    ],
    source: Annotated[
        str,
        typer.Option("--from", help="URL of a mirror, or a file; else the usual addresses."),
    ] = "",
    sha256: Sha256Option = "",
    again: AgainOption = False,
) -> None:
    """Fetch a voice.

    It is verified and put where `ivr prompts render` looks for it.
    """
    refuse_wrong_sha256(sha256)
    try:
        archive, named = find_archive(name)
        packed = archive.packed
        if (there := installed(packed.name)) and not again:
            typer.echo(tr("{directory} is there; --again fetches it anew").format(directory=there))
            return
        source = source or named
        with shown_download(packed, source) as progress:
            fetched = fetch_voice(archive, progress, source=source, sha256=sha256)
        tell_fetched(fetched)
        _tell_licence(read_voice(fetched.directory))
    except (VoiceError, OSError) as error:
        raise fail(error) from None
    except KeyboardInterrupt:
        raise fail(tr("the fetch was interrupted and has changed nothing: run it again")) from None


def _tell_licence(voice: InstalledVoice) -> None:
    licence = tr(voice.licence) or tr("not known: read the texts in its directory")
    typer.echo(tr("licence: {licence}").format(licence=licence))
    if voice.commercial is False:
        typer.echo(
            tr(
                "not for commercial use: a commercial line takes `ivr voices fetch melo`, a "
                "speaker's recordings, or a service under contract"
            )
        )
    chosen = voice.engine if voice.engine == voice.name else f"{voice.engine} --voice {voice.name}"
    typer.echo(tr("to use it: `ivr prompts render --engine {voice}`").format(voice=chosen))


@dataclass(frozen=True, slots=True)
class _Listed(KnownVoice):
    """One voice in the output of ``ivr voices list``."""

    directory: str | None
    """Directory of a fetched voice; None if it is not fetched."""
    problem: str
    """The damage of a fetched voice; empty if the voice is whole."""
    sha256: str
    """SHA-256 of the archive of a fetched voice; empty if it is not fetched."""


@voices_app.command("list")
def list_voices(as_json: JsonOption = False) -> None:
    """List the voices: where they are or how to get them, and what their licences allow."""
    try:
        voices = _voices()
    except OSError as error:
        raise fail(error) from None
    if as_json:
        typer.echo(json.dumps([asdict(voice) for voice in voices], ensure_ascii=False, indent=2))
        return
    heads = (tr("voice"), "", tr("where"), "MB", tr("commercial use"), tr("licence"))
    table = Table(*heads, box=None, pad_edge=False)
    for voice in voices:
        allowed = {True: tr("yes"), False: tr("no"), None: tr("not stated")}[voice.commercial]
        where = voice.problem or (tr("installed") if voice.directory else tr(voice.how))
        size = "" if voice.octets is None else f"{voice.octets / 1e6:.0f}"
        licence = tr(voice.licence) or tr("not known")
        table.add_row(voice.name, tr(voice.title), where, size, allowed, licence)
    print_table(table)
    typer.echo(tr("fetched voices are in {directory}").format(directory=voices_directory()))


def _voices() -> list[_Listed]:
    """Return all known voices, and after them the fetched ones that this project does not know."""
    fetched = list(installed_names())
    others = [name for name in fetched if name not in KNOWN_VOICES]
    return [_listed(name, name in fetched) for name in (*KNOWN_VOICES, *others)]


def _listed(name: str, is_fetched: bool) -> _Listed:
    voice = KNOWN_VOICES.get(name) or KnownVoice(name, "", "sherpa", "", None, None, "")
    directory = installed(name) if is_fetched else None
    sha256, problem = "", ""
    if directory is not None:
        try:
            found = read_voice(directory)
            sha256 = found.sha256
            if name not in KNOWN_VOICES:
                voice = replace(voice, licence=found.licence, commercial=found.commercial)
        except VoiceError as error:
            problem = str(error)
    place = None if directory is None else str(directory)
    return _Listed(**asdict(voice), directory=place, problem=problem, sha256=sha256)


@voices_app.command("remove")
def remove_voice_command(
    name: Annotated[
        str,
        typer.Argument(help="A fetched voice.", autocompletion=lambda: list(installed_names())),
    ],
) -> None:
    """Remove a fetched voice from the disk."""
    try:
        directory = remove_voice(name)
    except (VoiceError, OSError) as error:
        raise fail(error) from None
    typer.echo(tr("{directory} was removed").format(directory=directory))
