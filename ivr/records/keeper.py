"""The records of a running service: notes go to the spool and from there to the database."""

import asyncio
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
    why,
)
from ivr.records.entries import SpoolEntry
from ivr.records.loader import Loader
from ivr.records.numbers import TicketNumbers
from ivr.records.spool import SEGMENT_BYTES, Spool
from ivr.records.spool_writer import SpoolWriter
from ivr.translation import tr

log = structlog.get_logger()

CLOSE_SECONDS = 10.0
"""Seconds that the end of a service waits for its database; the spool keeps the rest."""
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""Errors of a disk whose settings may be right: calls are answered all the same."""


class RecordsError(Exception):
    """The records cannot be kept; the message names the setting and the remedy."""


@dataclass(frozen=True, slots=True)
class RecordsStatus:
    """How much is not in the database yet, and what fails."""

    behind_octets: int
    """Octets that are in the spool and not yet in the database."""
    waiting: int
    """Notes that are in memory only."""
    lost: int
    """Notes that were given up because the disk took none for too long."""
    refused: int
    """Tickets that were not kept; their callers were told so."""
    database_down_seconds: float | None
    """Seconds since the database began to fail, or None if it works."""
    spool_fails: bool
    """Whether the disk did not take the last lines."""


class Records:
    """Begins the record of each call and brings the records into the database."""

    def __init__(
        self,
        settings: config.RecordsSettings,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        lock_seconds: float = LOCK_SECONDS,
        loaded: Callable[[Sequence[SpoolEntry]], None] = lambda entries: None,
    ) -> None:
        """Create the spool's directory; raise RecordsError if a setting is wrong.

        ``loaded`` is called on the loader's thread with the entries of each committed transaction.
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
        self._writer = SpoolWriter(spool, numbers, self._loader.wake)

    async def start(self) -> None:
        """Start both threads.

        Raise RecordsError if a newer program has written the database. A database that cannot be
        reached is no error: calls are answered all the same.
        """
        try:
            await asyncio.to_thread(self._check)
        except NewerDatabaseError as error:
            self._engine.dispose()
            raise RecordsError(str(error)) from None
        except SQLAlchemyError as error:
            log.warning(
                "records_database_unknown",
                reason=why(error), effect="calls go on; the spool keeps everything",
            )  # fmt: skip
        self._writer.start()
        self._loader.start()

    def begin(
        self, uniqueid: str, number: str, caller: str, answered: float, wall: float
    ) -> CallRecord:
        """Return the record of a new call.

        ``answered`` (monotonic) and ``wall`` (UTC) are the moment of the answer, in seconds.
        """
        put = self._writer.put
        return CallRecord(self.run, uniqueid, number, caller, answered, wall, put)

    @property
    def status(self) -> RecordsStatus:
        """The state of the records, for the metrics."""
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
        """Write all notes to the disk, load them if the database works, and end both threads."""
        await asyncio.to_thread(self._writer.stop, CLOSE_SECONDS)
        await asyncio.to_thread(self._loader.stop, CLOSE_SECONDS)
        if behind := self._loader.behind:
            log.warning(
                "records_left_in_spool",
                octets=behind, effect="the next start loads them into the database",
            )  # fmt: skip

    def _check(self) -> None:
        with reading(self._engine) as connection:
            has_current_version(connection)


def _make(directory: Path, setting: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()  # tries to write; the file has no name
    except OSError as error:
        if error.errno in DISK_ERRORS:
            log.error(
                "records_directory_not_writable",
                reason=error.strerror, effect="tickets are refused until it can be written",
            )  # fmt: skip
            return
        raise RecordsError(
            tr(
                "records.directory = {setting} cannot be written ({reason}): make it "
                "writable for this user or choose another"
            ).format(setting=setting, reason=error.strerror)
        ) from None
