"""Callers are answered while a disk fails, and each promised ticket is kept once."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.config import RecordsSettings as Settings
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.records.keeper import Records, RecordsError
from ivr.records.schema import calls_table
from tests.records.faults import assert_kept, promised_in_time, until_loaded
from tests.records.kept import Told, begun, ended, migrated, promised, rows_of, running
from tests.records.small_disk import SmallDisk, small_disk


@contextmanager
def file_limit(octets: int) -> Iterator[None]:
    """Forbid this process to make a file longer than ``octets``, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_disk_that_is_full_for_the_database(on_sqlite: Settings) -> None:
    told = Told()
    long = Ticket(TicketKind.MESSAGE, transcript="长" * 5000)
    async with running(on_sqlite, loaded=told, segment_bytes=50_000) as records:
        numbers: list[str | None] = []
        with file_limit(100_000):
            while records.status.database_down_seconds is None:
                numbers.append(await promised(begun(records), long))
        await until_loaded(told, numbers)
    assert_kept(on_sqlite, numbers)
    with sqlite3.connect(on_sqlite.directory / "records.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_a_disk_that_is_full_for_the_spool(on_sqlite: Settings) -> None:
    """The caller is told no number, and the call itself is in the records later all the same."""
    async with running(on_sqlite) as records:
        with file_limit(1000), capture_logs() as logs:
            record = begun(records)
            assert await promised(record) is None
            assert records.status.spool_fails
            assert records.status.refused == 1
        ended(record)
        numbers = [await promised(begun(records))]
    assert_kept(on_sqlite, numbers)
    assert sorted(str(call["outcome"]) for call in rows_of(on_sqlite, calls_table)) == [
        "None",
        "stayed_on",
    ]
    assert [line["event"] for line in logs].count("spool_not_written") == 1


async def test_a_segment_that_is_allocated_takes_tickets_on_a_full_disk(
    on_sqlite: Settings,
) -> None:
    """Segments are allocated in advance, while the disk has room."""
    async with running(on_sqlite, segment_bytes=50_000) as records:
        numbers = [await promised(begun(records))]
        with file_limit(60_000):
            numbers += [await promised(begun(records)) for _ in range(20)]
    assert_kept(on_sqlite, numbers)


@contextmanager
def nobody_may_write(directory: Path) -> Iterator[None]:
    """Make a directory read-only; root may write everywhere, so the process is another user."""
    mode, user = directory.stat().st_mode, os.geteuid()
    for path in (directory, *directory.parents):
        if path.stat().st_uid == user and path.name.startswith(("pytest-", "records", "test_")):
            path.chmod(path.stat().st_mode | 0o055)
    directory.chmod(0o555)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        directory.chmod(mode)


async def test_a_spool_that_becomes_read_only(on_sqlite: Settings) -> None:
    async with running(on_sqlite) as records:
        with nobody_may_write(on_sqlite.directory / "spool"):
            assert await promised(begun(records)) is None
        numbers = [await promised(begun(records))]
    assert_kept(on_sqlite, numbers)


def test_a_directory_that_cannot_be_written_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for directory in (tmp_path / "file" / "records", Path("/proc/records")):
        with pytest.raises(RecordsError, match=r"records.directory = .* cannot be written .*: mak"):
            Records(Settings(directory=directory))


SEGMENT_BYTES = 20_000
"""Length of a segment of the spool on a disk of two megabytes."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


async def test_a_real_disk_that_runs_full_and_is_cleared(disk: SmallDisk) -> None:
    """Spool and database are both on it. No caller is told a number that is not kept."""
    settings = Settings(directory=disk.directory)
    migrated(settings)
    numbers: list[str | None] = []
    refused = 0
    async with running(settings, segment_bytes=SEGMENT_BYTES) as records:
        numbers += [await promised_in_time(records) for _ in range(20)]
        for _ in range(3):
            with disk.full():
                heard = [await promised_in_time(records) for _ in range(60)]
            numbers += [number for number in heard if number is not None]
            refused += heard.count(None)
            numbers += [await promised_in_time(records) for _ in range(5)]
        assert records.status.refused == refused > 100
        assert not records.status.spool_fails
    async with running(settings):
        pass  # this start loads what the database could not take before the end of the last one
    assert_kept(settings, numbers)
    with closing(sqlite3.connect(settings.directory / "records.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_disk_that_is_full_at_the_start(disk: SmallDisk) -> None:
    """Calls are answered all the same, and their tickets are kept as soon as there is room."""
    settings = Settings(directory=disk.directory / "records")
    settings.directory.mkdir()
    with disk.full():
        records = Records(settings, segment_bytes=SEGMENT_BYTES)
        await records.start()
        assert await promised_in_time(records) is None
    numbers = [await promised_in_time(records)]
    await records.close()
    async with running(settings):
        pass
    assert_kept(settings, numbers)


async def test_a_spool_on_a_disk_that_is_read_only_at_the_start(disk: SmallDisk) -> None:
    settings = Settings(directory=disk.directory / "records")
    (settings.directory / "spool").mkdir(parents=True)
    with disk.read_only():
        records = Records(settings, segment_bytes=SEGMENT_BYTES)
        await records.start()
        assert await promised_in_time(records) is None
        assert records.status.spool_fails
    numbers = [await promised_in_time(records)]
    await records.close()
    async with running(settings):
        pass
    assert_kept(settings, numbers)
