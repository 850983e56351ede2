"""Every test of the records runs on both databases: SQLite, and a real PostgreSQL."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ivr.config import RecordsSettings as Settings
from tests.records.postgres import Server, server

_names = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server, started when the first test asks for it."""
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with an empty database, or a schema as good as one."""
    directory = tmp_path / "records"
    if request.param == "sqlite":
        return Settings(directory=directory)
    running: Server = request.getfixturevalue("postgres")
    name = f"records_{next(_names)}"
    running.create(name)
    return Settings(directory=directory, database=running.url(name))


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Settings:
    """Settings with an empty SQLite database, for what has nothing to do with which."""
    return Settings(directory=tmp_path / "records")
