"""Opens the records' database, reads its version, and migrates it to this program's version."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from ivr import config
from ivr.config import read_secret
from ivr.translation import tr

LOCK_SECONDS = 5.0
"""Time limit in seconds for SQLite's wait while another process has locked the database. A
transaction that would wait longer fails."""
_CONNECT_SECONDS = 5
_MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATION_LOCK = 0x697672
"""Key of PostgreSQL's advisory lock, "ivr" in ASCII. Two services that start together both take
this lock, so they migrate the database one after the other."""


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence with the fault and the remedy."""


class NewerDatabaseError(DatabaseError):
    """The database was written by a newer version of this program, so this one cannot use it."""


def url_of(settings: config.RecordsSettings) -> URL:
    """Return the URL of the database of the records, with the password from its file.

    Raise DatabaseError if records.database is no URL of SQLite or PostgreSQL, or if it holds a
    password. Raise ConfigError if the file with the password cannot be read.
    """
    text = settings.database or f"sqlite:///{settings.directory / 'records.db'}"
    try:
        url = make_url(text)
    except ArgumentError:
        raise DatabaseError(
            tr("records.database is not a URL: write sqlite:///FILE or postgresql://USER@HOST/NAME")
        ) from None
    if url.password is not None:
        raise DatabaseError(
            tr(
                "records.database holds a password: put it into a file and name that "
                "in records.password_file"
            )
        )
    backend = url.get_backend_name()
    if backend == "postgresql":
        secret = read_secret(settings.password_file, "records.password_file")
        if secret is not None:
            url = url.set(password=secret.get_secret_value())
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not url.database:
        raise DatabaseError(
            tr(
                "records.database = {text} cannot be used: write sqlite:///FILE or "
                "postgresql://USER@HOST/NAME"
            ).format(text=text)
        )
    return url


def connect(url: URL, lock_seconds: float = LOCK_SECONDS) -> Engine:
    """Return an engine for the database ``url``; open no connection yet.

    ``lock_seconds`` is the longest wait for another process's lock of an SQLite database. SQLite
    runs in WAL mode, so that readers never wait, and syncs at each commit. A transaction that may
    write takes the lock for writing when it begins (IMMEDIATE). If it took the lock only at its
    first write (DEFERRED), it would fail whenever another transaction had written meanwhile
    (measured).
    """
    if url.get_backend_name() == "postgresql":
        return create_engine(url, connect_args={"connect_timeout": _CONNECT_SECONDS})
    engine = create_engine(url, connect_args={"timeout": lock_seconds})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # keeps the driver from beginning transactions itself
        # secure_delete: retention overwrites what it deletes.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a read-only transaction, which waits for no other transaction."""
    with engine.connect().execution_options(reads=True) as connection, connection.begin():
        yield connection


def newest() -> str:
    """Return the newest database version that this program knows, such as ``0004``.

    The program works only with a database of this version.
    """
    head = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def version(connection: Connection) -> str | None:
    """Return the version of the database, such as ``0004``; None if it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def has_current_version(connection: Connection) -> bool:
    """Return True if the database's tables have the version that this program needs.

    Return False if they are older or missing, so that the database must be migrated. Raise
    NewerDatabaseError if this program does not know their version.
    """
    found = version(connection)
    known = {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if found is not None and found not in known:
        name = connection.engine.url.render_as_string(hide_password=True)
        raise NewerDatabaseError(
            tr(
                "the records in {name} have version {found}, and this program knows "
                "none newer than {newest}: install the version of ivr that wrote them, "
                "or restore an older copy"
            ).format(name=name, found=found, newest=newest())
        )
    return found == newest()


def migrate(engine: Engine, to: str = "head") -> None:
    """Change the database's tables to version ``to``, newer or older, in one transaction.

    ``to`` is a version such as ``0004``, ``head`` (the newest) or ``base`` (no tables). If the
    newest version is wanted and present, nothing is written, so no right to create tables is
    needed. Raise NewerDatabaseError if this program does not know the database's version, and
    DatabaseError if ``to`` is not a version.
    """
    known = {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if to not in (known := known | {"head", "base"}):
        raise DatabaseError(
            tr("{to} is not a version of the records: give one of {known}").format(
                to=to, known=", ".join(sorted(known))
            )
        )
    with reading(engine) as connection:
        if has_current_version(connection) and to in ("head", newest()):
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        has_current_version(connection)
        settings = Config()
        settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        settings.attributes["connection"] = connection
        here = version(connection)
        down = to == "base" or (here is not None and to != "head" and to < here)
        (command.downgrade if down else command.upgrade)(settings, to)


def why(error: Exception) -> str:
    """Return the first line of an error's message, or the name of its class if it has none.

    For a database error it is the message of the driver, without the SQL statement and its values.
    """
    told = str(getattr(error, "orig", None) or error).strip()
    return told.splitlines()[0] if told else type(error).__name__
