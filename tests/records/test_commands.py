"""The commands of operators; hostile words of callers carry out nothing in their output."""

import asyncio
import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from ivr.cli import app
from ivr.config import RecordsSettings as Settings
from ivr.dialogue.commands import Command, EnterRow, HangUp, Play, StopPlaying
from ivr.dialogue.events import (
    Condition,
    Event,
    KeyPressed,
    LineChanged,
    PromptFinished,
    SpeechDismissed,
    SpeechEnded,
    SpeechPossible,
    SpeechStarted,
)
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Slots, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.records.database import connect, url_of
from ivr.records.schema import tickets_table
from tests.records.kept import ANSWERED, COMPLAINT, begun, ended, promised, running

Ivr = Callable[..., Result]


@pytest.fixture
def ivr(settings: Settings, tmp_path: Path) -> Ivr:
    """A function that runs a command on the database of the test."""
    path = tmp_path / "ivr.toml"
    path.write_text(
        f'[records]\ndirectory = "{settings.directory}"\ndatabase = "{settings.database}"\n'
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "-c", str(path)], catch_exceptions=False)

    return run


def left(settings: Settings, *given: Ticket) -> list[str]:
    """Leave tickets in one call; return their numbers."""

    async def call() -> list[str]:
        async with running(settings) as records:
            record = begun(records)
            numbers = [await promised(record, ticket) for ticket in given]
            ended(record)
        assert None not in numbers
        return [str(number) for number in numbers]

    return asyncio.run(call())


def due(settings: Settings, number: str, time: timedelta) -> None:
    """Set the deadline of a ticket to ``time`` from now."""
    engine = connect(url_of(settings))
    with engine.begin() as connection:
        deadline = datetime.now(UTC) + time
        connection.execute(
            update(tickets_table).where(tickets_table.c.number == number).values(deadline=deadline)
        )
    engine.dispose()


def test_overdue_tickets_are_marked_and_come_first(settings: Settings, ivr: Ivr) -> None:
    later, late, never = left(settings, COMPLAINT, COMPLAINT, Ticket(TicketKind.SUGGESTION))
    due(settings, late, timedelta(hours=-3, minutes=-5))
    due(settings, later, timedelta(hours=2))
    lines = ivr("tickets", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["number", late, later, never]
    assert "overdue 3 h" in lines[1]
    assert "张先生" in lines[1]
    assert "overdue" not in lines[2]
    assert ivr("tickets", "list", "--overdue").output.count(late) == 1
    assert later not in ivr("tickets", "list", "--overdue").output


def test_a_ticket_is_assigned_and_done(settings: Settings, ivr: Ivr) -> None:
    (number,) = left(settings, COMPLAINT)
    spoken = f"{number[:3]}-{number[3:]}"
    assert "assigned" in ivr("tickets", "assign", spoken, "--assignee", "李四").output
    assert "李四" in ivr("tickets", "list").output
    assert ivr("tickets", "assign", number, "--assignee", "王五").exit_code == 0
    assert "assigned: 王五" in ivr("tickets", "list").output
    assert ivr("tickets", "done", number, "--note", "已回电").exit_code == 0
    assert number not in ivr("tickets", "list").output
    assert number in ivr("tickets", "list", "--all").output
    shown = json.loads(ivr("tickets", "show", number, "--json").output)
    assert (shown["status"], shown["assignee"], shown["note"]) == ("done", "王五", "已回电")
    again = ivr("tickets", "cancel", number)
    assert again.exit_code == 2
    assert "is done already" in again.output


def test_each_error_is_one_sentence(settings: Settings, ivr: Ivr) -> None:
    left(settings)
    for words in (
        ("tickets", "show", "222222"),
        ("tickets", "done", "222222"),
        ("calls", "show", "none"),
        ("records", "migrate", "--revision", "0042"),
        ("tickets", "export", "--out", "/proc/none/t.csv"),
    ):
        result = ivr(*words)
        assert result.exit_code == 2
        assert result.output.startswith("ivr: ")
        assert result.output.count("\n") == 1


def test_callers_numbers_are_not_for_other_users_of_the_machine(
    settings: Settings, ivr: Ivr, tmp_path: Path
) -> None:
    left(settings, COMPLAINT)
    out = tmp_path / "tickets.csv"
    assert ivr("tickets", "export", "--out", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o007 == 0
    fresh = Settings(directory=tmp_path / "new" / "records")
    left(fresh, COMPLAINT)
    assert fresh.directory.stat().st_mode & 0o007 == 0


def test_reading_records_before_the_first_start_creates_no_database(tmp_path: Path) -> None:
    (tmp_path / "ivr.toml").write_text(f'[records]\ndirectory = "{tmp_path}/none"\n')
    result = CliRunner().invoke(app, ["tickets", "list", "-c", str(tmp_path / "ivr.toml")])
    assert result.exit_code == 2
    assert "there are no records" in result.output
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "text",
    ["=cmd|'/c calc'!A1", "+1-1", "@SUM(A1)", "＝1+1", "<script>alert(1)</script>",
     "\x1b[2J\x07\r\n\u202e", "\udcff\x00", "长" * 10_000],
)  # fmt: skip
def test_hostile_words_are_harmless_and_mean_the_same(
    settings: Settings, ivr: Ivr, tmp_path: Path, text: str
) -> None:
    (number,) = left(settings, replace(COMPLAINT, surname=text, transcript=text))
    out = tmp_path / "tickets.csv"
    assert ivr("tickets", "export", "--out", str(out)).exit_code == 0
    (row,) = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline=""))
    assert row["transcript"][:1] not in {*"=+-@\t\r＝"}
    stored = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    words = row["transcript"].removeprefix("'")
    assert words == stored or words.encode().decode("unicode_escape") == stored
    (told,) = json.loads(ivr("tickets", "export", "--format", "json").output)
    assert told["transcript"] == stored
    for words_ in (("tickets", "list"), ("tickets", "show", number), ("calls", "show", number)):
        output = ivr(*words_).output
        assert not {"\x1b", "\x07", "\u202e", "\x00"} & {*output}


