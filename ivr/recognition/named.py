"""Find a speech model by the name or the path that a person gives it on the command line."""

from pathlib import Path

from ivr.recognition.files import ModelError
from ivr.recognition.official import MODELS
from ivr.translation import tr

BUILT_IN_MODEL = "built-in"
"""Name of the model that is in the package."""


def model_named(name: str, models: Path) -> Path | None:
    """Return the directory of the model ``name``; None means the built-in model.

    ``name`` is BUILT_IN_MODEL, a name of ``ivr models fetch``, a directory below ``models``
    (the directory of the installed models), or a path. Raise ModelError if there is no such model.
    """
    if name == BUILT_IN_MODEL:
        return None
    folder = MODELS[name].folder if name in MODELS else name
    for directory in (models / folder, Path(name)):
        if directory.is_dir():
            return directory
    raise ModelError(
        tr("there is no model {name}: fetch it, or name one of `ivr models list`").format(name=name)
    )
