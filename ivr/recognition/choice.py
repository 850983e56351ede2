"""Choose the model that recognises what callers say."""

from pathlib import Path

from ivr.recognition.official import MODELS

DEFAULT = MODELS["small"]


def chosen(model: Path | None, models: Path) -> Path | None:
    """Return the directory of the model to use; None means the built-in one for synthetic callers.

    ``model`` is the model from the settings and is used if it is set. Otherwise the small official
    model is used if it is installed below ``models``. The large official one takes several times
    the memory and time, so it is used only if the settings name it.
    """
    if model is not None:
        return model
    installed = models / DEFAULT.folder
    return installed if installed.is_dir() else None
