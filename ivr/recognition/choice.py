"""Which model hears the callers."""

from pathlib import Path

from ivr.recognition.official import MODELS

DEFAULT = MODELS["small"]


def chosen(model: Path | None, models: Path) -> Path | None:
    """``model`` where one is set; else the small official one below ``models``, where it is
    installed; else None, which is our own tiny one for synthetic callers.

    The large one is never taken unasked: it takes several times the memory and time.
    """
    if model is not None:
        return model
    installed = models / DEFAULT.folder
    return installed if installed.is_dir() else None
