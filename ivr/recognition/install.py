"""Install an official model: verified and complete, or nothing is changed."""

from pathlib import Path

from ivr.fetching import FetchError
from ivr.fetching.download import Download, DownloadProgress
from ivr.fetching.packed import Fetched, Packed, fetch_packed
from ivr.fetching.place import Origin
from ivr.fetching.unpack import unpack
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.official import Official
from ivr.translation import tr


def fetch_model(
    model: Official,
    models: Path,
    progress: DownloadProgress,
    *,
    source: str = "",
    sha256: str = "",
    download: type[Download] = Download,
) -> Fetched:
    """Install ``model`` below the directory ``models``, replacing an installed one.

    ``source`` is the URL of a mirror or the path of a local zip; "" means the maker's site.
    ``sha256`` is the expected hash; "" means the hash that is known for this model. If no hash is
    known, any is accepted, but not over plain HTTP. ``download`` fetches the zip and calls
    ``progress`` after each read. The next call resumes an interrupted download. After a ModelError
    the directory of the model is as it was before.
    """

    def fill(archive: Path, directory: Path, _: Origin) -> None:
        unpack(archive, model.folder, directory)
        check_files(directory)

    packed = Packed(model.folder, (model.url,), model.sha256, model.octets, model.room)
    try:
        return fetch_packed(
            packed,
            models,
            progress,
            fill,
            command="ivr models fetch",
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
