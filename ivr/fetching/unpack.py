"""Unpack a zip or a packed tar, and refuse an archive that could do harm.

All entries must be files or directories below one directory; their number and their total size are
limited. The rules are the same for both formats. The filter "data" of the module tarfile is not
used: Python 3.11.2 of Debian 12 does not have it.
"""

import bz2
import gzip
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from ivr.fetching import FetchError
from ivr.translation import tr

_MOST_OCTETS = 6_000_000_000
"""Upper limit for the octets of all unpacked files together; a larger archive is refused. The large
Chinese model has about 2 GB."""
MOST_FILES = 1000
"""Upper limit for the entries of an archive; one with more is refused. The largest voice, kokoro,
has about 400."""
MOST_RATIO = 200
"""Upper limit for the ratio of unpacked to packed size of an archive; above it the archive is
refused. Archives of real models and voices have less than 7."""
_PIECE = 1 << 20
"""Upper limit for the octets that are copied at once."""

_Unpacked = bz2.BZ2File | gzip.GzipFile | lzma.LZMAFile
"""A stream of unpacked octets."""


class UnpackError(FetchError):
    """An archive is damaged, or is refused because it could do harm; the message says why."""


def unpack(packed: Path, folder: str, into: Path) -> None:
    """Unpack the files below ``folder`` in the archive ``packed`` into the directory ``into``.

    ``packed`` is a zip, or a tar packed with bzip2, gzip or xz; its content decides which. ``into``
    must exist. ``folder`` "" means the only top directory of the archive, whatever its name is.

    Raise UnpackError if the archive breaks a rule. A name must not lead out of the directory, must
    be below ``folder`` and must occur only once. Each entry must be a file or a directory, and
    there are limits for their number and size. A damaged or encrypted archive raises UnpackError
    too. Some files may then be written already.
    """
    with _damage_reported():
        with packed.open("rb") as file:
            stream = _packing(file)
            if stream is not None:
                _unpack_tar(stream, folder, into, packed.stat().st_size)
                return
        with zipfile.ZipFile(packed) as archive:
            for name, entry in _files(archive, folder):
                with archive.open(entry) as source:
                    _write(source, into.joinpath(*name.parts))


def unpack_chosen(packed: Path, chosen: Mapping[str, str], into: Path) -> None:
    """Unpack only some files of the zip ``packed`` into the existing directory ``into``.

    ``chosen`` maps the name of each file in the zip to its new name in ``into``. Raise UnpackError
    if the zip is damaged or lacks one of the files.
    """
    with _damage_reported(), zipfile.ZipFile(packed) as archive:
        for member, name in chosen.items():
            try:
                entry = archive.getinfo(member)
            except KeyError:
                raise UnpackError(tr("it lacks {member}").format(member=member)) from None
            if entry.file_size > _MOST_OCTETS:
                raise _too_large(entry.file_size)
            with archive.open(entry) as source:
                _write(source, into / name)


@contextmanager
def _damage_reported() -> Iterator[None]:
    """Turn errors about a damaged archive in the block of ``with`` into UnpackError.

    They come from the libraries that unpack. Errors of the disk, which have an error number, stay
    as they are.
    """
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError) as error:
        raise UnpackError(tr("it is damaged ({error})").format(error=error)) from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or an unknown compression
        raise UnpackError(tr("it cannot be unpacked ({error})").format(error=error)) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise UnpackError(tr("it is damaged ({error})").format(error=error)) from None


def _packing(file: IO[bytes]) -> _Unpacked | None:
    """Return ``file`` as a stream of its unpacked octets; None if it is no packed tar.

    The first octets of the file decide whether it is packed with bzip2, gzip or xz.
    """
    begin = file.read(6)
    file.seek(0)
    if begin.startswith(b"BZh"):
        return bz2.open(file)
    if begin.startswith(b"\x1f\x8b"):
        return gzip.open(file)
    if begin.startswith(b"\xfd7zXZ\0"):
        return lzma.open(file)
    return None


