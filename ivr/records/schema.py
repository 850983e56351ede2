"""The tables of the records' database, described once for SQLite and PostgreSQL.

The migrations make the same tables. There are no foreign keys. A ticket or step is worth storing
even if the entry of its call was lost while the disk was full.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """Column type of a moment in UTC; SQLite keeps it as text without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment ``value`` in the form in which the database stores it.

        For SQLite this is UTC without a time zone; for PostgreSQL it is unchanged. None stays None.
        """
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment that was read from the database as UTC; None stays None."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class KeptText(TypeDecorator[str]):
    r"""Column type of text from a caller or from the PBX, which may hold any character.

    No database takes NUL and surrogates. They are stored as escapes such as ``\x00`` and
    ``\udcff``, and are read as these escapes, too. All other characters are stored as they are.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text to store, with escapes for NUL and surrogates; None stays None."""
        if value is None:
            return None
        return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


class Fields(TypeDecorator[dict[str, Any]]):
    """Column type of a dictionary, such as the fields of a step; stored as JSON in ASCII."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """Return the dictionary as JSON text for the database; None stays None."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """Return the dictionary that JSON text from the database holds; None stays None."""
        return None if value is None else json.loads(value)


metadata = MetaData()

calls_table = Table(
    "calls",
    metadata,
    Column("call", String(64), primary_key=True),  # our id: two services may serve a channel
    Column("uniqueid", KeptText, nullable=False),  # the PBX's
    Column("run", String(64), nullable=False),  # the process that served it
    Column("number", KeptText, nullable=False),
    Column("caller", KeptText, nullable=False),
    Column("started", Instant, nullable=False),
    Column("ended", Instant),
    Column("seconds", Double),
    Column("outcome", String(32)),
    Column("rows", KeptText),  # of the sheet, in order, with spaces between them
    Column("recording", KeptText),  # a file below recording.directory
    Index("calls_by_start", "started"),
    Index("calls_by_uniqueid", "uniqueid"),
    Index("calls_by_run", "run", "ended"),
)

steps_table = Table(
    "steps",
    metadata,
    Column("call", String(64)),
    Column("step", Integer, autoincrement=False),
    Column("at", Double, nullable=False),  # seconds since the answer, on the monotonic clock
    Column("wall", Instant, nullable=False),
    Column("what", String(64), nullable=False),
    Column("fields", Fields, nullable=False),
    PrimaryKeyConstraint("call", "step"),
)

utterances_table = Table(
    "utterances",
    metadata,
    Column("call", String(64)),
    Column("step", Integer, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("transcript", KeptText, nullable=False),
    Column("confidence", Double),
    Column("intent", String(64), nullable=False),
    Column("certainty", String(16), nullable=False),
    Column("score", Double, nullable=False),
    Column("runner_up", String(64)),
    Column("runner_up_score", Double, nullable=False),
    Column("slots", Fields, nullable=False),
    PrimaryKeyConstraint("call", "step"),
)

tickets_table = Table(
    "tickets",
    metadata,
    Column("call", String(64)),
    Column("step", Integer, autoincrement=False),
    Column("number", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("row", String(64), nullable=False),
    Column("caller", KeptText, nullable=False),
    Column("surname", KeptText),
    Column("title", KeptText),
    Column("contact", KeptText),
    Column("department", KeptText),
    Column("transcript", KeptText),
    Column("recording", KeptText),
    Column("customer_class", KeptText),
    Column("created", Instant, nullable=False),
    Column("deadline", Instant),
    Column("assignee", KeptText),
    Column("note", KeptText),
    Column("changed", Instant, nullable=False),
    PrimaryKeyConstraint("call", "step"),
    Index("tickets_by_number", "number"),  # unique, unless two sites are set up alike
    Index("tickets_by_status", "status", "deadline"),
)

recordings_table = Table(
    "recordings",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("file", KeptText, nullable=False),  # below recording.directory
    Column("started", Instant, nullable=False),
    Column("kept", Instant),  # when the file was complete, and the next three were set
    Column("octets", BigInteger),
    Column("seconds", Double),
    Column("sha256", String(64)),
    Column("removed", Instant),  # when it was given up or removed: missing, refused or old
    Column("problem", KeptText),  # why there is no file
    Index("recordings_by_start", "started"),
    Index("recordings_by_state", "kept", "removed"),
)

reviews_table = Table(
    "reviews",
    metadata,
    Column("call", String(64)),
    Column("step", Integer, autoincrement=False),  # the SpeechEnded that a person has reviewed
    Column("intent", String(64)),  # what the caller wanted; empty if there was nothing to learn
    Column("reviewed", Instant, nullable=False),
    PrimaryKeyConstraint("call", "step"),
)

callers = Table(
    "callers",
    metadata,
    Column("caller", KeptText, primary_key=True),
    Column("abuse", Integer, nullable=False),
    Column("nuisance", Integer, nullable=False),
    Column("last", Instant, nullable=False),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", String(64), primary_key=True),  # receivers recognise repetitions by it
    Column("ticket", String(16), nullable=False),
    Column("event", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("created", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("delivered", Instant),
    Column("problem", KeptText),
    UniqueConstraint("ticket", "event", "channel", name="one_notification_per_event"),
    Index("notifications_by_due", "delivered", "due"),
)
