"""The fault table: whatever breaks, callers are answered, and what was promised is there, once."""

import asyncio
import os
import resource
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.config import RecordsSettings as Settings
from ivr.dialogue.call import TICKET_SECONDS
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.records.keeper import Records, RecordsError
from ivr.records.schema import calls_table, tickets_table
from tests.records.kept import Told, begun, ended, migrated, promised, rows_of, running
from tests.records.postgres import Server, server
from tests.records.small_disk import SmallDisk, small_disk


@pytest.fixture(scope="module")
def fragile() -> Iterator[Server]:
    """A server that may be stopped."""
    with server() as one:
        yield one


@pytest.fixture
async def down(fragile: Server, tmp_path: Path) -> AsyncIterator[Settings]:
    """Settings with a database whose server is down; up again afterwards."""
    name = f"down_{tmp_path.name}"
    fragile.create(name, "template1")
    fragile.stop()
    yield Settings(directory=tmp_path / "records", database=fragile.url(name))
    if not (fragile.data / "postmaster.pid").exists():
        fragile.start()


def present(settings: Settings, numbers: list[str | None]) -> None:
    """Every promised ticket is there, once, and nothing else is."""
    assert None not in numbers
    assert sorted(ticket["number"] for ticket in rows_of(settings, tickets_table)) == sorted(
        number for number in numbers if number
    )


async def until_loaded(told: Told, numbers: list[str | None]) -> None:
    def enough(entries: list[dict[str, object]]) -> bool:
        return {entry.get("number") for entry in entries if entry["entry"] == "ticket"} >= {
            *numbers
        }

    await told.until(enough)


async def test_a_database_that_is_down_at_the_start_and_comes_back(
    down: Settings, fragile: Server
) -> None:
    told = Told()
    with capture_logs() as logs:
        async with running(down, loaded=told) as records:
            record = begun(records)
            numbers = [await promised(record, at=at) for at in (3.0, 4.0)]
            ended(record)
            while records.status.database_down_seconds is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # a status tells nothing by itself
            await asyncio.to_thread(fragile.start)
            await until_loaded(told, numbers)
            assert records.status.database_down_seconds is None
    present(down, numbers)
    events = [line["event"] for line in logs]
    assert events.count("records_database_down") == 1
    assert events.count("records_database_back") == 1


async def test_a_database_that_goes_down_in_a_call(down: Settings, fragile: Server) -> None:
    await asyncio.to_thread(fragile.start)
    told = Told()
    async with running(down, loaded=told) as records:
        first = begun(records)
        numbers = [await promised(first)]
        await until_loaded(told, numbers)
        await asyncio.to_thread(fragile.stop)
        numbers.append(await promised(begun(records)))
        ended(first)
    assert list((down.directory / "spool").glob("*.spool"))  # its end waited, but not for ever
    await asyncio.to_thread(fragile.start)
    async with running(down):
        pass  # the next start brings it
    present(down, numbers)
    assert {call["outcome"] for call in rows_of(down, calls_table)} == {"stayed_on", "service_died"}
    assert not list((down.directory / "spool").glob("*.spool"))


async def test_a_postgresql_that_is_restarted_under_load(down: Settings, fragile: Server) -> None:
    await asyncio.to_thread(fragile.start)
    numbers: list[str | None] = []
    over = asyncio.Event()

    async def callers(records: Records) -> None:
        while not over.is_set():
            numbers.append(await promised(begun(records)))

    async with running(down) as records:
        load = asyncio.create_task(callers(records))
        for mode in ("immediate", "fast"):
            await asyncio.to_thread(fragile.stop, mode)
            await asyncio.to_thread(fragile.start)
        over.set()
        await load
    assert len(numbers) > 20
    present(down, numbers)


LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""


@asynccontextmanager
async def locked(settings: Settings) -> AsyncIterator[None]:
    """Another process has the database for itself meanwhile."""
    locker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOCKER, settings.directory / "records.db",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert locker.stdout is not None
    assert await locker.stdout.readline() == b"locked\n"
    yield
    await locker.communicate(b"\n")


async def test_a_sqlite_that_another_process_has_locked(on_sqlite: Settings) -> None:
    """As a backup or a person with a shell does; here the busy timeout is short."""
    told = Told()
    async with running(on_sqlite, loaded=told, lock_seconds=0.05) as records:
        async with locked(on_sqlite):
            numbers = [await promised(begun(records)) for _ in range(3)]
            while records.status.database_down_seconds is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # a status tells nothing by itself
            assert told.entries == []
        await until_loaded(told, numbers)
    present(on_sqlite, numbers)


