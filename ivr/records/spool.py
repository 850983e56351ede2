"""The spool: files on the disk that hold the records of calls until the database has them.

A process writes files of its own, called segments: ``RUN.0001.spool`` and so on, where RUN names
the process. It locks them as long as it lives. A process that finds a segment without a lock takes
the segment over. So the tickets of a process that was killed do not wait for a restart. Segments
are allocated on the disk in advance, for two reasons: they can be written to when other programs
have filled the disk, and a sync need not write a new file size.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SEGMENT_BYTES = 4 << 20
"""Size of a segment (a file of the spool) in octets: room for about 500 calls. A restart after a
crash loads at most this much into the database a second time."""
READ_BYTES = 256 << 10
"""Upper limit for the octets that are read from a segment at a time: about 1,500 lines."""
ENDING = ".spool"
"""End of the file name of a segment (a file of the spool)."""


class Segment:
    """One file of the spool, with records that the database may lack; locked by this process."""

    def __init__(self, path: Path, file: int, end: int) -> None:
        """Use the file ``path``; ``file`` is its open and locked file descriptor.

        ``end`` is the number of octets that have been written to it.
        """
        self.path = path
        self.run = path.name.split(".")[0]
        self.end = end
        self.loaded = 0
        """Octets, from the start of the file, that the database has already."""
        self.sealed = False
        """Whether no further lines will be appended to the segment."""
        self.damaged = False
        """Whether the segment holds complete lines with a wrong checksum."""
        self._file = file

    def append(self, lines: bytes) -> None:
        """Write lines to the segment and sync them to the disk.

        Raise OSError if the disk fails; ``end`` then stays as it was.
        """
        at = self.end
        while at < self.end + len(lines):
            written = os.pwrite(self._file, lines[at - self.end :], at)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            at += written
        os.fdatasync(self._file)
        self.end = at

    def read(self) -> bytes:
        """Return the next octets of the segment that the database lacks, at most READ_BYTES.

        The last line in them may be incomplete. Raise OSError if the disk fails.
        """
        return os.pread(self._file, min(READ_BYTES, self.end - self.loaded), self.loaded)

    def read_line(self) -> bytes:
        """Return all octets of the segment that the database lacks.

        This is for a line that is longer than READ_BYTES (256 KiB), which :meth:`read` cuts off.
        Raise OSError if the disk fails.
        """
        return os.pread(self._file, self.end - self.loaded, self.loaded)

    def seal(self) -> None:
        """Mark the segment as complete, and cut off the file after its last written line.

        What follows that line is unused space or the rest of a failed append.
        """
        with suppress(OSError):
            os.ftruncate(self._file, self.end)
        self.sealed = True  # last: the loader may close a sealed segment at any time

    def close(self) -> None:
        """Close and unlock the file, so that another process may take the segment over."""
        os.close(self._file)

    def retire(self) -> None:
        """Delete and close the file, because the database has all of its undamaged lines.

        If lines have a wrong checksum, the file is renamed to ``*.damaged`` instead, so that a
        person can read them; it is not loaded again.
        """
        if self.damaged:
            self.path.rename(self.path.with_suffix(".damaged"))
        else:
            self.path.unlink(missing_ok=True)
        self.close()


class Spool:
    """The segments (files of the spool) of one process.

    One thread appends lines to them, and another thread loads them into the database.
    """

    def __init__(self, directory: Path, run: str, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Use ``directory``; make no file before the first append.

        ``run`` names this process; no earlier process may have had the same name.
        ``segment_bytes`` is the size of a segment in octets.
        """
        self.segments: list[Segment] = []
        """Segments of this process that still exist, the oldest first; the loader removes them."""
        self._current: Segment | None = None
        self._directory, self._run, self._bytes = directory, run, segment_bytes
        self._count = 0

    def append(self, lines: bytes) -> None:
        """Write lines to the current segment, or to a new one if it is full; sync them to the disk.

        Raise OSError if the disk does not take them.
        """
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
        """Mark the current segment (file of the spool) as complete; the next append makes a new
        one. If there is no current segment, do nothing."""
        if self._current is not None:
            self._current.seal()
            self._current = None

    def orphans(self) -> Iterator[Segment]:
        """Yield the segments that processes which have ended left behind, the oldest first.

        Each is locked first, so that no other process takes it, too.
        """
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
    """Lock and return the segment ``path`` if the process that wrote it has ended.

    Return None if that process lives, or if another process has taken the segment over.
    """
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
    """Sync a directory, so that added, renamed and removed file names are on the disk.

    Raise OSError if the disk fails.
    """
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
