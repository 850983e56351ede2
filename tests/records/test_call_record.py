"""Tickets in the record of a call."""

from dataclasses import fields

from ivr.config import RecordsSettings
from ivr.dialogue.ticket import Ticket
from ivr.records.schema import steps_table, tickets_table
from tests.records.kept import begun, promised, rows_of, running


def test_every_field_of_a_ticket_has_a_column() -> None:
    """All but the hours, which are in the deadline."""
    assert {one.name for one in fields(Ticket)} - {"hours"} <= set(tickets_table.c.keys())


async def test_the_step_of_a_ticket_is_stored_as_it_always_was(settings: RecordsSettings) -> None:
    """The row stands beside the ticket, where other programs find it in older steps."""
    async with running(settings) as records:
        await promised(begun(records))
    stored = rows_of(settings, steps_table)[3]
    assert stored["what"] == "MakeTicket"
    assert stored["fields"] == {
        "order": 1, "row": "complaint_deferred",
        "ticket": {
            "kind": "complaint", "surname": "张", "title": "先生", "contact": "13812345678",
            "department": None, "transcript": "老是掉线", "hours": 2, "customer_class": "A",
        },
    }  # fmt: skip
