"""Old records are removed; unfinished tickets and their calls stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from ivr.cli import app
from ivr.config import RecordsSettings as Settings
from ivr.dialogue.events import SpeechEnded
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.records import prune as retention
from ivr.records.database import connect, url_of
from ivr.records.prune import Pruned, old_records, prune_records
from ivr.records.schema import callers, calls_table, steps_table, tickets_table, utterances_table
from ivr.records.tickets import TicketStatus, change
from tests.records.kept import ANSWERED, COMPLAINT, WALL, begun, ended, promised, rows_of, running

CALLED = datetime.fromtimestamp(WALL, UTC)
DAY = timedelta(days=1)


def said(text: str) -> SpeechEnded:
    return SpeechEnded(1.0, Words(Meaning(text, Intent.OTHER, Certainty.SURE, 0.9)))


async def test_calls_with_unfinished_tickets_stay_and_others_are_removed(
    settings: Settings,
) -> None:
    async with running(settings) as records:
        first, second = begun(records), begun(records)
        first.note(said("喂"), ANSWERED)
        finished = await promised(first, Ticket(TicketKind.ABUSE))
        waiting = await promised(second, COMPLAINT)
        ended(first)
        ended(second)
    engine = connect(url_of(settings))
    assert prune_records(engine, CALLED) == Pruned(0, 0, 0)
    with engine.begin() as connection:
        change(connection, str(finished), TicketStatus.DONE, CALLED + 2 * DAY)
    assert old_records(engine, CALLED + DAY) == Pruned(calls=1, tickets=0, callers=1)
    assert prune_records(engine, CALLED + 3 * DAY) == Pruned(calls=1, tickets=1, callers=1)
    assert [ticket["number"] for ticket in rows_of(settings, tickets_table)] == [waiting]
    (call,) = rows_of(settings, calls_table)
    assert call["call"] == second.call
    assert {step["call"] for step in rows_of(settings, steps_table)} == {second.call}
    assert rows_of(settings, utterances_table) == rows_of(settings, callers) == []
    engine.dispose()


async def test_many_calls_are_removed_in_batches(settings: Settings) -> None:
    assert retention.BATCH < 1100
    async with running(settings) as records:
        for _ in range(1100):
            records.begin("1700.1", "", "", ANSWERED, WALL)
    engine = connect(url_of(settings))
    assert prune_records(engine, CALLED + DAY).calls == 1100
    engine.dispose()
    assert rows_of(settings, calls_table) == []


async def test_the_words_of_pruned_calls_are_overwritten_in_the_file(on_sqlite: Settings) -> None:
    """Callers may have told of their health or money."""
    words = "我的身份证号码"
    async with running(on_sqlite) as records:
        record = begun(records)
        record.note(said(words), ANSWERED)
        ended(record)
    files = [on_sqlite.directory / "records.db", on_sqlite.directory / "records.db-wal"]
    assert any(words.encode() in file.read_bytes() for file in files if file.exists())
    engine = connect(url_of(on_sqlite))
    prune_records(engine, CALLED + DAY)
    engine.dispose()  # closing the last connection empties the write-ahead log
    assert not any(words.encode() in file.read_bytes() for file in files if file.exists())


async def test_a_dry_run_tells_what_prune_would_remove(on_sqlite: Settings, tmp_path: Path) -> None:
    async with running(on_sqlite) as records:
        ended(begun(records))
    (tmp_path / "ivr.toml").write_text(f'[records]\ndirectory = "{on_sqlite.directory}"\n')
    words = ["records", "prune", "-c", str(tmp_path / "ivr.toml")]
    told = CliRunner().invoke(app, [*words, "--dry-run"]).output
    assert told == "1 calls, 0 tickets and 0 callers of more than 180 days ago would go\n"
    assert len(rows_of(on_sqlite, calls_table)) == 1
    assert "are gone" in CliRunner().invoke(app, words).output
    assert rows_of(on_sqlite, calls_table) == []
