"""The records of a running service: they go to the spool and from there to the database.

The spool is the files on the disk that hold the records until the database has them.
"""

import asyncio
import contextlib
import errno
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ivr import config
from ivr.config import ConfigError
from ivr.records.call_record import CallRecord
from ivr.records.database import (
    LOCK_SECONDS,
    DatabaseError,
    NewerDatabaseError,
    connect,
    has_current_version,
    reading,
    url_of,
    version,
    why,
)
from ivr.records.entries import SpoolEntry
from ivr.records.loader import Loader
from ivr.records.numbers import TicketNumbers
from ivr.records.spool import SEGMENT_BYTES, Spool
from ivr.records.spool_writer import SpoolWriter
from ivr.records.tickets import newest_numbers
from ivr.translation import tr

log = structlog.get_logger()

CLOSE_SECONDS = 10.0
"""Time limit in seconds for the end of each of two threads when the service stops. The first thread
writes the spool; the second loads the spool into the database. Entries that are not loaded by then
stay in the spool."""
_LOOKED_AT = 1000
"""Number of the newest tickets whose numbers the count of tickets must be beyond at the start."""
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""Error numbers of a disk that is full, over quota, read-only or defective. With such a disk the
service still starts and answers calls. Other errors mean that records.directory is wrong."""


class RecordsError(Exception):
    """A setting of the records is wrong; the message names the setting and the remedy."""


@dataclass(frozen=True, slots=True)
class RecordsStatus:
    """The state of a service's records: how much the database lacks, and what has failed."""

    behind_octets: int
    """Octets of records that are in the spool and not in the database yet."""
    waiting: int
    """Number of notes and tickets that are only in memory, not on the disk yet."""
    lost: int
    """Number of notes (entries other than tickets) given up since the start of the service. Notes
    are given up when the disk fails for so long that too many of them are in memory."""
    refused: int
    """Number of tickets since the start of the service that could not be written. Each caller was
    told that their ticket was not stored."""
    database_down_seconds: float | None
    """Seconds since records cannot be loaded into the database; None if they can."""
    spool_fails: bool
    """Whether the last attempt to write to the spool failed."""


class Records:
    """The records of one service: begins those of each call, and loads all into the database."""

    def __init__(
        self,
        settings: config.RecordsSettings,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        lock_seconds: float = LOCK_SECONDS,
        loaded: Callable[[Sequence[SpoolEntry]], None] = lambda entries: None,
    ) -> None:
        """Create the directory of the spool; raise RecordsError if a setting is wrong.

        ``segment_bytes`` is the size of each file of the spool in octets. ``lock_seconds`` is the
        longest wait for SQLite's lock. ``loaded`` is called on another thread each time that
        entries of the spool have been loaded into the database. Its argument is these entries, also
        those that the database refused.
        """
        directory = settings.directory / "spool"
        _make(directory, settings.directory)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        self.run = f"{moment}-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            url = url_of(settings)
        except (DatabaseError, ConfigError) as error:
            raise RecordsError(str(error)) from None
        self._engine = connect(url, lock_seconds)
        spool = Spool(directory, self.run, segment_bytes)
        self._loader = Loader(spool, directory, self._engine, loaded)
        numbers = TicketNumbers(settings.directory, settings.site)
        self._numbers = numbers
        self._writer = SpoolWriter(spool, numbers, self._loader.wake)

    async def start(self) -> None:
        """Start the thread that writes the spool and the thread that loads it into the database.

        Raise RecordsError if a newer version of this program has written the database. A database
        that cannot be reached is no error: calls are answered all the same.
        """
        try:
            await asyncio.to_thread(self._check)
        except NewerDatabaseError as error:
            self._engine.dispose()
            raise RecordsError(str(error)) from None
        except SQLAlchemyError as error:
            log.warning(
                "records_database_unusable",
                reason=f"the database could not be opened: {why(error)}",
                effect="calls go on and nothing is lost: the spool, files in records.directory, "
                "keeps the records until the database works",
                remedy="start the database, or correct records.database",
            )  # fmt: skip
        self._writer.start()
        self._loader.start()

    def begin(
        self, uniqueid: str, number: str, caller: str, answered: float, wall: float
    ) -> CallRecord:
        """Begin and return the record of a new call.

        ``answered`` is the moment of the answer in seconds of the monotonic clock, and ``wall`` is
        the same moment as Unix time. ``uniqueid`` names the PBX's channel. ``caller`` is the
        caller's number, and ``number`` the number that they dialled.
        """
        put = self._writer.put
        return CallRecord(self.run, uniqueid, number, caller, answered, wall, put)

    @property
    def status(self) -> RecordsStatus:
        """The present state of the records, for the metrics of the service."""
        down = self._loader.down_since
        return RecordsStatus(
            behind_octets=self._loader.behind,
            waiting=self._writer.waiting,
            lost=self._writer.lost,
            refused=self._writer.refused,
            database_down_seconds=None if down is None else time.monotonic() - down,
            spool_fails=self._writer.failing,
        )

    async def close(self) -> None:
        """Write all entries in memory to the spool, load the spool into the database, and stop.

        Wait at most CLOSE_SECONDS (10 s) for each of the two threads. Entries that the database
        does not take by then stay in the spool for the next start.
        """
        await asyncio.to_thread(self._writer.stop, CLOSE_SECONDS)
        await asyncio.to_thread(self._loader.stop, CLOSE_SECONDS)
        if behind := self._loader.behind:
            log.warning(
                "records_left_in_spool",
                octets=behind,
                reason="the database did not take all records before the service stopped",
                effect="nothing is lost: they stay in the spool, files in records.directory, and "
                "the next start of the service loads them into the database",
                remedy="start the database, then the service",
            )  # fmt: skip

    def _check(self) -> None:
        with reading(self._engine) as connection:
            has_current_version(connection)
            known = [] if version(connection) is None else newest_numbers(connection, _LOOKED_AT)
        with contextlib.suppress(OSError, ValueError):  # the next ticket will report it
            if self._numbers.pass_over(known):
                log.warning(
                    "ticket_count_behind",
                    reason="the database has tickets that the count in records.directory lacks: "
                    "one of them is a restored copy",
                    effect="none: new tickets get other numbers than those in the database",
                    remedy="if tickets were made after the copy, set another records.site",
                )


def _make(directory: Path, setting: Path) -> None:
    try:
        # It holds callers' numbers: other users of the machine may not look into it.
        setting.mkdir(mode=0o750, parents=True, exist_ok=True)
        directory.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()  # tries to write; the file has no name
    except OSError as error:
        if error.errno in DISK_ERRORS:
            log.error(
                "records_directory_not_writable", directory=str(setting),
                reason=error.strerror,
                effect="calls are answered, but no ticket can be kept, and callers are told so",
                remedy="make room on the disk of records.directory, or repair it or mount it for "
                "writing; if the directory is missing afterwards, restart the service",
            )  # fmt: skip
            return
        raise RecordsError(
            tr(
                "records.directory = {setting} cannot be written ({reason}): make it "
                "writable for this user or choose another"
            ).format(setting=setting, reason=error.strerror)
        ) from None