def _unpack_tar(stream: _Unpacked, folder: str, into: Path, packed_octets: int) -> None:
    """Unpack the files below ``folder`` of the tar in ``stream`` into the directory ``into``.

    ``stream`` has the unpacked octets of the tar, and ``packed_octets`` is the length of the packed
    file. A tar has no list of its entries, so each entry is checked just before it is unpacked.
    Raise UnpackError as :func:`unpack` does.
    """
    found: set[PurePosixPath] = set()
    total = 0
    with stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for number, entry in enumerate(archive, start=1):
            if number > MOST_FILES:
                raise UnpackError(tr("it holds more than {most} files").format(most=MOST_FILES))
            if entry.isdir() and not PurePosixPath(entry.name).parts:
                continue  # "./", which some tars begin with
            folder = folder or "".join(PurePosixPath(entry.name).parts[:1])
            if not (entry.isfile() or entry.isdir()):
                raise UnpackError(tr("{member!r} in it is not a file").format(member=entry.name))
            name = _below(entry.name, folder, entry.isdir())
            if entry.isdir():
                continue
            total += entry.size
            if total > min(_MOST_OCTETS, MOST_RATIO * packed_octets):
                raise _too_large(total)
            if name in found:
                raise UnpackError(tr("a file is in it twice"))
            found.add(name)
            source = archive.extractfile(entry)
            assert source is not None, "a file has content"
            with source:
                _write(source, into.joinpath(*name.parts))
        while stream.read(_PIECE):
            pass  # the check sums of gzip and xz stand at the end
    if not found:
        raise UnpackError(tr("no file is in it"))


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
        folder = folder or "".join(PurePosixPath(entry.filename).parts[:1])
        name = _below(entry.filename, folder, entry.is_dir())
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UnpackError(tr("{member!r} in it is not a file").format(member=entry.filename))
        if not entry.is_dir():
            files.append((name, entry))
    # The sizes in the directory can be trusted: zipfile reads no more than they say.
    unpacked = sum(entry.file_size for _, entry in files)
    packed = sum(entry.compress_size for _, entry in files)
    if unpacked > _MOST_OCTETS or unpacked > MOST_RATIO * max(packed, 1):
        raise _too_large(unpacked)
    names = [name for name, _ in files]
    if len(set(names)) != len(names):
        raise UnpackError(tr("a file is in it twice"))
    return files


def _below(member: str, folder: str, is_directory: bool) -> PurePosixPath:
    """Return the path of the entry ``member`` of an archive, relative to the directory ``folder``.

    ``is_directory`` says that the entry is a directory. Raise UnpackError if the entry is not below
    ``folder``, or if its path leads out of it.
    """
    name = PurePosixPath(member)
    if name.is_absolute() or ".." in name.parts or "\\" in member:
        raise UnpackError(tr("{member!r} in it leads out of its directory").format(member=member))
    if len(name.parts) == 1 and not is_directory:
        raise UnpackError(tr("{member!r} in it is not below one directory").format(member=member))
    if name.parts[:1] != (folder,):
        raise UnpackError(
            tr("{member!r} in it is not below {folder}/").format(member=member, folder=folder)
        )
    return name.relative_to(folder)


def _too_large(octets: int) -> UnpackError:
    return UnpackError(
        tr("it would unpack to {unpacked} octets, more than any model or voice").format(
            unpacked=octets
        )
    )


def _write(source: IO[bytes], target: Path) -> None:
    """Write the rest of the stream ``source`` to the new file ``target``.

    Return when the content is on the disk, and not only in a buffer of the operating system. Raise
    FileExistsError if there is such a file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        while octets := source.read(_PIECE):
            file.write(octets)
        # Without this, a power failure can leave empty files in an installed model.
        file.flush()
        os.fsync(file.fileno())
