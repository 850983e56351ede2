"""Unpack the zip of a model, and refuse a zip that could do harm.

All entries must be files or directories below one directory; their total size is limited.
"""

import os
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ivr.translation import tr

_MOST_OCTETS = 6_000_000_000
"""Upper limit for the octets of all unpacked files together; a larger zip is refused. The large
Chinese model has about 2 GB."""
MOST_FILES = 1000
"""Upper limit for the entries in the zip of a model; a zip with more is refused."""
MOST_RATIO = 200
"""Upper limit for the ratio of unpacked to packed size of a zip; above it the zip is refused. Zips
of real models have less than 4."""
_PIECE = 1 << 20
"""Upper limit for the octets that are copied at once."""


class UnpackError(Exception):
    """The zip may not be unpacked or is damaged; the message says why."""


def unpack(packed: Path, folder: str, into: Path) -> None:
    """Unpack the files below ``folder`` in the zip ``packed`` into the existing directory ``into``.

    Raise UnpackError before anything is written if the zip breaks a rule. A name must not lead out
    of the directory, must be below ``folder`` and must occur only once. Each entry must be a file
    or a directory, and there are limits for their number and size. A damaged or encrypted zip
    raises UnpackError too; some files may then be written already.
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
                    # Without this, a power failure can leave empty files in an installed model.
                    file.flush()
                    os.fsync(file.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnpackError(tr("it is damaged ({error})").format(error=error)) from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or an unknown compression
        raise UnpackError(tr("it cannot be unpacked ({error})").format(error=error)) from None


def _files(archive: zipfile.ZipFile, folder: str) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise UnpackError(
            tr("it holds {files} files, more than {most}").format(
                files=len(entries), most=MOST_FILES
            )
        )
    files = []
    for entry in entries:
        name = PurePosixPath(entry.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
            raise UnpackError(
                tr("{member!r} in it leads out of its directory").format(member=entry.filename)
            )
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UnpackError(tr("{member!r} in it is not a file").format(member=entry.filename))
        if name.parts[:1] != (folder,):
            raise UnpackError(
                tr("{member!r} in it is not below {folder}/").format(
                    member=entry.filename, folder=folder
                )
            )
        if not entry.is_dir():
            files.append((name.relative_to(folder), entry))
    # The sizes in the directory can be trusted: zipfile reads no more than they say.
    unpacked = sum(entry.file_size for _, entry in files)
    packed = sum(entry.compress_size for _, entry in files)
    if unpacked > _MOST_OCTETS or unpacked > MOST_RATIO * max(packed, 1):
        raise UnpackError(
            tr("it would unpack to {unpacked} octets, more than any model").format(
                unpacked=unpacked
            )
        )
    names = [name for name, _ in files]
    if len(set(names)) != len(names):
        raise UnpackError(tr("a file is in it twice"))
    return files
