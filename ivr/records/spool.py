"""The spool: files on the disk that hold the records of calls until the database has them.

A process writes segments of its own, ``RUN.0001.spool`` and so on, and locks them as long as it
lives. A process that finds a segment without a lock takes it over, so that the tickets of a process
that was killed do not wait for its restart. Segments are allocated on the disk in advance, so that
they can be written to when others have filled the disk, and a sync has no file size to write.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SEGMENT_BYTES = 4 << 20
"""Room for about 500 calls; a restart after a crash loads at most this much again."""
READ_BYTES = 256 << 10
"""Octets that are loaded at once: about 1,500 lines."""
ENDING = ".spool"
"""Ending of the name of a segment."""


class Segment:
    """One file of the spool, locked by this process."""

    def __init__(self, path: Path, file: int, end: int) -> None:
        """``file`` is a locked descriptor, ``end`` the length of the written part in octets."""
        self.path = path
        self.run = path.name.split(".")[0]
        self.end = end
        self.loaded = 0
        """Octets from the start that the database has."""
        self.sealed = False
        """Whether nothing will be appended any more."""
        self.damaged = False
        """Whether it holds complete lines with a wrong checksum."""
        self._file = file

    def append(self, lines: bytes) -> None:
        """Write lines and sync. Raise OSError if the disk fails; ``end`` is as before then."""
        at = self.end
        while at < self.end + len(lines):
            written = os.pwrite(self._file, lines[at - self.end :], at)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            at += written
        os.fdatasync(self._file)
        self.end = at

    def read(self) -> bytes:
        """Return up to READ_BYTES that are not loaded yet; the last line may be incomplete."""
        return os.pread(self._file, min(READ_BYTES, self.end - self.loaded), self.loaded)

    def read_line(self) -> bytes:
        """Return all that is not loaded yet, for a line that is longer than READ_BYTES."""
        return os.pread(self._file, self.end - self.loaded, self.loaded)

    def seal(self) -> None:
        """Allow no further appends, and cut off what a failed append may have left."""
        with suppress(OSError):
            os.ftruncate(self._file, self.end)
        self.sealed = True  # last: the loader may close a sealed segment at any time

    def close(self) -> None:
        """Close and unlock the file: another process may take it over."""
        os.close(self._file)

    def remove(self) -> None:
        """Delete the file, when the database has all of it."""
        self.path.unlink(missing_ok=True)
        self.close()

    def set_aside(self) -> None:
        """Rename the file to ``*.damaged``, which is not loaded again, for a person to look at."""
        self.path.rename(self.path.with_suffix(".damaged"))
        self.close()


class Spool:
    """The segments of one process. One thread appends, and another one loads."""

    def __init__(self, directory: Path, run: str, segment_bytes: int = SEGMENT_BYTES) -> None:
        """``run`` is a name that no other process has ever had."""
        self.segments: list[Segment] = []
        """Segments of this process that the loader has not removed yet, the oldest first."""
        self._current: Segment | None = None
        self._directory, self._run, self._bytes = directory, run, segment_bytes
        self._count = 0

    def append(self, lines: bytes) -> None:
        """Write lines and sync them to the disk. Raise OSError if the disk does not take them."""
        if self._current is not None and self._current.end + len(lines) > self._bytes:
            self.finish()
        if self._current is None:
            self._current = self._new(max(self._bytes, len(lines)))
            self.segments.append(self._current)
        try:
            self._current.append(lines)
        except OSError:
            self.finish()  # what a failed sync has left on the disk is unknown
            raise

    def finish(self) -> None:
        """Seal the current segment; the next line begins a new one."""
        if self._current is not None:
            self._current.seal()
            self._current = None

    def orphans(self) -> Iterator[Segment]:
        """Yield the segments of processes that are gone, the oldest first, locked by this one."""
        ours = {segment.path for segment in self.segments}
        for path in sorted(self._directory.glob(f"*{ENDING}")):
            if path not in ours and (segment := _taken_over(path)) is not None:
                yield segment

    def _new(self, size: int) -> Segment:
        while True:
            self._count += 1
            path = self._directory / f"{self._run}.{self._count:04}{ENDING}"
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if path.exists():
                    os.posix_fallocate(file, 0, size)
                    os.fsync(file)
                    sync_directory(self._directory)
                    return Segment(path, file, 0)
            except OSError:
                path.unlink(missing_ok=True)
                os.close(file)
                raise
            os.close(file)  # another process took it for an orphan before it was locked


def _taken_over(path: Path) -> Segment | None:
    """Return the segment if its writer is gone and no other process has taken it."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file), path.stat()):  # it was not removed meanwhile
            segment = Segment(path, file, os.fstat(file).st_size)
            segment.sealed = True
            return segment
    except OSError:
        pass
    os.close(file)
    return None


def sync_directory(directory: Path) -> None:
    """Sync a directory, so that names which were added or removed are on the disk."""
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
