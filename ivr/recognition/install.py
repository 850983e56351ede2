"""Install an official model: verified and complete, or nothing is changed."""

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
from ivr.translation import marked, tr

RECORD = "fetched.json"
"""File in a model's directory with the address and the SHA-256 of its zip, as JSON."""
_PIECE = 1 << 20
"""Upper limit for the octets of a file that are read and hashed at once."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """An installed model: its directory, its hash, and why the hash is trusted."""

    directory: Path
    sha256: str
    vouched: str
    """Source of the expected hash: "pinned" in our table, "given" by the user, "as before" in an
    earlier fetch, or "first seen" if no hash was known."""


def fetch_model(
    model: Official,
    models: Path,
    progress: DownloadProgress,
    *,
    source: str = "",
    sha256: str = "",
    download: type[Download] = Download,
) -> InstalledModel:
    """Install ``model`` below the directory ``models``, replacing an installed one.

    ``source`` is the URL of a mirror or the path of a local zip; "" means the maker's site.
    ``sha256`` is the expected hash; "" means the hash that is known for this model. If no hash is
    known, any is accepted, but not over plain HTTP. ``download`` fetches the zip and calls
    ``progress`` after each read. The next call resumes an interrupted download. After a ModelError
    the directory of the model is as it was before.
    """
    source = source or model.url
    wanted, vouched = _wanted(model, models, sha256)
    if source.startswith("http:") and not wanted:
        raise ModelError(
            tr(
                "{source} is not protected against forgery, and no SHA-256 of {folder} "
                "is known: give it with --sha256"
            ).format(source=source, folder=model.folder)
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
                    tr(
                        "{source} is not the expected file (SHA-256 {found}, {vouched}: "
                        "{wanted}): fetch it again; if the maker has changed it, check the new "
                        "one and give its --sha256"
                    ).format(source=source, found=found, vouched=tr(vouched), wanted=wanted)
                )
            _place(packed, model, models, {"url": source, "sha256": found})
            if packed.parent == models:
                packed.unlink()
    except OSError as error:
        raise ModelError(
            tr(
                "the model cannot be written to {models} ({reason}): make room or "
                "correct recognition.models"
            ).format(models=models, reason=error.strerror or error)
        ) from None
    return InstalledModel(models / model.folder, found, vouched)


def _wanted(model: Official, models: Path, given: str) -> tuple[str, str]:
    """Return the SHA-256 that the zip must have, and the source of that hash.

    The hash is "" if none is known. The source is a word such as "pinned", for
    ``InstalledModel.vouched``. ``given`` is the user's hash; "" if the user gave none.
    """
    if given:
        return given.lower(), marked("given")
    if model.sha256:
        return model.sha256, marked("pinned")
    try:
        return str(json.loads((models / model.folder / RECORD).read_text())["sha256"]), marked(
            "as before"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "", marked("first seen")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the lock file ``lock``; raise ModelError if another fetch holds it.

    Without the lock, two fetches at once would write to the same partial file.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(
                tr(
                    "another `ivr models fetch` is running in {directory}: wait until it ends"
                ).format(directory=lock.parent)
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
    """Return the path of the model's zip: the user's own file, or one downloaded into ``models``.

    ``source`` is the path of the user's file or a URL. ``sha256`` is the hash that the user gave,
    or "". ``progress`` is called after each read of the download. ModelError if the file does not
    exist, if there is too little room, or if the download fails.
    """
    if "://" not in source:
        path = Path(source).expanduser()
        if not path.is_file():
            raise ModelError(
                tr("there is no file {path}: give a URL or a zip with --from").format(path=path)
            )
        return path
    if not source.startswith(("http://", "https://")):
        raise ModelError(
            tr("{source} is not a web address: give https://… or a file with --from").format(
                source=source
            )
        )
    part = models / f".{model.folder}.zip.part"
    if shutil.disk_usage(models).free < model.room:
        raise ModelError(
            tr("{models} has less than {room:.1f} GB free: make room").format(
                models=models, room=model.room / 1e9
            )
        )
    # A hash given by the user may belong to another file, whose length is not known.
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
    """Install the model in the zip ``packed`` in place of the old one, if the zip is good.

    The zip is unpacked beside the model's directory and checked; then the directory is replaced.
    ``record`` is written into the directory as RECORD. Raise ModelError if the zip is refused or
    incomplete; the old directory then stays.
    """
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
        raise ModelError(
            tr("the zip of {folder} is refused: {error}").format(folder=model.folder, error=error)
        ) from None
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        for rest in (draft, old):
            shutil.rmtree(rest, ignore_errors=True)
