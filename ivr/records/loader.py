"""The thread that loads the spool into the database, as soon as the database works.

The spool is files on the disk, called segments, that hold the records of calls until the database
has them. The loader reads up to READ_BYTES (256 KiB) of a segment at a time. It stores the entries
found there in one transaction, and repeats a transaction that failed. Every row has a key, so that
each row is stored exactly once.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from ivr.records.database import DatabaseError, migrate, why
from ivr.records.entries import SpoolEntry, decode, encode_entry
from ivr.records.load import close_run, store_entries
from ivr.records.spool import ENDING, Segment, Spool

log = structlog.get_logger()

_GATHER_SECONDS = 0.1
"""Seconds between two rounds of loading. Entries that are written within this time are stored in
one transaction, because each transaction costs a sync of the disk."""
_LOOK_SECONDS = 5.0
"""Seconds between two searches for segments (files of the spool) whose process is gone."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 10.0
"""Pauses in seconds before loading is tried again: the pause after the first failure, and the
longest pause. Each further failure doubles the pause."""


class Loader:
    """Loads the spool into the database, on a thread of its own.

    It loads the segments (files) of this process's spool, and those that dead processes have left.
    """

    def __init__(
        self,
        spool: Spool,
        directory: Path,
        engine: Engine,
        loaded: Callable[[Sequence[SpoolEntry]], None] = lambda entries: None,
    ) -> None:
        """Prepare the thread that loads ``spool`` and the segments of dead processes.

        ``directory`` is the directory of the spool, and ``engine`` the database. ``loaded`` is
        called on the loader's thread each time that a part of a segment has been loaded. Its
        argument is the entries of that part, also those that the database refused.
        """
        self.down_since: float | None = None
        """Moment at which loading began to fail, in seconds of the monotonic clock; None while
        loading works."""
        self._reported = False
        self._spool, self._directory, self._engine, self._loaded = spool, directory, engine, loaded
        self._orphans: list[Segment] = []
        self._looked = 0.0
        self._migrated = False
        self._news, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)

    def start(self) -> None:
        """Start the loader's thread."""
        self._thread.start()

    def wake(self) -> None:
        """Tell the loader's thread that the spool has new lines to load; do not wait for that."""
        self._news.set()

    def stop(self, seconds: float) -> None:
        """Load the rest of the spool, and end the thread; wait at most ``seconds`` for both.

        Loading is tried once. If it fails, the rest stays in the spool for the next start.
        """
        self._stopping.set()
        self._news.set()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._engine.dispose()
            for segment in [*self._spool.segments, *self._orphans]:
                segment.close()

    @property
    def behind(self) -> int:
        """Number of octets of the spool that are not in the database yet."""
        segments = [*self._spool.segments, *self._orphans]
        return sum(segment.end - segment.loaded for segment in segments)

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            last = self._stopping.is_set()
            self._news.clear()
            try:
                idle = not self._load_all()
            except (SQLAlchemyError, DatabaseError, OSError) as error:
                self._report(error)
                self._failed()
            except Exception:
                # A defect of ours must not end the thread.
                log.exception(
                    "records_loader_failed",
                    reason="a defect of the service: see the traceback",
                    effect="calls go on and nothing is lost: the spool, files in "
                    "records.directory, keeps the records, and loading them is tried again",
                    remedy="report this traceback",
                )
                self._failed()
            else:
                self._works()
                pause = FIRST_PAUSE_SECONDS
                if last:
                    return
                if idle and not self._stopping.is_set():
                    self._news.wait(_LOOK_SECONDS)
                self._stopping.wait(_GATHER_SECONDS)
                continue
            if last:
                return
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _failed(self) -> None:
        self._migrated = False  # another database may come back in its place
        self._engine.dispose()
        if self.down_since is None:
            self.down_since = time.monotonic()

    def _report(self, error: Exception) -> None:
        """Log that the database or the disk fails, once until loading works again."""
        if not self._reported:
            self._reported = True
            log.error(
                "records_database_down",
                reason=why(error),
                effect="calls go on and nothing is lost: the spool, files in records.directory, "
                "keeps the records; `ivr tickets` does not show new ones yet",
                remedy="start the database, or correct records.database; if the reason is a disk "
                "error, make room on the disk of records.directory or repair it",
            )  # fmt: skip

    def _works(self) -> None:
        if self.down_since is not None:
            seconds = round(time.monotonic() - self.down_since, 1)
            self.down_since, self._reported = None, False
            log.warning(
                "records_database_back", after_seconds=seconds,
                reason="loading records into the database works again",
                effect="nothing was lost: the records that waited in the spool are now loaded",
                remedy="none needed",
            )  # fmt: skip

    def _load_all(self) -> bool:
        """Load all new lines of the spool into the database; return True if there were any.

        Raise SQLAlchemyError, DatabaseError or OSError if the database or the disk fails.
        """
        if not self._migrated:
            migrate(self._engine)
            self._migrated = True
        some = False
        for segment in list(self._spool.segments):
            some |= self._load(segment)
            if segment.sealed and segment.loaded == segment.end:
                self._spool.segments.remove(segment)
                segment.retire()
        if time.monotonic() - self._looked >= _LOOK_SECONDS or self._looked == 0.0:
            self._orphans += self._spool.orphans()
            self._looked = time.monotonic()
        while self._orphans:
            some |= self._load(self._orphans[0])
            self._finish_orphan(self._orphans[0])
            self._orphans.pop(0)
        return some

    def _load(self, segment: Segment) -> bool:
        some = False
        while segment.loaded < segment.end:
            lines = decode(segment.read())
            if not lines.end:
                lines = decode(segment.read_line())
            if not lines.end:
                break  # a crash has cut the rest off: no caller was promised it
            if lines.damaged:
                log.error(
                    "spool_damaged", file=str(segment.path), lines=lines.damaged,
                    reason="the checksum of these lines is wrong: the disk did not keep them",
                    effect="what they say of calls or tickets is missing in the database; the "
                    "damaged lines are still in the file",
                    remedy="check the disk; when no process writes to the file any more, its name "
                    "ends in .damaged: read the damaged lines there, then remove the file",
                )  # fmt: skip
                segment.damaged = True
            self._store(lines.entries)
            self._works()
            segment.loaded += lines.end
            self._loaded(lines.entries)
            some = True
        return some

    def _store(self, entries: Sequence[SpoolEntry]) -> None:
        """Store ``entries`` in the database, in one transaction if it takes them all.

        If it refuses an entry, write that entry to the file ``refused.lines``, and store the others
        in smaller transactions. Raise SQLAlchemyError if the database fails.
        """
        if not entries:
            return
        try:
            with self._engine.begin() as connection:
                store_entries(connection, entries)
        except (DataError, IntegrityError, KeyError, TypeError, ValueError) as error:
            if len(entries) == 1:
                self._refused(entries[0], error)
            else:
                half = len(entries) // 2
                self._store(entries[:half])
                self._store(entries[half:])

    def _refused(self, entry: SpoolEntry, error: Exception) -> None:
        path = self._directory / "refused.lines"
        reason = why(error) if isinstance(error, SQLAlchemyError) else repr(error)
        log.error(
            "record_refused", reason=reason, kind=entry.get("entry"), file=str(path),
            effect="nothing is lost: this entry is in the file instead of the database",
            remedy="enter into the database by hand what the file holds, then remove the file",
        )  # fmt: skip
        with path.open("ab") as file:
            file.write(encode_entry(entry))

    def _finish_orphan(self, segment: Segment) -> None:
        """Retire a segment (file of the spool) of a dead process, after it has been loaded.

        The file is deleted, or renamed if it has damaged lines. If it is the last segment of that
        process, give the outcome ``service_died`` to the calls that the process left without an
        end.
        """
        if {*self._directory.glob(f"{segment.run}.*{ENDING}")} <= {segment.path}:
            with self._engine.begin() as connection:
                if open_calls := close_run(connection, segment.run):
                    log.warning(
                        "calls_of_a_dead_service", run=segment.run, calls=open_calls,
                        reason="an earlier process of the service was gone before these calls had "
                        "an end in its records",
                        effect="the records give them the outcome service_died; their callers "
                        "were given to the second service or heard the PBX's apology",
                        remedy="read in the log of that process why it ended",
                    )  # fmt: skip
        segment.retire()
