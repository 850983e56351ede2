"""The thread that brings the spool into the database, as soon as the database lets it.

Whatever is wrong with the database, calls go on: the spool keeps what it has. It is loaded in
pieces, each in one transaction; one that failed is loaded again, and every row has a key, so each
is stored exactly once.
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
"""A transaction for each tenth of a second, not for each step: each costs a sync of the disk."""
_LOOK_SECONDS = 5.0
"""How often an idle service looks for what others have left behind."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 10.0
"""After a failure the database is left alone so long, twice as long after each further one."""


class Loader:
    """Loads the segments of one spool, and those that nobody else does."""

    def __init__(
        self,
        spool: Spool,
        directory: Path,
        engine: Engine,
        loaded: Callable[[Sequence[SpoolEntry]], None] = lambda entries: None,
    ) -> None:
        """``directory`` is the spool's; ``loaded`` is told on this thread what was committed."""
        self.down_since: float | None = None
        """Since when nothing can be loaded, on the monotonic clock."""
        self._spool, self._directory, self._engine, self._loaded = spool, directory, engine, loaded
        self._orphans: list[Segment] = []
        self._looked = 0.0
        self._migrated = False
        self._news, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def wake(self) -> None:
        """The spool has grown."""
        self._news.set()

    def stop(self, seconds: float) -> None:
        """Load what there is, if that goes without a failure and in this time, and end."""
        self._stopping.set()
        self._news.set()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._engine.dispose()
            for segment in [*self._spool.segments, *self._orphans]:
                segment.close()

    @property
    def behind(self) -> int:
        """Octets of the spool that the database does not have yet."""
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
                self._failed(error)
            except Exception as error:
                log.exception("records_loader_failed")  # a defect of ours must not end the thread
                self._failed(error)
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

    def _failed(self, error: Exception) -> None:
        self._migrated = False  # it may be another database that comes back
        self._engine.dispose()
        if self.down_since is None:
            self.down_since = time.monotonic()
            log.error(
                "records_database_down",
                reason=why(error), effect="calls go on; the spool keeps everything",
            )  # fmt: skip

    def _works(self) -> None:
        if self.down_since is not None:
            seconds = round(time.monotonic() - self.down_since, 1)
            self.down_since = None
            log.warning("records_database_back", after_seconds=seconds)

    def _load_all(self) -> bool:
        """Load what there is; whether there was anything."""
        if not self._migrated:
            migrate(self._engine)
            self._migrated = True
        some = False
        for segment in list(self._spool.segments):
            some |= self._load(segment)
            if segment.sealed and segment.loaded == segment.end:
                self._spool.segments.remove(segment)
                segment.remove()
        if time.monotonic() - self._looked >= _LOOK_SECONDS or self._looked == 0.0:
            self._orphans += self._spool.orphans()
            self._looked = time.monotonic()
        while self._orphans:
            some |= self._load(self._orphans[0])
            self._bury(self._orphans[0])
            self._orphans.pop(0)
        return some

    def _load(self, segment: Segment) -> bool:
        some = False
        while segment.loaded < segment.end:
            lines = decode(segment.read())
            if not lines.end:
                lines = decode(segment.read_line())
            if not lines.end:
                break  # the rest was cut off by a crash: nobody was promised it
            if lines.damaged:
                log.error("spool_damaged", file=str(segment.path), lines=lines.damaged)
                segment.damaged = True
            self._store(lines.entries)
            self._works()
            segment.loaded += lines.end
            self._loaded(lines.entries)
            some = True
        return some

    def _store(self, entries: Sequence[SpoolEntry]) -> None:
        """In one transaction; a row that the database refuses does not keep the others out."""
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
        told = why(error) if isinstance(error, SQLAlchemyError) else repr(error)
        log.error("record_refused", why=told, kept=str(path), kind=entry.get("entry"))
        with path.open("ab") as file:
            file.write(encode_entry(entry))

    def _bury(self, segment: Segment) -> None:
        """A segment of a process that is gone is loaded; with its last one its calls are over."""
        if {*self._directory.glob(f"{segment.run}.*{ENDING}")} <= {segment.path}:
            with self._engine.begin() as connection:
                if open_calls := close_run(connection, segment.run):
                    log.warning("calls_of_a_dead_service", run=segment.run, calls=open_calls)
        if segment.damaged:
            segment.set_aside()
        else:
            segment.remove()
