"""Unpack a model's zip: only files, only below one directory, and never more than a model has."""

import os
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

_MOST_OCTETS = 6_000_000_000
"""Unpacked; the large Chinese model has about 2 GB."""
MOST_FILES = 1000
MOST_RATIO = 200
"""Unpacked to packed; real models have less than 4."""
_PIECE = 1 << 20


class UnpackError(Exception):
    """The zip is none that may be unpacked: why."""


def unpack(packed: Path, folder: str, into: Path) -> None:
    """Put what is below ``folder`` in ``packed`` into the existing directory ``into``.

    UnpackError before anything is written where a name leads elsewhere, something is no file, or
    there is too much; and whenever a file is damaged.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            files = _files(archive, folder)
            for name, entry in files:
                target = into.joinpath(*name.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, target.open("xb") as file:
                    while octets := source.read(_PIECE):
                        file.write(octets)
                    # After a power failure: whole files or no model, and no empty ones.
                    file.flush()
                    os.fsync(file.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnpackError(f"it is damaged ({error})") from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in another way
        raise UnpackError(f"it cannot be unpacked ({error})") from None


def _files(archive: zipfile.ZipFile, folder: str) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise UnpackError(f"it holds {len(entries)} files")
    files = []
    for entry in entries:
        name = PurePosixPath(entry.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
            raise UnpackError(f"{entry.filename!r} in it leads out of its directory")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UnpackError(f"{entry.filename!r} in it is no file")
        if name.parts[:1] != (folder,):
            raise UnpackError(f"{entry.filename!r} in it is not below {folder}/")
        if not entry.is_dir():
            files.append((name.relative_to(folder), entry))
    # A file cannot become longer than it says here: zipfile reads no more.
    unpacked = sum(entry.file_size for _, entry in files)
    packed = sum(entry.compress_size for _, entry in files)
    if unpacked > _MOST_OCTETS or unpacked > MOST_RATIO * max(packed, 1):
        raise UnpackError(f"it would become {unpacked} octets")
    names = [name for name, _ in files]
    if len(set(names)) != len(names):
        raise UnpackError("a file is in it twice")
    return files
