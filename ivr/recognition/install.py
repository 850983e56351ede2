"""Install a speech model: verified and complete, or nothing is changed."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ivr.fetching import FetchError
from ivr.fetching.download import Download, DownloadProgress
from ivr.fetching.packed import Downloader, Fetched, Packed, archive_name, fetch_packed
from ivr.fetching.place import Origin, alone
from ivr.fetching.unpack import unpack
from ivr.recognition.choice import BUILT_IN_MODEL
from ivr.recognition.files import ModelError
from ivr.recognition.manifest import MANIFEST_FILE, Family, ModelManifest, read_manifest
from ivr.recognition.official import MODELS, Official
from ivr.recognition.unpacked_files import FAMILY_TAIL_SECONDS, complete_manifest, recognised_family
from ivr.translation import tr

_COMMAND = "ivr models fetch"
_OWN_ROOM = 1_000_000_000
"""Octets of free disk needed for an archive that the table does not know."""


def find_model(wanted: str, models: Mapping[str, Official] = MODELS) -> tuple[Packed, str]:
    """Return the archive of the model ``wanted``, and the path or URL to fetch it from.

    ``wanted`` is the name of a model in ``models``, or the path or URL of an archive. The second
    value is "" for a name: the known addresses of the archive are then used. An archive of a known
    model is recognised by the name of its file. Raise ModelError if ``wanted`` is neither a name
    nor an archive, or if the archive has the name of another model.
    """
    if wanted in models:
        return models[wanted].packed, ""
    file, name = archive_name(wanted)
    if not name:
        raise ModelError(
            tr(
                "there is no model {wanted!r} to fetch: take {known}, or an archive (a file or URL "
                "that ends with .zip or .tar.bz2)"
            ).format(wanted=wanted, known=", ".join(models))
        )
    for model in models.values():
        if model.packed.is_at(file):
            return model.packed, wanted
    if (
        name == BUILT_IN_MODEL
        or name in models
        or name in [model.folder for model in models.values()]
    ):
        raise ModelError(
            tr("{name} is the name of another model: give the file {file} another name").format(
                name=name, file=file
            )
        )
    return Packed(name, (), "", None, _OWN_ROOM), wanted


def first_needed(packed: Packed, models: Path) -> Packed | None:
    """Return the archive of the model that must be installed before ``packed``; None without one.

    Some models consist of two: one gives early guesses at the words, the other the final words. The
    model of guesses must be installed first. ``models`` is the directory of the installed models;
    if the model of guesses is there already, return None.
    """
    model = _official(packed.name)
    if model is None or not model.guesser:
        return None
    guesser = MODELS[model.guesser]
    return None if (models / guesser.folder).is_dir() else guesser.packed


def fetch_model(
    packed: Packed,
    models: Path,
    progress: DownloadProgress,
    *,
    source: str = "",
    sha256: str = "",
    family: Family | None = None,
    download: Downloader = Download,
) -> Fetched:
    """Install the model of ``packed`` below the directory ``models``, replacing an installed one.

    Return its directory and the hash of its archive. ``source`` is the URL of a mirror or the path
    of a local archive; "" means the known addresses. ``sha256`` is the expected hash of the
    archive; "" means the hash that is known for this model. If no hash is known, any is accepted,
    but not over plain HTTP. ``family`` is the family of a model that is not in the table; None
    means that the names of its files tell it. ``download`` fetches the archive and calls
    ``progress`` after each read. The next call resumes an interrupted download. The model that
    :func:`first_needed` returns must be installed.

    Raise ModelError if the model cannot be installed; its directory is then as it was before.
    """

    def fill(archive: Path, directory: Path, origin: Origin) -> None:
        unpack(archive, "", directory)
        try:
            manifest = _described(packed.name, directory, family, models)
        except ModelError as error:  # it names the directory, which is removed after the error
            raise ModelError(str(error).replace(str(directory), origin.url)) from None
        replace(manifest, source=origin.url).write(directory)

    try:
        return fetch_packed(
            packed,
            models,
            progress,
            fill,
            command=_COMMAND,
            source=source,
            sha256=sha256,
            download=download,
        )
    except FetchError as error:
        raise ModelError(str(error)) from None
    except OSError as error:
        raise ModelError(
            tr(
                "the model cannot be written to {models} ({reason}): make room or "
                "correct recognition.models"
            ).format(models=models, reason=error.strerror or error)
        ) from None


def _official(folder: str) -> Official | None:
    """Return the known model whose directory is called ``folder``; None if there is none."""
    return next((model for model in MODELS.values() if model.folder == folder), None)


def _described(folder: str, directory: Path, family: Family | None, models: Path) -> ModelManifest:
    """Return the manifest of the model that is unpacked in ``directory``; delete what is not used.

    ``folder`` is the name that the directory will have below ``models``, the directory of the
    installed models. ``family`` is the family of an unknown model; None means that the names of its
    files tell it. If the model needs another one for early guesses, that one is copied into
    ``directory``. Raise UnpackError or ModelError if a file is missing or the family is not clear.
    """
    if (model := _official(folder)) is not None:
        manifest = complete_manifest(directory, model.manifest)
        if model.guesser:
            installed = models / MODELS[model.guesser].folder
            read_manifest(installed)
            shutil.copytree(installed, directory / manifest.guesses)
        return manifest
    if (directory / MANIFEST_FILE).exists():
        return read_manifest(directory)
    if family is None:
        family = recognised_family(directory)
    known = ModelManifest(folder, family, tail_seconds=FAMILY_TAIL_SECONDS[family])
    return complete_manifest(directory, known)


def remove_model(directory: Path) -> None:
    """Remove the installed model in ``directory``; raise ModelError if it cannot be removed."""
    try:
        with alone(directory.parent, directory.name, _COMMAND):
            shutil.rmtree(directory)
    except FetchError as error:
        raise ModelError(str(error)) from None
    except OSError as error:
        raise ModelError(
            tr("{directory} cannot be removed ({reason}): correct its owner or permissions").format(
                directory=directory, reason=error.strerror or error
            )
        ) from None
