"""Put a directory in place: complete or not at all, and by one process at a time."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ivr.fetching import FetchError
from ivr.translation import tr

RECORD = "fetched.json"
"""File in a fetched directory with the fields of its Origin, as JSON."""
_PIECE = 1 << 20
"""Upper limit for the octets of a file that are read and hashed at once."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The archive from which a fetched directory was unpacked."""

    url: str
    """Address or path of the archive, or what was asked of the package index."""
    sha256: str
    """SHA-256 of the archive, in 64 hexadecimal digits."""


@contextmanager
def alone(home: Path, name: str, command: str) -> Iterator[None]:
    """Hold the lock of the directory ``name`` below ``home`` while the block of ``with`` runs.

    Without the lock, two fetches at once would write to the same files. ``home`` is made if it is
    missing. ``command`` is the command that takes this lock, for the message. Raise FetchError if
    another process holds the lock, and OSError if nothing can be written to ``home``.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / f".{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchError(
                tr("another `{command}` is running in {directory}: wait until it ends").format(
                    command=command, directory=home
                )
            ) from None
        yield


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield an empty directory that becomes ``target`` at the end of the block of ``with``.

    After an error in the block, ``target`` is as it was before. The caller must hold the lock of
    ``target``. If an earlier process was killed between two renames and the old ``target`` is the
    only copy, it is put back first; other remains of it are deleted.
    """
    draft, old = (target.with_name(f".{target.name}.{end}") for end in ("draft", "old"))
    _tidy(target, draft, old)
    draft.mkdir()
    try:
        yield draft
        draft.chmod(0o755)
        if target.exists():
            target.rename(old)
        draft.rename(target)
    finally:
        _tidy(target, draft, old)


def _tidy(target: Path, draft: Path, old: Path) -> None:
    if old.exists() and not target.exists():
        old.rename(target)
    for rest in (draft, old):
        shutil.rmtree(rest, ignore_errors=True)


def require_room(directory: Path, octets: int) -> None:
    """Raise FetchError if the file system of ``directory`` has less than ``octets`` free."""
    if shutil.disk_usage(directory).free < octets:
        raise FetchError(
            tr("{directory} has less than {room:.1f} GB free: make room").format(
                directory=directory, room=octets / 1e9
            )
        )


def hash_of(path: Path) -> str:
    """Return the SHA-256 of the file ``path``, in 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while octets := file.read(_PIECE):
            digest.update(octets)
    return digest.hexdigest()


def write_record(directory: Path, origin: Origin) -> None:
    """Write ``origin`` (address and hash of the archive) into the file RECORD of ``directory``."""
    (directory / RECORD).write_text(json.dumps(asdict(origin)))


def recorded_sha256(directory: Path) -> str:
    """Return the SHA-256 of the archive that ``directory`` was unpacked from.

    It is read from the file RECORD there. Return "" if it is not recorded.
    """
    try:
        return str(json.loads((directory / RECORD).read_text())["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
