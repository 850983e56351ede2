"""The list of ``ivr models list``: the known models, those installed besides, the built-in one."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.table import Table

from ivr.command_line import print_table
from ivr.config import RecognitionSettings
from ivr.recognition import embedded
from ivr.recognition.choice import BUILT_IN_MODEL, chosen, installed_models
from ivr.recognition.files import ModelError
from ivr.recognition.hears import full_manifest
from ivr.recognition.official import MODELS, Official
from ivr.translation import marked, tr


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model in the output of ``ivr models list``, with what is known about it."""

    name: str
    """Name of the model for ``ivr models`` and for the setting recognition.model; the path of a
    model that the settings name elsewhere."""
    about: str
    family: str
    """Family of the model as in its manifest; empty if it is not known."""
    octets: int | None
    """Octets that are downloaded for the model; None if it is not known or not downloaded."""
    licence: str
    published: str
    directory: str | None
    """Directory of an installed model; None for the built-in one and for one not installed."""
    problem: str
    """The damage of an installed model; empty if the model is whole."""
    used: bool
    """True if the service takes this model."""


def listed_models(settings: RecognitionSettings) -> Iterator[ListedModel]:
    """Yield all models that ``ivr models list`` shows.

    First come the known models, installed or not; then other models in the directory
    ``settings.models``; then a model elsewhere, if the settings name one; at last the built-in
    model.
    """
    taken = chosen(settings.model, settings.models)
    known = {settings.models / model.folder: model for model in MODELS.values()}
    others = [path for path in installed_models(settings.models) if path not in known]
    for path, model in known.items():
        yield _listed(path, path == taken, model)
    for path in others:
        yield _listed(path, path == taken, None)
    if taken is not None and taken not in (*known, *others):
        yield _listed(taken, True, None, str(taken))
    yield ListedModel(
        BUILT_IN_MODEL,
        marked("for trying and testing"),
        "",
        None,
        "",
        embedded.HEARS,
        None,
        "",
        taken is None,
    )


def _listed(path: Path, used: bool, model: Official | None, name: str = "") -> ListedModel:
    manifest = model.manifest if model else None
    problem = ""
    if path.is_dir():
        try:
            manifest = full_manifest(path)
        except ModelError as error:
            problem = str(error)
    return ListedModel(
        name or (model.name if model else path.name),
        model.about if model else "",
        manifest.family if manifest else "",
        model.packed.octets if model else None,
        manifest.licence if manifest else "",
        manifest.published if manifest else "",
        str(path) if path.is_dir() else None,
        problem,
        used,
    )


def print_models(settings: RecognitionSettings, as_json: bool) -> None:
    """Print the models of :func:`listed_models` as a table, or as JSON if ``as_json`` is True."""
    models = list(listed_models(settings))
    if as_json:
        typer.echo(json.dumps([asdict(model) for model in models], ensure_ascii=False, indent=2))
        return
    table = Table("", tr("model"), "", tr("family"), "MB", box=None, pad_edge=False)
    table.add_column(tr("licence"))
    table.add_column(tr("published"))
    table.add_column(tr("where"))
    for model in models:
        table.add_row(
            "→" if model.used else "",
            tr(model.name),
            tr(model.about),
            model.family,
            "" if model.octets is None else f"{model.octets / 1e6:.0f}",
            tr(model.licence),
            tr(model.published),
            _where(model),
        )
    print_table(table)
    typer.echo(tr("fetched models are in {directory}").format(directory=settings.models))


def _where(model: ListedModel) -> str:
    if model.problem:
        return tr("broken: {error}").format(error=model.problem)
    if model.directory is not None:
        return tr("installed")
    return tr("in the package") if model.name == BUILT_IN_MODEL else tr("not installed")
