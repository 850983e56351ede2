"""Every test of the records runs on both databases: SQLite, and a real PostgreSQL.

Migrating an empty database takes longer than most tests, so each test gets a copy of one that was
migrated once. What begins with an empty database asks for ``empty``.
"""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ivr.config import RecordsSettings as Settings
from ivr.records.database import url_of
from tests.records.kept import migrated
from tests.records.postgres import Server, server

_names = count()
_BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server with a migrated database to copy, started when the first test asks for it."""
    with server() as running:
        migrated(Settings(directory=running.data.parent, database=running.url(running.TEMPLATE)))
        yield running


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated SQLite database, to be copied."""
    template = Settings(directory=tmp_path_factory.mktemp("template"))
    migrated(template)
    return Path(str(url_of(template).database))


@pytest.fixture(params=_BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with an empty database."""
    if request.param == "sqlite":
        return Settings(directory=tmp_path / "records")
    running: Server = request.getfixturevalue("postgres")
    return _on(running, tmp_path, template="template1")


@pytest.fixture(params=_BOTH)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with a migrated database that holds nothing."""
    if request.param == "sqlite":
        on_sqlite: Settings = request.getfixturevalue("on_sqlite")
        return on_sqlite
    running: Server = request.getfixturevalue("postgres")
    return _on(running, tmp_path, template=running.TEMPLATE)


@pytest.fixture
def on_sqlite(tmp_path: Path, sqlite: Path) -> Settings:
    """Settings with a migrated SQLite database, for what does not depend on the database."""
    directory = tmp_path / "records"
    directory.mkdir()
    shutil.copy(sqlite, directory / sqlite.name)
    return Settings(directory=directory)


def _on(running: Server, tmp_path: Path, template: str) -> Settings:
    name = f"records_{next(_names)}"
    running.create(name, template)
    return Settings(directory=tmp_path / "records", database=running.url(name))
