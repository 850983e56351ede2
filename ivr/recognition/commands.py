"""``ivr models``: fetch, check, list and remove the models of the recogniser."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import ConfigOption, JsonOption, fail, settings_or_exit
from ivr.config import RecognitionSettings
from ivr.fetching.command_line import (
    AgainOption,
    Sha256Option,
    refuse_wrong_sha256,
    shown_download,
    tell_fetched,
)
from ivr.fetching.download import TIMEOUT_SECONDS, Download
from ivr.recognition.check import SAID, Checked, check_model
from ivr.recognition.choice import (
    BUILT_IN_MODEL,
    RECOMMENDED,
    chosen,
    installed_models,
    model_directory,
    model_name,
)
from ivr.recognition.files import ModelError
from ivr.recognition.hears import full_manifest, what_it_hears
from ivr.recognition.install import fetch_model, find_model, first_needed, remove_model
from ivr.recognition.manifest import Family
from ivr.recognition.model_list import print_models
from ivr.recognition.named import model_named
from ivr.recognition.official import MODELS
from ivr.translation import tr

models_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Fetch, check, compare and list the models that turn speech into words.",
)


def _settings(config: Path | None) -> RecognitionSettings:
    return settings_or_exit(config).recognition


@models_app.command("fetch")
def fetch_command(
    name: Annotated[
        str,
        typer.Argument(
            help=f"{', '.join(MODELS)}, or an archive with a model: a file or URL.",
            autocompletion=lambda: list(MODELS),
        ),
    ] = RECOMMENDED.name,
    config: ConfigOption = None,
    source: Annotated[
        str,
        typer.Option("--from", help="URL of a mirror, or a file; else the usual addresses."),
    ] = "",
    sha256: Sha256Option = "",
    family: Annotated[
        Family | None, typer.Option("--family", help="Family of a model of your own.")
    ] = None,
    patience: Annotated[
        float,
        typer.Option("--patience", min=0.1, help="Seconds to wait for a server that is silent."),
    ] = TIMEOUT_SECONDS,
    again: AgainOption = False,
) -> None:
    """Fetch a model for Chinese speech.

    It is verified and put where the service looks for it.
    """
    refuse_wrong_sha256(sha256)
    settings = _settings(config)
    download = partial(Download, timeout=patience)
    try:
        packed, source_named = find_model(name)
        directory = settings.models / packed.name
        if directory.is_dir() and not again:
            typer.echo(
                tr("{directory} is there; --again fetches it anew").format(directory=directory)
            )
            return
        if (first := first_needed(packed, settings.models)) is not None:
            with shown_download(first, "") as progress:
                fetch_model(first, settings.models, progress, download=download)
        source = source or source_named
        with shown_download(packed, source) as progress:
            fetched = fetch_model(
                packed,
                settings.models,
                progress,
                source=source,
                sha256=sha256,
                family=family,
                download=download,
            )
        tell_fetched(fetched)
        _tell_model(fetched.directory)
    except ModelError as error:
        raise fail(error) from None
    except KeyboardInterrupt:
        raise fail(
            tr("the fetch was interrupted: run it again, it goes on with what has come")
        ) from None
    _try(fetched.directory)
    if chosen(settings.model, settings.models) != fetched.directory:
        typer.echo(
            tr('to use it: model = "{model}" in [recognition] of the settings').format(
                model=model_name(fetched.directory)
            )
        )


def _tell_model(directory: Path) -> None:
    manifest = full_manifest(directory)
    licence = tr(manifest.licence) or tr("not known: read the texts in its directory")
    typer.echo(tr("licence: {licence}").format(licence=licence))
    if manifest.published:
        typer.echo(tr("published: {figures}").format(figures=tr(manifest.published)))


@models_app.command("check")
def check_command(
    model: Annotated[
        str | None,
        typer.Argument(help="Name or directory of a model; else the one that the service takes."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Load a model in a process of its own and let it decode a sentence."""
    settings = _settings(config)
    if model is None:
        _try(chosen(settings.model, settings.models))
    else:
        try:
            directory = model_named(model, settings.models)
        except ModelError as error:
            raise fail(error) from None
        _try(directory)


@models_app.command("list")
def list_command(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the models: what is known of them, where they are, and which one the service takes."""
    print_models(_settings(config), as_json)


@models_app.command("used")
def used_command(config: ConfigOption = None) -> None:
    """Say in one line which model the service takes, and how much it gets right."""
    settings = _settings(config)
    try:
        typer.echo(what_it_hears(chosen(settings.model, settings.models)))
    except ModelError as error:
        raise fail(error) from None


@models_app.command("remove")
def remove_command(
    name: Annotated[str, typer.Argument(help="An installed model.")], config: ConfigOption = None
) -> None:
    """Remove an installed model from the disk."""
    settings = _settings(config)
    directory = model_directory(name, settings.models)
    if directory not in list(installed_models(settings.models)):
        raise fail(
            tr("no model {name!r} is installed: `ivr models list` shows what is there").format(
                name=name
            )
        )
    assert directory is not None
    was_used = chosen(settings.model, settings.models) == directory
    try:
        remove_model(directory)
    except ModelError as error:
        raise fail(error) from None
    typer.echo(tr("{directory} was removed").format(directory=directory))
    if was_used:
        typer.echo(tr("the service takes this model: fetch another one, and restart the service"))


def _try(directory: Path | None) -> None:
    try:
        found = asyncio.run(check_model(directory))
        typer.echo(f"{directory or tr(BUILT_IN_MODEL)}: {check_line(found)}")
        if directory is None:
            typer.echo(what_it_hears(None))
    except ModelError as error:
        raise fail(error) from None


def check_line(found: Checked) -> str:
    """Return the result of a model's check as one line of text for people.

    The line has the seconds that loading took, the memory, the recognised words with their
    confidence, and the seconds of decoding for each second of audio.
    """
    loaded = tr("loaded in {seconds:.1f} s").format(seconds=found.load_seconds)
    memory = "" if found.megabytes is None else f", {found.megabytes:.0f} MB"
    sentence = tr("heard {text} (confidence {confidence:.2f}), as said")
    if not found.exact:
        sentence = tr(
            "heard {text} (confidence {confidence:.2f}), said was {said} (by a synthesiser)"
        )
    heard = sentence.format(text=found.text, confidence=found.confidence, said=SAID)
    speed = tr("{seconds:.3f} s for each second").format(seconds=found.decode_ratio)
    return f"{loaded}{memory}; {heard}; {speed}"
