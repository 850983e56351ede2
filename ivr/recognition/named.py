"""Find a speech model by the name or the path that a person gives it on the command line."""

from pathlib import Path

from ivr.recognition.choice import model_directory
from ivr.recognition.files import ModelError
from ivr.translation import tr


def model_named(name: str, models: Path) -> Path | None:
    """Return the directory of the model ``name``; None means the built-in model.

    ``name`` is ``built-in``, a name of ``ivr models fetch``, a directory below ``models`` (the
    directory of the installed models), or a path. Raise ModelError if there is no such model.
    """
    directory = model_directory(name, models)
    if directory is not None and not directory.is_dir():
        raise ModelError(
            tr("there is no model {name}: fetch it, or name one of `ivr models list`").format(
                name=name
            )
        )
    return directory
