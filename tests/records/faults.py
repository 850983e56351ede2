"""Checks and waits that the tests of faults share."""

import asyncio

from ivr.config import RecordsSettings as Settings
from ivr.dialogue.call import TICKET_SECONDS
from ivr.records.keeper import Records
from ivr.records.schema import tickets_table
from tests.records.kept import Told, begun, promised, rows_of


def assert_kept(settings: Settings, numbers: list[str | None]) -> None:
    """The database has each promised ticket once, and no other ticket."""
    assert None not in numbers
    kept = [ticket["number"] for ticket in rows_of(settings, tickets_table)]
    assert sorted(kept) == sorted(number for number in numbers if number)


async def until_loaded(told: Told, numbers: list[str | None]) -> None:
    """Wait until the tickets with these numbers are in the database."""

    def enough(entries: list[dict[str, object]]) -> bool:
        return {entry.get("number") for entry in entries if entry["entry"] == "ticket"} >= {
            *numbers
        }

    await told.until(enough)


async def until_down(records: Records) -> None:
    """Wait until the service has noticed that nothing can be loaded."""
    while records.status.database_down_seconds is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)  # the status is polled: it notifies nobody


async def promised_in_time(records: Records) -> str | None:
    """Return the ticket number that a caller is told; TimeoutError if they would wait too long."""
    async with asyncio.timeout(TICKET_SECONDS):
        return await promised(begun(records))
