"""The built-in tiny model: packed in the package, unpacked once for each user and version."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from ivr.paths import cache_directory
from ivr.recognition.files import ModelError
from ivr.translation import marked, tr

PACKED = Path(__file__).with_name("tiny-cn.zip")
NOTICE = marked("speech recognition runs on the built-in model, which is for trying and testing")
"""Sentence that the log and the commands show when the built-in model is used."""
HEARS = marked(
    "it gets 23 % of the syllables wrong in single words of a person whose other words it was "
    "trained with; nothing is known about other people"
)
"""Figures of the built-in model for the log and the commands."""
NO_MODEL = "no model for human callers is set (recognition.model) or installed"
"""Reason that the log names when the built-in model is used."""
FETCH_MODEL = "fetch a model for human callers with `ivr models fetch`"
"""Remedy that the log names when the built-in model is used."""


def unpacked(packed: Path = PACKED, cache: Path | None = None) -> Path:
    """Return the directory of the built-in model; unpack the model if that has not been done yet.

    ``packed`` is the zip file of the model. The directory lies below ``cache``; None means the
    user's cache directory. Its name contains the hash of the zip. The zip is unpacked into another
    directory, which is then renamed, so the directory is always complete, and two processes may
    unpack at the same time. Raise ModelError if the zip is damaged or nothing can be written.
    """
    try:
        digest = hashlib.sha256(packed.read_bytes()).hexdigest()[:16]
        target = (cache or cache_directory()) / f"{packed.stem}-{digest}"
        if not target.is_dir():
            _unpack(packed, target)
    except (OSError, zipfile.BadZipFile) as error:
        raise ModelError(
            tr(
                "the built-in model {name} cannot be unpacked ({error}): install ivr "
                "again, or make room in the cache directory"
            ).format(name=packed.name, error=error)
        ) from None
    return target


def _unpack(packed: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(draft)
        draft.chmod(0o755)
        os.rename(draft, target)
    except OSError:
        if not target.is_dir():  # if it exists, another process has unpacked it in the meantime
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
