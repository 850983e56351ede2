"""Archives of every packing, and a client that fetches one from the server of the tests."""

import bz2
import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from ivr.fetching.download import Download
from ivr.fetching.packed import Downloader, Fetched, Packed, fetch_packed
from ivr.fetching.place import Origin
from ivr.fetching.unpack import unpack
from tests.fetching.file_server import FileServer

NAME = "thing"
"""Name of the directory that the tests fetch, and of the top directory in its archives."""

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
"""Content in an archive in place of a file that was not included."""


def zipped(files: dict[str, bytes], *, mode: int = stat.S_IFREG | 0o644) -> bytes:
    """Return a zip of these files, given by name; ``mode`` is the type and mode of each."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return octets.getvalue()


def tarred(
    files: dict[str, bytes],
    pack: Callable[[bytes], bytes] = bz2.compress,
    kind: bytes = tarfile.REGTYPE,
) -> bytes:
    """Return a tar of these files, given by name, packed by ``pack``.

    Each is an entry of type ``kind``; the content of a link is its target.
    """
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.type = kind
            entry.size = len(content) if kind == tarfile.REGTYPE else 0
            entry.linkname = "" if kind == tarfile.REGTYPE else content.decode()
            archive.addfile(entry, io.BytesIO(content))
    return pack(octets.getvalue())


def impatient(pauses: list[float]) -> type[Download]:
    """Return the downloader of the tests, which records pauses in ``pauses`` and waits for none.

    A connection that is silent for half a second is given up.
    """

    class Impatient(Download):
        def __init__(
            self,
            url: str,
            part: Path,
            octets: int | None,
            *,
            least_rate: float = 0.0,
            timeout: float = 0.5,
        ) -> None:
            super().__init__(
                url,
                part,
                octets,
                timeout=min(timeout, 0.5),
                sleep=pauses.append,
                least_rate=least_rate,
            )

    return Impatient


def fill(archive: Path, directory: Path, _: Origin) -> None:
    """Unpack the archive of the tests."""
    unpack(archive, NAME, directory)


class Client:
    """Fetches what the server offers into ``home``; it records the pauses and the progress."""

    def __init__(self, server: FileServer, home: Path) -> None:
        self.server, self.home = server, home
        self.pauses: list[float] = []
        self.progress: list[tuple[int, int | None]] = []

    def __call__(
        self,
        *,
        urls: tuple[str, ...] = (),
        known: str | None = None,
        octets: int | None = None,
        source: str = "",
        sha256: str = "",
        packed: Packed | None = None,
        download: Downloader | None = None,
    ) -> Fetched:
        """Fetch from ``urls``, else from the server.

        ``known`` is the pinned hash, else that of the server's file. ``source`` and ``sha256`` are
        what the user gives. ``packed`` replaces what the other arguments describe. ``download``
        replaces the downloader of the tests.
        """
        if known is None:
            known = hashlib.sha256(self.server.content).hexdigest()
        return fetch_packed(
            packed or Packed(NAME, urls or (self.server.url(),), known, octets, 1_000_000),
            self.home,
            lambda have, total: self.progress.append((have, total)),
            fill,
            command="ivr things fetch",
            source=source,
            sha256=sha256,
            download=download or impatient(self.pauses),
        )

    @property
    def part(self) -> Path:
        """The file into which the archive is downloaded."""
        return self.home / f".{NAME}.zip.part"

    @property
    def left(self) -> set[str]:
        """Names in the directory of all things, without the lock."""
        return {path.name for path in self.home.iterdir()} - {f".{NAME}.lock"}
