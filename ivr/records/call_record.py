"""The record of one call: its events, commands and tickets become entries of the spool.

The spool is the files on the disk that hold the records until the database has them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from ivr.dialogue.commands import (
    Command,
    DropRecording,
    EnterRow,
    MakeTicket,
    Play,
    StartRecording,
)
from ivr.dialogue.events import Event
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket
from ivr.records.entries import SpoolEntry
from ivr.records.recording_files import name_of
from ivr.records.spool_writer import Item, Promise, SpoolNote
from ivr.translation import marked

log = structlog.get_logger()

REFUSED = marked("the caller did not want to be recorded")
"""Text for the column ``problem`` of a recording that the caller refused."""


class CallRecord:
    """Writes the record of one call to the spool; implements :class:`ivr.call.ports.CallLog`.

    The callback of :meth:`make_ticket` is called on the event loop in which this object was made.
    """

    def __init__(
        self, run: str, uniqueid: str, number: str, caller: str, answered: float, wall: float,
        put: Callable[[Item], None],
    ) -> None:  # fmt: skip
        """Begin the record of a call that was answered at ``answered``.

        ``answered`` is in seconds of the monotonic clock; ``wall`` is the same moment as Unix time.
        ``run`` names this process of the service, and ``uniqueid`` the PBX's channel. ``caller`` is
        the caller's number, and ``number`` the number that they dialled. ``put`` adds an entry to
        the spool; it is called with each note or ticket of the call.
        """
        self.call = uuid4().hex
        """Our id of the call. The PBX's ``uniqueid`` does not identify a record: if a service dies
        in a call, the service that takes the call over makes a second record of the channel."""
        self._caller, self._answered, self._wall, self._put = caller, answered, wall, put
        self.recording = name_of(uniqueid, self.call, self._at(answered))
        """Path of the recording below recording.directory, even if the call is never recorded."""
        self._recorded: str | None = None
        self._rows: list[str] = []
        self._step = 0
        self._loop = asyncio.get_running_loop()
        begun: SpoolEntry = {
            "entry": "call", "call": self.call, "uniqueid": uniqueid, "run": run,
            "number": number, "caller": caller, "started": _iso(self._at(answered)),
        }  # fmt: skip
        put(SpoolNote(lambda: begun))

    def note(self, what: Event | Command, now: float) -> None:
        """Add an event or a command to the record as its next step.

        ``now`` is the moment of the step, in seconds of the monotonic clock.
        """
        self._step += 1
        step = self._step
        self._put(SpoolNote(lambda: self._noted(step, what, now)))
        match what:
            case EnterRow(row):
                self._rows.append(row)
            case StartRecording():
                self._recorded = self.recording
                self._put_recording("recording", {"file": self.recording}, now)
            case DropRecording():
                self._recorded = None
                self._put_recording("recording_dropped", {"problem": REFUSED}, now)
            case _:
                pass

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        """Order a ticket to be written to the spool, as part of the latest step of the call.

        ``now`` is the moment of the ticket, in seconds of the monotonic clock. Return at once;
        later ``made`` is called on the event loop, with the ticket's number when the ticket is on
        the disk, or with None if it could not be written.
        """
        step = self._step
        created, recording = self._at(now), self._recorded
        due = None if ticket.hours is None else created + timedelta(hours=ticket.hours)

        def entry(number: str) -> SpoolEntry:
            left = asdict(ticket)
            del left["hours"]  # the deadline says it
            return {
                "entry": "ticket", "call": self.call, "step": step, "number": number,
                "status": "open", "caller": self._caller, "recording": recording,
                "created": _iso(created), "changed": _iso(created),
                "deadline": due and _iso(due), **left,
            }  # fmt: skip

        def tell(number: str | None) -> None:
            if number is None:
                log.error(
                    "ticket_not_kept", kind=ticket.kind, row=ticket.row,
                    reason="the disk of records.directory did not take it",
                    effect="the ticket is lost; a caller who waits for its number is told so",
                    remedy="carry out the remedy of the log line spool_not_written",
                )  # fmt: skip
            else:
                log.info("ticket_made", ticket=number, kind=ticket.kind, row=ticket.row)
            made(number)

        self._put(Promise(entry, lambda number: self._later(tell, number)))

    def close(self, outcome: Outcome, now: float) -> None:
        """Add to the record that the call ended with ``outcome``; this is its last entry.

        ``now`` is the moment of the end, in seconds of the monotonic clock.
        """
        seconds, rows = round(now - self._answered, 3), list(self._rows)
        log.info("call_ended", call=self.call, outcome=outcome, seconds=seconds, sheet_rows=rows)
        ended: SpoolEntry = {
            "entry": "end", "call": self.call, "outcome": outcome, "seconds": seconds,
            "ended": _iso(self._at(now)), "rows": " ".join(rows),
        }  # fmt: skip
        self._put(SpoolNote(lambda: ended))

    def _put_recording(self, kind: str, told: SpoolEntry, now: float) -> None:
        entry = {"entry": kind, "call": self.call, "started": _iso(self._at(now)), **told}
        self._put(SpoolNote(lambda: entry))

    def _at(self, now: float) -> datetime:
        """Return the UTC time of ``now``, which is in seconds of the monotonic clock.

        A change of the system's clock during the call has no effect on the result.
        """
        return datetime.fromtimestamp(self._wall + now - self._answered, UTC)

    def _noted(self, step: int, what: Event | Command, now: float) -> SpoolEntry:
        return {
            "entry": "step", "call": self.call, "step": step,
            "at": round(now - self._answered, 3), "wall": _iso(self._at(now)),
            "what": type(what).__name__, "fields": self._fields(what),
        }  # fmt: skip

    def _fields(self, what: Event | Command) -> dict[str, Any]:
        if isinstance(what, Play):
            louder = {} if what.rendering == "normal" else {"rendering": what.rendering}
            return {"play": what.play, "prompt": what.prompt.id, "text": what.prompt.text} | louder
        fields = asdict(what)
        if isinstance(what, MakeTicket):  # older steps, and their readers, have the row beside it
            fields["row"] = fields["ticket"].pop("row")
        if fields.get("words"):  # guesses may be the numbers of people who have not called
            del fields["words"]["numbers"]
        if "onset" in fields:  # monotonic; the record counts from the answer, as in ``at``
            fields["onset"] = round(fields["onset"] - self._answered, 3)
        return fields

    def _later(self, tell: Callable[[str | None], None], number: str | None) -> None:
        """Call ``tell`` with ``number`` on the event loop; this runs on the spool writer's thread.

        Do nothing if the event loop is closed: all of its calls are over then.
        """
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(tell, number)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
