"""Our own tiny model: packed in the package, unpacked once per user and version."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from ivr.paths import cache_directory
from ivr.recognition.files import ModelError

PACKED = Path(__file__).with_name("tiny-cn.zip")
NOTICE = (
    "speech recognition runs on the built-in test model: it understands synthetic test callers, "
    "not people"
)


def unpacked(packed: Path = PACKED, cache: Path | None = None) -> Path:
    """The directory of the unpacked model, below ``cache`` (the user's own when not given).

    The directory is named by the zip's content and takes its place at once, whole; two processes
    may unpack at the same time. ModelError when the zip is damaged or nothing can be written.
    """
    try:
        digest = hashlib.sha256(packed.read_bytes()).hexdigest()[:16]
        target = (cache or cache_directory()) / f"{packed.stem}-{digest}"
        if not target.is_dir():
            _unpack(packed, target)
    except (OSError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"the built-in model {packed.name} cannot be unpacked ({error}): "
            "install ivr again, or make room in the cache directory"
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
        if not target.is_dir():  # another process was first otherwise
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
