"""Records as a test makes and reads them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, select

from ivr.config import RecordsSettings as Settings
from ivr.dialogue.commands import EnterRow, HangUp, MakeTicket, Play
from ivr.dialogue.events import PromptFinished
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.records.call_record import CallRecord
from ivr.records.database import connect, migrate, reading, url_of
from ivr.records.entries import SpoolEntry
from ivr.records.keeper import Records

ANSWERED, WALL = 5000.0, 1_700_000_000.0
COMPLAINT = Ticket(
    TicketKind.COMPLAINT, surname="张", title="先生", contact="13812345678",
    transcript="老是掉线", hours=2, customer_class="A",
)  # fmt: skip


@asynccontextmanager
async def running(settings: Settings, **options: Any) -> AsyncIterator[Records]:
    """Started, and closed afterwards."""
    records = Records(settings, **options)
    await records.start()
    try:
        yield records
    finally:
        await records.close()


def begun(records: Records, uniqueid: str = "1700.1", caller: str = "13800000000") -> CallRecord:
    """A call that has been greeted."""
    record = records.begin(uniqueid, "66385255", caller, ANSWERED, WALL)
    record.note(EnterRow("greeting"), ANSWERED)
    record.note(Play(1, Prompt("greeting", "ask", "您好"), True), ANSWERED)
    record.note(PromptFinished(1), ANSWERED + 2.5)
    return record


async def promised(record: CallRecord, ticket: Ticket = COMPLAINT, at: float = 3.0) -> str | None:
    """The number of a ticket, as its caller hears it."""
    number: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    ticket = replace(ticket, row="complaint_deferred")
    record.note(MakeTicket(ticket, 1), ANSWERED + at)
    record.make_ticket(ticket, ANSWERED + at, number.set_result)
    return await asyncio.wait_for(number, 10)


def ended(record: CallRecord, at: float = 9.0) -> None:
    """The call is hung up on."""
    record.note(HangUp(Outcome.STAYED_ON), ANSWERED + at)
    record.close(Outcome.STAYED_ON, ANSWERED + at)


def rows_of(settings: Settings, table: Table) -> list[dict[str, Any]]:
    """All that a table has, by its key."""
    engine = connect(url_of(settings))
    try:
        with reading(engine) as connection:
            found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
            return [dict(row) for row in found]
    finally:
        engine.dispose()


def migrated(settings: Settings, to: str = "head") -> None:
    """Bring the database to a version."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    engine = connect(url_of(settings))
    try:
        migrate(engine, to)
    finally:
        engine.dispose()


class Told:
    """Waits, on a loop, for what another thread has loaded."""

    def __init__(self) -> None:
        self.entries: list[SpoolEntry] = []
        self._loop = asyncio.get_running_loop()
        self._grown = asyncio.Event()

    def __call__(self, entries: Sequence[SpoolEntry]) -> None:
        """Keep the entries; this object is the argument ``loaded`` of Records."""
        self._loop.call_soon_threadsafe(self._grow, list(entries))

    def _grow(self, entries: list[SpoolEntry]) -> None:
        self.entries += entries
        self._grown.set()

    async def until(
        self, enough: Callable[[list[SpoolEntry]], bool], seconds: float = 20.0
    ) -> None:
        """Wait until ``enough`` accepts the loaded entries; TimeoutError after ``seconds``."""
        async with asyncio.timeout(seconds):
            while not enough(self.entries):
                self._grown.clear()
                await self._grown.wait()