@contextmanager
def file_limit(octets: int) -> Iterator[None]:
    """No file may be longer meanwhile: for whoever writes it is a full disk."""
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
    present(on_sqlite, numbers)
    with sqlite3.connect(on_sqlite.directory / "records.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_a_disk_that_is_full_for_the_spool(on_sqlite: Settings) -> None:
    """No number is told, and the call itself is in the records all the same, later."""
    async with running(on_sqlite) as records:
        with file_limit(1000), capture_logs() as logs:
            record = begun(records)
            assert await promised(record) is None
            assert records.status.spool_fails
            assert records.status.refused == 1
        ended(record)
        numbers = [await promised(begun(records))]
    present(on_sqlite, numbers)
    assert sorted(str(call["outcome"]) for call in rows_of(on_sqlite, calls_table)) == [
        "None",
        "stayed_on",
    ]
    assert [line["event"] for line in logs].count("spool_not_written") == 1


async def test_a_full_disk_does_not_touch_what_is_taken_beforehand(on_sqlite: Settings) -> None:
    """The place of a segment was taken when the disk had it."""
    async with running(on_sqlite, segment_bytes=50_000) as records:
        numbers = [await promised(begun(records))]
        with file_limit(60_000):
            numbers += [await promised(begun(records)) for _ in range(20)]
    present(on_sqlite, numbers)


@contextmanager
def nobody_may_write(directory: Path) -> Iterator[None]:
    """A directory becomes read-only; root may write everywhere, so we are not root meanwhile."""
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
    present(on_sqlite, numbers)


def test_a_directory_that_cannot_be_written_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for directory in (tmp_path / "file" / "records", Path("/proc/records")):
        with pytest.raises(RecordsError, match=r"records.directory = .* cannot be written .*: mak"):
            Records(Settings(directory=directory))


async def test_a_row_that_the_database_refuses_keeps_no_other_one_out(
    on_sqlite: Settings,
) -> None:
    async with running(on_sqlite) as records:
        numbers = [await promised(begun(records))]
        record = begun(records)
        record.call = None  # type: ignore[assignment]
        ended(record)
        numbers.append(await promised(begun(records)))
    present(on_sqlite, numbers)
    assert (on_sqlite.directory / "spool" / "refused.lines").read_bytes().count(b"\n") >= 1


SEGMENT_BYTES = 20_000
"""Of the spool on a disk of two megabytes."""


async def answered(records: Records) -> str | None:
    """What a caller hears of his ticket, and he hears it before his patience is at its end."""
    async with asyncio.timeout(TICKET_SECONDS):
        return await promised(begun(records))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


async def test_a_real_disk_that_runs_full_and_is_cleared(disk: SmallDisk) -> None:
    """Spool and database lie on it. Nobody is told a number that is not kept."""
    settings = Settings(directory=disk.directory)
    migrated(settings)
    numbers: list[str | None] = []
    refused = 0
    async with running(settings, segment_bytes=SEGMENT_BYTES) as records:
        numbers += [await answered(records) for _ in range(20)]
        for _ in range(3):
            with disk.full():
                heard = [await answered(records) for _ in range(60)]
            numbers += [number for number in heard if number is not None]
            refused += heard.count(None)
            numbers += [await answered(records) for _ in range(5)]
        assert records.status.refused == refused > 100
        assert not records.status.spool_fails
    async with running(settings):
        pass  # what the database could not take before the end, the next start brings
    present(settings, numbers)
    with closing(sqlite3.connect(settings.directory / "records.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_disk_that_is_full_at_the_start(disk: SmallDisk) -> None:
    """Calls are answered all the same, and what they leave is kept as soon as there is room."""
    settings = Settings(directory=disk.directory / "records")
    settings.directory.mkdir()
    with disk.full():
        records = Records(settings, segment_bytes=SEGMENT_BYTES)
        await records.start()
        assert await answered(records) is None
    numbers = [await answered(records)]
    await records.close()
    async with running(settings):
        pass
    present(settings, numbers)


async def test_a_spool_on_a_disk_that_is_read_only_at_the_start(disk: SmallDisk) -> None:
    settings = Settings(directory=disk.directory / "records")
    (settings.directory / "spool").mkdir(parents=True)
    with disk.read_only():
        records = Records(settings, segment_bytes=SEGMENT_BYTES)
        await records.start()
        assert await answered(records) is None
        assert records.status.spool_fails
    numbers = [await answered(records)]
    await records.close()
    async with running(settings):
        pass
    present(settings, numbers)


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_sqlite_that_is_locked_for_thirty_seconds(on_sqlite: Settings) -> None:
    """With the time-outs of the service. Each caller is told his number at once all the while."""
    told, numbers = Told(), list[str | None]()
    async with running(on_sqlite, loaded=told) as records:
        async with locked(on_sqlite):
            over = asyncio.get_running_loop().time() + 30.0
            while asyncio.get_running_loop().time() < over:
                numbers.append(await answered(records))
                await asyncio.sleep(0.1)  # a caller comes
            assert told.entries == []
            assert (records.status.database_down_seconds or 0.0) > 15.0
        await until_loaded(told, numbers)
        assert records.status.database_down_seconds is None
    assert len(numbers) > 200
    present(on_sqlite, numbers)
