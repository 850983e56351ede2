"""Put an official model in its place: whole and verified, or not at all."""

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.recognition.download import Download, DownloadError, DownloadProgress
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.official import Official
from ivr.recognition.unpack import UnpackError, unpack

RECORD = "fetched.json"
"""In a model's directory: where it came from and its hash."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """What was put where, and how sure it is."""

    directory: Path
    sha256: str
    vouched: str
    """By what the hash is known: "pinned", "given", "as before" or "first seen"."""


def fetch_model(
    model: Official,
    models: Path,
    progress: DownloadProgress,
    *,
    source: str = "",
    sha256: str = "",
    download: type[Download] = Download,
) -> InstalledModel:
    """Install ``model`` below the directory ``models``; ModelError leaves what was there.

    ``source`` is a mirror's URL or a file, in place of the maker's site. ``sha256`` is trusted in
    place of the one we know. An interrupted download is gone on with the next time.
    """
    source = source or model.url
    wanted, vouched = _wanted(model, models, sha256)
    if source.startswith("http:") and not wanted:
        raise ModelError(
            f"{source} is not protected against forgery, and no SHA-256 of {model.folder} is "
            "known: give it with --sha256"
        )
    try:
        models.mkdir(parents=True, exist_ok=True)
        with _alone(models / f".{model.folder}.lock"):
            packed = _bring(model, models, source, sha256, progress, download)
            found = _hash(packed)
            if wanted not in ("", found):
                if packed.parent == models:
                    packed.unlink()
                raise ModelError(
                    f"{source} is not the file it should be (SHA-256 {found}, {vouched}: {wanted}):"
                    " fetch it again; if the maker has changed it, check the new one and give its"
                    " --sha256"
                )
            _place(packed, model, models, {"url": source, "sha256": found})
            if packed.parent == models:
                packed.unlink()
    except OSError as error:
        raise ModelError(
            f"{models} cannot take the model ({error.strerror or error}): "
            "make room or correct recognition.models"
        ) from None
    return InstalledModel(models / model.folder, found, vouched)


def _wanted(model: Official, models: Path, given: str) -> tuple[str, str]:
    """The hash that the zip must have, and from where we know it."""
    if given:
        return given.lower(), "given"
    if model.sha256:
        return model.sha256, "pinned"
    try:
        return str(json.loads((models / model.folder / RECORD).read_text())["sha256"]), "as before"
    except (OSError, ValueError, KeyError, TypeError):
        return "", "first seen"


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Two at once would write into the same part."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(
                f"another `ivr models fetch` is at work in {lock.parent}: wait for its end"
            ) from None
        yield


def _bring(
    model: Official,
    models: Path,
    source: str,
    sha256: str,
    progress: DownloadProgress,
    download: type[Download],
) -> Path:
    """The zip: the user's own file, or what is downloaded."""
    if "://" not in source:
        path = Path(source).expanduser()
        if not path.is_file():
            raise ModelError(f"there is no file {path}: give a URL or a zip with --from")
        return path
    if not source.startswith(("http://", "https://")):
        raise ModelError(f"{source} is no address of the web: give https://… or a file with --from")
    part = models / f".{model.folder}.zip.part"
    if shutil.disk_usage(models).free < model.room:
        raise ModelError(f"{models} has less than {model.room / 1e9:.1f} GB free: make room")
    # Another file may be as long as it likes when its hash is given.
    octets = None if sha256 else model.octets
    try:
        download(source, part, octets).run(progress)
    except DownloadError as error:
        raise ModelError(str(error)) from None
    return part


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while octets := file.read(_PIECE):
            digest.update(octets)
    return digest.hexdigest()


def _place(packed: Path, model: Official, models: Path, record: dict[str, str]) -> None:
    """Unpack beside the place, look whether it is whole, and only then change places."""
    target = models / model.folder
    draft = Path(tempfile.mkdtemp(prefix=f".{model.folder}-", dir=models))
    old = draft.with_name(draft.name + "-old")
    try:
        unpack(packed, model.folder, draft)
        check_files(draft)
        (draft / RECORD).write_text(json.dumps(record))
        draft.chmod(0o755)
        if target.exists():
            target.rename(old)
        draft.rename(target)
    except UnpackError as error:
        raise ModelError(f"the zip of {model.folder} is refused: {error}") from None
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        for rest in (draft, old):
            shutil.rmtree(rest, ignore_errors=True)