def conversation(settings: Settings) -> str:
    """Record a busy call of twelve seconds; return the number of its ticket."""

    async def call() -> str:
        async with running(settings) as records:
            record = begun(records)

            def at(seconds: float, *noted: Event | Command) -> None:
                for one in noted:
                    record.note(one, ANSWERED + seconds)

            at(2.8, SpeechPossible(ANSWERED + 2.8), SpeechDismissed())
            at(3.2, SpeechPossible(ANSWERED + 3.0), SpeechStarted(ANSWERED + 3.0))
            at(4.0, LineChanged(Condition.NOISE, "SNR 8.1 dB < 12 dB over a floor of -41 dBov"))
            slots = Slots(surname="张", facts=("phone",))
            meaning = Meaning(
                "我要投诉", Intent.COMPLAINT_DEFERRED, Certainty.SURE, 0.93,
                Intent.SUGGESTION, 0.04, slots,
            )  # fmt: skip
            at(5.5, SpeechEnded(2.0, Words(meaning, 0.88)), EnterRow("complaint_deferred"))
            number = await promised(record, at=5.6)
            at(
                5.7,
                Play(2, Prompt("complaint_deferred", "simple", "很抱歉，张先生"), True, "louder"),
            )
            at(6.9, SpeechStarted(ANSWERED + 6.8), StopPlaying(2))
            at(9.0, SpeechEnded(1.7), KeyPressed("1"))
            at(10.0, Play(3, Prompt("closing", "farewell", "谢谢再见"), False))
            at(12.0, PromptFinished(3), HangUp(Outcome.STAYED_ON))
            record.close(Outcome.STAYED_ON, ANSWERED + 12.0)
        assert number is not None
        return number

    return asyncio.run(call())


def test_a_call_is_shown_as_a_transcript(settings: Settings, ivr: Ivr) -> None:
    number = conversation(settings)
    told = ivr("calls", "show", number).output.splitlines()
    assert told[0] == "2023-11-15 06:13:20  13800000000 → 66385255  12.0 s  stayed_on"
    assert f"ticket {number}  complaint  open  due 2023-11-15 08:13:25  OVERDUE" in told
    assert told[told.index("") + 1 :] == [
        "    0.00  row     greeting",
        "    0.00  bot     您好",
        "    3.00  caller  我要投诉 [complaint_deferred 0.93 sure; next suggestion 0.04; "
        "heard 0.88; surname 张; facts phone]",
        "    4.00  line    noise: SNR 8.1 dB < 12 dB over a floor of -41 dBov",
        "    5.50  row     complaint_deferred",
        f"    5.60  ticket  {number} complaint",
        "    5.70  bot     很抱歉，张先生 (louder) [0.7 s later] (cut after 1.2 s)",
        "    6.80  caller  (speaks 1.7 s)",
        "    9.00  caller  presses 1",
        "   10.00  bot     谢谢再见 [1.0 s later]",
        "   12.00  bot     hangs up: stayed_on",
    ]
    assert ivr("calls", "show", "1700.1").output.splitlines() == told
    (whole,) = json.loads(ivr("calls", "show", number, "--json").output)
    assert len(whole["steps"]) == 19
    assert whole["rows"] == ["greeting", "complaint_deferred"]


def test_calls_are_found_by_row_outcome_caller_and_age(settings: Settings, ivr: Ivr) -> None:
    number = conversation(settings)
    left(settings)
    assert len(json.loads(ivr("calls", "list", "--json").output)) == 2
    for found in (("--row", "complaint_deferred"), ("--limit", "1")):
        assert len(json.loads(ivr("calls", "list", "--json", *found).output)) == 1
    for none in (("--outcome", "limit"), ("--caller", "1"), ("--days", "1")):
        assert json.loads(ivr("calls", "list", "--json", *none).output) == []
    lines = ivr("calls", "list").output.splitlines()
    (line,) = [line for line in lines if "complaint_deferred" in line]
    assert number in line
    (row, _) = csv.DictReader(io.StringIO(ivr("calls", "export").output))
    assert row["started"] == "2023-11-15 06:13:20"
    assert len(json.loads(ivr("calls", "export", "--format", "json").output)[0]["steps"]) > 3
