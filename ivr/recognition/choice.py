"""Choose the model that recognises what callers say."""

from collections.abc import Iterator
from pathlib import Path

from ivr.recognition.official import MODELS

RECOMMENDED = MODELS["small"]
"""The model that ``ivr models fetch`` and ``make run`` fetch if none is named, and that the service
uses if the settings name none. It runs wherever the service runs, without an extra package."""
BUILT_IN_MODEL = "built-in"
"""Name of the built-in model in commands and settings."""


def chosen(model: Path | None, models: Path) -> Path | None:
    """Return the directory of the model to use; None means the built-in one.

    ``model`` is the model from the settings, a name or a directory, and is used if it is set.
    Otherwise RECOMMENDED is used if it is installed below ``models``. The others take several times
    the memory and time or need an extra package, so they are used only if the settings name them.
    """
    if model is not None:
        return model_directory(str(model), models)
    installed = models / RECOMMENDED.folder
    return installed if installed.is_dir() else None


def model_directory(model: str, models: Path) -> Path | None:
    """Return the directory of the model ``model``; None means the built-in one.

    ``model`` is BUILT_IN_MODEL, the name of a known model, the name of a directory below
    ``models``, or the path of a directory. Nothing is checked.
    """
    if model == BUILT_IN_MODEL:
        return None
    if model in MODELS:
        return models / MODELS[model].folder
    is_name = "/" not in model and model not in (".", "..")
    return models / model if is_name and (models / model).is_dir() else Path(model)


def model_name(directory: Path) -> str:
    """Return the name of the model installed in ``directory``, for :func:`model_directory`."""
    for model in MODELS.values():
        if model.folder == directory.name:
            return model.name
    return directory.name


def installed_models(models: Path) -> Iterator[Path]:
    """Yield the directories of the models installed below ``models``, sorted by name."""
    if models.is_dir():
        for path in sorted(models.iterdir()):
            if path.is_dir() and not path.name.startswith("."):
                yield path
