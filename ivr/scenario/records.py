"""Read the service's own records of the test calls, if they can be read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from ivr.config import RecordsSettings
from ivr.records.calls import listed_calls, steps_of, tickets_of
from ivr.records.database import connect, reading, url_of, why
from ivr.records.transcript import TranscriptLine, lines
from ivr.scenario.steps import TicketLeft
from ivr.translation import tr

_PATIENCE_SECONDS = 10.0
"""Upper limit, in seconds, for the wait for calls' records. After it, a record counts as missing.
Records are usually complete just after the calls end."""
NEAR_SECONDS = 0.5
"""Upper limit, in seconds, for the difference between two times of answer. One is from the
service's record, one from the caller's telephone. Closer times belong to the same call."""


class NoRecordsError(Exception):
    """The service's records of calls cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call as the service's records show it: time, outcome, tickets and transcript."""

    started: float
    """Time at which the call was answered, in seconds since the epoch."""
    outcome: str
    tickets: Sequence[TicketLeft]
    transcript: Sequence[TranscriptLine]


async def records_of(
    settings: RecordsSettings, answers: Sequence[float], patience: float = _PATIENCE_SECONDS
) -> list[RecordedCall | None]:
    """Return the service's record of each call in ``answers``, in the same order.

    ``settings`` name the database of the records. ``answers`` are the times at which the callers'
    telephones were answered, in seconds since the epoch. The record whose time of answer differs by
    less than 0.5 s (NEAR_SECONDS) belongs to the call. Records are awaited for up to ``patience``
    seconds; None stands for one that is missing after that. Raise NoRecordsError if the records
    cannot be read.
    """
    since = datetime.fromtimestamp(min(answers) - NEAR_SECONDS, UTC)
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        there = _read(settings, since)
        found = [_nearest(answer, there) for answer in answers]
        if None not in found or asyncio.get_running_loop().time() >= deadline:
            return found
        await asyncio.sleep(0.2)  # a database sends no notice of new rows


def check_readable(settings: RecordsSettings) -> None:
    """Raise NoRecordsError if the service's records cannot be read with ``settings``.

    The check is for the time before any call is made. Raise DatabaseError if the database's URL is
    not valid, and ConfigError if the file with its password cannot be read.
    """
    url = url_of(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise NoRecordsError(
            tr("there are no records at {path}: name the service's settings file with -c").format(
                path=url.database
            )
        )
    _read(settings, datetime.now(UTC))


def _read(settings: RecordsSettings, since: datetime) -> list[RecordedCall]:
    engine = connect(url_of(settings))
    try:
        with reading(engine) as connection:
            return [
                _record(
                    call, steps_of(connection, call["call"]), tickets_of(connection, call["call"])
                )
                for call in listed_calls(connection, since=since)
                if call["ended"] is not None
            ]
    except SQLAlchemyError as error:
        raise NoRecordsError(
            tr(
                "the service's records cannot be read ({reason}): name the service's "
                "settings file with -c"
            ).format(reason=why(error))
        ) from None
    finally:
        engine.dispose()


def _record(
    call: dict[str, Any], steps: Sequence[dict[str, Any]], tickets: Sequence[dict[str, Any]]
) -> RecordedCall:
    numbers = {ticket["step"]: ticket["number"] for ticket in tickets}
    return RecordedCall(
        call["started"].timestamp(),
        call["outcome"],
        [_left(ticket) for ticket in tickets],
        lines(steps, numbers),
    )


def _left(ticket: dict[str, Any]) -> TicketLeft:
    due = ticket["deadline"]
    hours = None if due is None else (due - ticket["created"]).total_seconds() / 3600
    told = {**ticket, "hours": hours}
    return TicketLeft.model_validate({name: told[name] for name in TicketLeft.model_fields})


def _nearest(answer: float, records: Sequence[RecordedCall]) -> RecordedCall | None:
    best = min(records, key=lambda record: abs(record.started - answer), default=None)
    return best if best is not None and abs(best.started - answer) < NEAR_SECONDS else None
