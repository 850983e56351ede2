"""The spool: what has been promised is here, on the disk, until the database has it.

A process writes segments of its own, ``RUN.0001.spool`` and so on, and locks them as long as it
lives. Whoever finds one that nobody locks takes it over: the tickets of a process that was killed
do not wait for its restart. The place of a segment is taken on the disk beforehand, so that a disk
that others have filled takes what it holds all the same, and a sync has no file size to write.
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
"""What is loaded at once: some 1,500 lines."""
ENDING = ".spool"


class Segment:
    """One file of the spool, locked by this process."""

    def __init__(self, path: Path, file: int, end: int) -> None:
        """``file`` is a locked descriptor, ``end`` where the written part ends."""
        self.path = path
        self.run = path.name.split(".")[0]
        self.end = end
        self.loaded = 0
        """Up to where the database has it."""
        self.sealed = False
        """Nothing will be appended any more."""
        self.damaged = False
        """It holds whole lines that are not what was written."""
        self._file = file

    def append(self, lines: bytes) -> None:
        """Write and sync; OSError when it is not all on the disk, and then it is as before."""
        at = self.end
        while at < self.end + len(lines):
            written = os.pwrite(self._file, lines[at - self.end :], at)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            at += written
        os.fdatasync(self._file)
        self.end = at

    def read(self) -> bytes:
        """The next lines that are not loaded yet; the last one may be cut off."""
        return os.pread(self._file, min(READ_BYTES, self.end - self.loaded), self.loaded)

    def read_line(self) -> bytes:
        """The same, up to the end: for a line that is longer than a piece."""
        return os.pread(self._file, self.end - self.loaded, self.loaded)

    def seal(self) -> None:
        """Nothing follows; what an append that failed has left is cut off."""
        with suppress(OSError):
            os.ftruncate(self._file, self.end)
        self.sealed = True  # last: whoever loads may close a sealed one at any time

    def close(self) -> None:
        """Unlock it: somebody else may take it over."""
        os.close(self._file)

    def remove(self) -> None:
        """The database has all of it."""
        self.path.unlink(missing_ok=True)
        self.close()

    def set_aside(self) -> None:
        """Keep it for a person to look at, under a name that is not loaded again."""
        self.path.rename(self.path.with_suffix(".damaged"))
        self.close()


class Spool:
    """The segments of one process. One thread appends, another one loads."""

    def __init__(self, directory: Path, run: str, segment_bytes: int = SEGMENT_BYTES) -> None:
        """``run`` names the process, and no other one ever."""
        self.segments: list[Segment] = []
        """Ours that the loading thread has not removed yet, the oldest first."""
        self._current: Segment | None = None
        self._directory, self._run, self._bytes = directory, run, segment_bytes
        self._count = 0

    def append(self, lines: bytes) -> None:
        """On the disk when it returns; OSError when the disk does not take them."""
        if self._current is not None and self._current.end + len(lines) > self._bytes:
            self.finish()
        if self._current is None:
            self._current = self._new(max(self._bytes, len(lines)))
            self.segments.append(self._current)
        try:
            self._current.append(lines)
        except OSError:
            self.finish()  # nobody knows what a failed sync has left on the disk
            raise

    def finish(self) -> None:
        """Seal what is being written; the next line begins a new segment."""
        if self._current is not None:
            self._current.seal()
            self._current = None

    def orphans(self) -> Iterator[Segment]:
        """What other processes have left behind, locked by us from now on, the oldest first."""
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
            os.close(file)  # before it was locked somebody took it for an orphan and removed it


def _taken_over(path: Path) -> Segment | None:
    """The segment, if its writer is gone and nobody else has taken it."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file), path.stat()):  # not removed meanwhile
            segment = Segment(path, file, os.fstat(file).st_size)
            segment.sealed = True
            return segment
    except OSError:
        pass
    os.close(file)
    return None


def sync_directory(directory: Path) -> None:
    """Names that were given or taken in it are on the disk."""
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
