"""``ivr models``: fetch, check and list the models of the recogniser."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ivr.command_line import ConfigOption, fail, print_table, settings_or_exit
from ivr.config import RecognitionSettings
from ivr.fetching.command_line import (
    AgainOption,
    Sha256Option,
    download_bar,
    refuse_wrong_sha256,
    tell_fetched,
)
from ivr.recognition import embedded
from ivr.recognition.check import SAID, Checked, check_model
from ivr.recognition.choice import chosen
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.install import fetch_model
from ivr.recognition.official import MODELS
from ivr.translation import marked, tr

models_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Fetch, check and list the models that turn speech into words.",
)
_TINY = marked("built-in")


def _settings(config: Path | None) -> RecognitionSettings:
    return settings_or_exit(config).recognition


@models_app.command("fetch")
def fetch_command(
    name: Annotated[
        str,
        typer.Argument(help=f"{' or '.join(MODELS)}.", autocompletion=lambda: list(MODELS)),
    ] = "small",
    config: ConfigOption = None,
    source: Annotated[
        str,
        typer.Option("--from", help="URL of a mirror, or a zip file; else the maker's site."),
    ] = "",
    sha256: Sha256Option = "",
    again: AgainOption = False,
) -> None:
    """Fetch an official Chinese model.

    It is verified and put where the service looks for it.
    """
    if name not in MODELS:
        raise fail(
            tr("there is no model {name!r}: take {known}").format(
                name=name, known=" or ".join(MODELS)
            )
        )
    refuse_wrong_sha256(sha256)
    settings, model = _settings(config), MODELS[name]
    if (settings.models / model.folder).is_dir() and not again:
        typer.echo(
            tr("{directory} is there; --again fetches it anew").format(
                directory=settings.models / model.folder
            )
        )
        return
    try:
        with download_bar(model.folder) as progress:
            installed = fetch_model(model, settings.models, progress, source=source, sha256=sha256)
    except ModelError as error:
        raise fail(error) from None
    except KeyboardInterrupt:
        raise fail(
            tr("the fetch was interrupted: run it again, it goes on with what has come")
        ) from None
    tell_fetched(installed)
    _try(installed.directory)
    if chosen(settings.model, settings.models) != installed.directory:
        typer.echo(
            tr('to use it: model = "{directory}" in [recognition] of the settings').format(
                directory=installed.directory
            )
        )


@models_app.command("check")
def check_command(
    directory: Annotated[
        Path | None,
        typer.Argument(help="Directory of a model; else the one that the service takes."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Load a model in a process of its own and let it decode a sentence."""
    if directory is None:
        settings = _settings(config)
        directory = chosen(settings.model, settings.models)
    _try(directory)


@models_app.command("list")
def list_command(config: ConfigOption = None) -> None:
    """List the models, which of them are installed, and which one the service takes."""
    settings = _settings(config)
    taken = chosen(settings.model, settings.models)
    table = Table("", tr("model"), "", tr("where"), box=None, pad_edge=False)
    rows = [(m.name, settings.models / m.folder, tr(m.about)) for m in MODELS.values()]
    if taken is not None and taken not in [where for _, where, _ in rows]:
        rows.append((tr("settings"), taken, "recognition.model"))
    for name, where, about in rows:
        table.add_row("→" if where == taken else "", name, about, _state(where))
    mark = "→" if taken is None else ""
    table.add_row(mark, tr(_TINY), tr("understands no people"), tr("in the package"))
    print_table(table)


def _state(directory: Path) -> str:
    if not directory.is_dir():
        return tr("not installed ({directory})").format(directory=directory)
    try:
        check_files(directory)
    except ModelError as error:
        return tr("broken: {error}").format(error=error)
    return str(directory)


def _try(directory: Path | None) -> None:
    try:
        found = asyncio.run(check_model(directory))
    except ModelError as error:
        raise fail(error) from None
    typer.echo(f"{directory or tr(_TINY)}: {check_line(found)}")
    if directory is None:
        typer.echo(tr(embedded.NOTICE))


def check_line(found: Checked) -> str:
    """Return what the check of a model found, in one line: seconds, memory, words and speed."""
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
