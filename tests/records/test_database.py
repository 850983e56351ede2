"""The service migrates its database, and refuses a database of a newer version."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, select, text

from ivr.config import RecordsSettings as Settings
from ivr.records.database import (
    DatabaseError,
    NewerDatabaseError,
    connect,
    migrate,
    newest,
    reading,
    url_of,
)
from ivr.records.keeper import Records, RecordsError
from ivr.records.schema import calls_table, metadata, notifications, steps_table, tickets_table
from tests.records.kept import begun, ended, migrated, promised, rows_of, running

STARTED = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
CALL = {
    "call": "0f3a52c1", "uniqueid": "1700.1", "run": "gone", "number": "66385255",
    "caller": "13800000000", "started": STARTED, "ended": STARTED + timedelta(seconds=9),
    "seconds": 9.0, "outcome": "stayed_on", "rows": "greeting", "recording": None,
}  # fmt: skip
TICKET = {
    "call": "0f3a52c1", "step": 4, "number": "582369", "kind": "complaint", "status": "open",
    "row": "complaint_deferred", "caller": "13800000000", "surname": "张",
    "created": STARTED, "changed": STARTED, "deadline": STARTED + timedelta(hours=2),
}  # fmt: skip


async def test_an_empty_database_is_brought_to_our_version(empty: Settings) -> None:
    async with running(empty) as records:
        ended(begun(records))
    assert [row["outcome"] for row in rows_of(empty, calls_table)] == ["stayed_on"]


async def test_migrations_go_down_and_up_with_the_data_in_place(settings: Settings) -> None:
    async with running(settings) as records:
        record = begun(records)
        await promised(record)
        ended(record)
    kept = {table: rows_of(settings, table) for table in (calls_table, steps_table, tickets_table)}
    assert all(kept.values())
    migrated(settings, "0001")
    engine = connect(url_of(settings))
    assert not inspect(engine).has_table(notifications.name)
    assert rows_of(settings, steps_table) == kept[steps_table]
    with reading(engine) as connection:  # calls had fewer columns then
        assert connection.execute(select(calls_table.c.call)).scalars().all() == [record.call]
    migrated(settings)
    assert inspect(engine).has_table(notifications.name)
    assert {table: rows_of(settings, table) for table in kept} == kept
    migrated(settings, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_scenario_results_are_dropped_and_calls_and_tickets_stay(
    settings: Settings,
) -> None:
    """A database of version 0003 goes up to 0004 and down again."""
    migrated(settings, "base")
    migrated(settings, "0003")
    engine = connect(url_of(settings))
    dropped = "scenario_results"
    before = described(engine, dropped)
    assert len(before) == 6
    with engine.begin() as connection:
        connection.execute(calls_table.insert(), CALL)
        connection.execute(tickets_table.insert(), TICKET)
        connection.execute(
            text(f"INSERT INTO {dropped} VALUES ('r', 'no_sound', '2023-11-14 00:00', 1, 2.5, '')")
        )
    tables = calls_table, tickets_table
    kept = [rows_of(settings, table) for table in tables]
    assert [len(rows) for rows in kept] == [1, 1]
    migrated(settings, "0004")
    assert not inspect(engine).has_table(dropped)
    assert [rows_of(settings, table) for table in tables] == kept
    migrated(settings, "0003")
    assert described(engine, dropped) == before
    assert [rows_of(settings, table) for table in tables] == kept
    engine.dispose()


def described(engine: Engine, table: str) -> list[tuple[str, str, bool, bool]]:
    """Return name, type, whether it may be NULL and whether it is in the key, of each column."""
    found = inspect(engine)
    key = found.get_pk_constraint(table)["constrained_columns"]
    return [
        (column["name"], str(column["type"]), column["nullable"], column["name"] in key)
        for column in found.get_columns(table)
    ]


def test_the_migrations_make_the_tables_of_the_schema(settings: Settings) -> None:
    migrated(settings)
    engine = connect(url_of(settings))
    found = inspect(engine)
    assert {*found.get_table_names()} == {*metadata.tables, "alembic_version"}
    for table in metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
        key = found.get_pk_constraint(table.name)["constrained_columns"]
        assert key == [column.name for column in table.primary_key]
        indexes = {index["name"] for index in found.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indexes
    engine.dispose()


async def test_a_database_of_a_newer_version_is_refused(settings: Settings) -> None:
    migrated(settings)
    engine = connect(url_of(settings))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    sentence = f"have version 0099, and this program knows none newer than {newest()}: install"
    with pytest.raises(NewerDatabaseError, match=sentence):
        migrate(engine)
    engine.dispose()
    with pytest.raises(RecordsError, match=sentence):
        await Records(settings).start()


@pytest.mark.parametrize(
    ("database", "words"),
    [
        ("nonsense", "is not a URL"),
        ("mysql://ivr@localhost/ivr", "cannot be used: write sqlite:///FILE or postgresql://"),
        ("sqlite://", "cannot be used"),
        ("postgresql://ivr:secret@localhost/ivr", "put it into a file"),
    ],
)
def test_a_wrong_url_of_the_database_is_one_sentence(
    tmp_path: Path, database: str, words: str
) -> None:
    with pytest.raises(DatabaseError, match=words) as raised:
        url_of(Settings(directory=tmp_path, database=database))
    assert "secret" not in str(raised.value)


def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n")
    url = url_of(
        Settings(
            directory=tmp_path,
            database="postgresql://ivr@db/ivr",
            password_file=tmp_path / "password",
        )
    )
    assert (url.password, url.drivername) == ("geheim", "postgresql+psycopg")
