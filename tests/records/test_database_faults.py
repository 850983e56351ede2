"""Callers are answered while the database fails, and each promised ticket is loaded once."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.config import RecordsSettings as Settings
from ivr.records.keeper import Records
from ivr.records.schema import calls_table
from tests.records.faults import assert_kept, promised_in_time, until_down, until_loaded
from tests.records.kept import Told, begun, ended, promised, rows_of, running
from tests.records.postgres import Server, server


@pytest.fixture(scope="module")
def fragile() -> Iterator[Server]:
    """A server that a test may stop."""
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


@pytest.mark.slow
async def test_a_database_that_is_down_at_the_start_and_comes_back(
    down: Settings, fragile: Server
) -> None:
    told = Told()
    with capture_logs() as logs:
        async with running(down, loaded=told) as records:
            record = begun(records)
            numbers = [await promised(record, at=at) for at in (3.0, 4.0)]
            ended(record)
            await until_down(records)
            await asyncio.to_thread(fragile.start)
            await until_loaded(told, numbers)
            assert records.status.database_down_seconds is None
    assert_kept(down, numbers)
    events = [line["event"] for line in logs]
    assert events.count("records_database_down") == 1
    assert events.count("records_database_back") == 1


@pytest.mark.slow
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
    # The end of the service did not wait for ever.
    assert list((down.directory / "spool").glob("*.spool"))
    await asyncio.to_thread(fragile.start)
    async with running(down):
        pass  # this start loads what the spool has
    assert_kept(down, numbers)
    assert {call["outcome"] for call in rows_of(down, calls_table)} == {"stayed_on", "service_died"}
    assert not list((down.directory / "spool").glob("*.spool"))


@pytest.mark.slow
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
    assert_kept(down, numbers)


LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""


@asynccontextmanager
async def locked(settings: Settings) -> AsyncIterator[None]:
    """Let another process lock the database."""
    locker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOCKER, settings.directory / "records.db",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert locker.stdout is not None
    assert await locker.stdout.readline() == b"locked\n"
    yield
    await locker.communicate(b"\n")


async def test_a_sqlite_that_another_process_has_locked(on_sqlite: Settings) -> None:
    """A backup or a person with a shell locks it so; the busy timeout is short here."""
    told = Told()
    async with running(on_sqlite, loaded=told, lock_seconds=0.05) as records:
        async with locked(on_sqlite):
            numbers = [await promised(begun(records)) for _ in range(3)]
            await until_down(records)
            assert told.entries == []
        await until_loaded(told, numbers)
    assert_kept(on_sqlite, numbers)


async def test_a_row_that_the_database_refuses_does_not_keep_others_out(
    on_sqlite: Settings,
) -> None:
    async with running(on_sqlite) as records:
        numbers = [await promised(begun(records))]
        record = begun(records)
        record.call = None  # type: ignore[assignment]
        ended(record)
        numbers.append(await promised(begun(records)))
    assert_kept(on_sqlite, numbers)
    assert (on_sqlite.directory / "spool" / "refused.lines").read_bytes().count(b"\n") >= 1


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_sqlite_that_is_locked_for_thirty_seconds(on_sqlite: Settings) -> None:
    """With the time-outs of the service. Each caller is told their number at once meanwhile."""
    told, numbers = Told(), list[str | None]()
    async with running(on_sqlite, loaded=told) as records:
        async with locked(on_sqlite):
            over = asyncio.get_running_loop().time() + 30.0
            while asyncio.get_running_loop().time() < over:
                numbers.append(await promised_in_time(records))
                await asyncio.sleep(0.1)  # a caller comes
            assert told.entries == []
            assert (records.status.database_down_seconds or 0.0) > 15.0
        await until_loaded(told, numbers)
        assert records.status.database_down_seconds is None
    assert len(numbers) > 200
    assert_kept(on_sqlite, numbers)
