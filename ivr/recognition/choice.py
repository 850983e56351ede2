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
    """Return the directory of the speech model that the service uses; None means the built-in one.

    ``model`` is the setting recognition.model, a name or a directory; it decides if it is not None.
    ``models`` is the directory of the installed models. If ``model`` is None, the model RECOMMENDED
    (``small``) is used if it is installed there. Other installed models are used only if the
    setting names them, because they take several times the memory and time or need an extra
    package.
    """
    if model is not None:
        return model_directory(str(model), models)
    installed = models / RECOMMENDED.folder
    return installed if installed.is_dir() else None


def model_directory(model: str, models: Path) -> Path | None:
    """Return the directory of the speech model ``model``; None means the built-in one.

    ``model`` is BUILT_IN_MODEL, the name of a known model, the name of a directory below ``models``
    (the directory of the installed models), or the path of a directory. It is not checked that the
    directory exists.
    """
    if model == BUILT_IN_MODEL:
        return None
    if model in MODELS:
        return models / MODELS[model].folder
    is_name = "/" not in model and model not in (".", "..")
    return models / model if is_name and (models / model).is_dir() else Path(model)


def model_name(directory: Path) -> str:
    """Return the name by which commands and settings call the model in ``directory``.

    It is the short name of a known model, such as ``small``, or else the name of the directory.
    :func:`model_directory` accepts it.
    """
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
