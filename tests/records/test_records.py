"""The notes of a call are stored in the database once, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from ivr.config import RecordsSettings as Settings
from ivr.dialogue.events import LineLost, SpeechEnded, SpeechStarted
from ivr.dialogue.meaning import Certainty, Intent, LikelyNumber, Meaning, Slots, Words
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.records.schema import callers, calls_table, steps_table, tickets_table, utterances_table
from tests.records.kept import (
    ANSWERED,
    Told,
    begun,
    ended,
    promised,
    rows_of,
    running,
)

STARTED = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
HOSTILE = {
    "formula": "=cmd|'/c calc'!A1",
    "script": "<script>alert(1)</script>",
    "control": "\x00\x1b[2J\r\n\x85\u2028",
    "utf-8": "\udcff",
    "long": "长" * 10_000,
}


async def test_a_call_is_stored_as_a_row_and_its_steps(settings: Settings) -> None:
    async with running(settings) as records:
        record = begun(records)
        record.note(SpeechStarted(ANSWERED + 3.0), ANSWERED + 3.2)
        ended(record)
    (call,) = rows_of(settings, calls_table)
    assert call == {
        "call": record.call, "uniqueid": "1700.1", "run": records.run, "number": "66385255",
        "caller": "13800000000", "started": STARTED, "ended": STARTED + timedelta(seconds=9),
        "seconds": 9.0, "outcome": "stayed_on", "rows": "greeting", "recording": None,
    }  # fmt: skip
    told = rows_of(settings, steps_table)
    assert [(step["step"], step["at"], step["what"], step["fields"]) for step in told] == [
        (1, 0.0, "EnterRow", {"row": "greeting"}),
        (2, 0.0, "Play", {"play": 1, "prompt": "greeting.ask", "text": "您好"}),
        (3, 2.5, "PromptFinished", {"play": 1}),
        (4, 3.2, "SpeechStarted", {"onset": 3.0}),
        (5, 9.0, "HangUp", {"outcome": "stayed_on"}),
    ]
    assert told[2]["wall"] == STARTED + timedelta(seconds=2.5)


async def test_a_call_has_its_row_while_it_lasts(settings: Settings) -> None:
    told = Told()
    async with running(settings, loaded=told) as records:
        begun(records)
        await told.until(lambda entries: len(entries) == 4)
        (call,) = rows_of(settings, calls_table)
        assert (call["uniqueid"], call["ended"]) == ("1700.1", None)


async def test_a_ticket_has_the_callers_words_and_a_deadline(settings: Settings) -> None:
    async with running(settings) as records:
        record = begun(records)
        number = await promised(record)
        ended(record)
    (ticket,) = rows_of(settings, tickets_table)
    created = STARTED + timedelta(seconds=3)
    assert ticket == {
        "call": record.call, "step": 4, "number": number, "kind": "complaint", "status": "open",
        "row": "complaint_deferred", "caller": "13800000000", "surname": "张", "title": "先生",
        "contact": "13812345678", "department": None, "transcript": "老是掉线",
        "recording": None, "customer_class": "A", "created": created,
        "deadline": created + timedelta(hours=2), "assignee": None, "note": None,
        "changed": created,
    }  # fmt: skip


async def test_understood_words_are_stored_as_an_utterance(settings: Settings) -> None:
    slots = Slots(surname="张", facts=("phone",))
    meaning = Meaning(
        "我要投诉", Intent.COMPLAINT_DEFERRED, Certainty.SURE, 0.93, Intent.SUGGESTION, 0.04, slots
    )
    async with running(settings) as records:
        begun(records).note(SpeechEnded(2.0, Words(meaning, 0.88)), ANSWERED + 4)
    (utterance,) = rows_of(settings, utterances_table)
    assert (utterance["step"], utterance["at"]) == (4, 4.0)
    assert (utterance["transcript"], utterance["confidence"]) == ("我要投诉", 0.88)
    assert (utterance["intent"], utterance["score"]) == ("complaint_deferred", 0.93)
    assert (utterance["runner_up"], utterance["runner_up_score"]) == ("suggestion", 0.04)
    assert (utterance["slots"]["surname"], utterance["slots"]["facts"]) == ("张", ["phone"])


async def test_guesses_at_a_number_are_not_kept(settings: Settings) -> None:
    """They may be the numbers of people who have not called."""
    meaning = Meaning("一三八", Intent.GIVE_NUMBER, Certainty.SURE, 0.9)
    words = Words(meaning, numbers=(LikelyNumber("13900001234", 0.2),))
    async with running(settings) as records:
        begun(records).note(SpeechEnded(2.0, words), ANSWERED + 4)
    told = rows_of(settings, steps_table)[3]["fields"]
    assert told["words"]["meaning"]["text"] == "一三八"
    assert "13900001234" not in str(told)


async def test_abuse_and_nuisance_are_counted_for_each_caller(settings: Settings) -> None:
    async with running(settings) as records:
        for kind in (TicketKind.ABUSE, TicketKind.NUISANCE, TicketKind.ABUSE):
            await promised(begun(records), Ticket(kind))
        await promised(begun(records, caller=""), Ticket(TicketKind.ABUSE))
    (caller,) = rows_of(settings, callers)
    assert (caller["caller"], caller["abuse"], caller["nuisance"]) == ("13800000000", 2, 1)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_words_are_kept_as_they_are(settings: Settings, text: str) -> None:
    """Characters that no database takes are stored as escapes."""
    async with running(settings) as records:
        record = begun(records, uniqueid=text, caller=text)
        record.note(LineLost(text), ANSWERED + 3)
        await promised(record, Ticket(TicketKind.MESSAGE, surname=text, transcript=text))
    plain = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    (call,) = rows_of(settings, calls_table)
    (ticket,) = rows_of(settings, tickets_table)
    assert call["caller"] == call["uniqueid"] == ticket["surname"] == ticket["transcript"] == plain
    assert rows_of(settings, steps_table)[3]["fields"] == {"reason": text}


async def test_services_that_run_together_give_no_number_twice(settings: Settings) -> None:
    numbers = []
    for _ in range(2):
        async with running(settings) as first, running(settings) as second:
            for records in (first, second):
                numbers += [await promised(begun(records)) for _ in range(40)]
    assert len(set(numbers)) == 160
    assert {ticket["number"] for ticket in rows_of(settings, tickets_table)} == set(numbers)


async def test_a_restored_database_gives_no_number_twice(settings: Settings) -> None:
    """A backup of the database alone has the tickets, but not their count."""
    async with running(settings) as records:
        before = [await promised(begun(records)) for _ in range(40)]
    (settings.directory / "ticket-count").unlink()
    with capture_logs() as log:
        async with running(settings) as records:
            after = [await promised(begun(records)) for _ in range(40)]
    assert len({*before, *after}) == 80
    (line,) = [line for line in log if line["event"] == "ticket_count_behind"]
    assert "restored copy" in line["reason"]
    with capture_logs() as log:
        async with running(settings) as records:
            await promised(begun(records))
    assert not [line for line in log if line["event"] == "ticket_count_behind"]


async def test_no_line_of_the_log_has_the_words_or_the_number_of_a_caller(
    on_sqlite: Settings,
) -> None:
    with capture_logs() as logs:
        async with running(on_sqlite) as records:
            record = begun(records)
            number = await promised(record)
            ended(record)
    (ticket,) = [line for line in logs if line["event"] == "ticket_made"]
    assert (ticket["ticket"], ticket["kind"]) == (number, "complaint")
    for secret in ("13800000000", "13812345678", "掉线"):
        assert secret not in str(logs)
