"""The journal: one JSON line per call, appended when the call ends and synced to the disk."""

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from ivr.dialogue.commands import Command, EnterRow, Play
from ivr.dialogue.events import Event
from ivr.dialogue.outcome import Outcome

log = structlog.get_logger()


_LINE_ENDS = str.maketrans({end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"})
"""JSON leaves these as they are, and many a reader takes them for the end of a line."""


class JournalError(Exception):
    """The journal cannot be written; the message names the directory and the remedy."""


@dataclass(slots=True)
class CallRecord:
    """Implements :class:`ivr.ports.CallLog`: gathers one call and hands it over at its end."""

    call: str
    """The PBX's unique id of the channel."""
    number: str
    """The number that was dialled."""
    caller: str
    """The caller's number as the dialplan filtered it; not to be trusted."""
    started: datetime
    answered: float
    """Seconds on the monotonic clock, the zero of every step's ``at``."""
    done: Callable[["CallRecord"], None]
    rows: list[str] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    outcome: Outcome | None = None
    seconds: float = 0.0

    def note(self, what: Event | Command, now: float) -> None:
        """Add an event or a command; its fields are the record's."""
        if isinstance(what, EnterRow):
            self.rows.append(what.row)
        fields: dict[str, Any] = (
            {"prompt": what.prompt.id} if isinstance(what, Play) else asdict(what)
        )
        if "onset" in fields:  # a moment on our clock: told from the answer on, like ``at``
            fields["onset"] = round(fields["onset"] - self.answered, 3)
        step = {"at": round(now - self.answered, 3), "what": type(what).__name__}
        self.steps.append(step | fields)

    def close(self, outcome: Outcome, now: float) -> None:
        """The call is over."""
        self.outcome, self.seconds = outcome, round(now - self.answered, 3)
        self.done(self)

    def line(self) -> str:
        """The record as one line of JSON."""
        told = {
            "call": self.call,
            "number": self.number,
            "caller": self.caller,
            "started": self.started.isoformat(timespec="milliseconds"),
            "seconds": self.seconds,
            "outcome": self.outcome,
            "row": self.rows[-1] if self.rows else None,
            "rows": self.rows,
            "steps": self.steps,
        }
        return json.dumps(told, ensure_ascii=False).translate(_LINE_ENDS) + "\n"


class Journal:
    """Appends the lines of finished calls, off the event loop."""

    def __init__(self, directory: Path) -> None:
        """JournalError when the directory cannot be made or written to."""
        self._path = directory / "calls.jsonl"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._path.open("ab").close()
        except OSError as error:
            raise JournalError(
                f"records.directory = {directory} cannot be written ({error.strerror}): "
                "make it writable for this user or choose another"
            ) from None
        self._writing: set[asyncio.Task[None]] = set()
        self._one_at_a_time = threading.Lock()

    def begin(
        self, call: str, number: str, caller: str, answered: float, wall: float
    ) -> CallRecord:
        """The record of a call that was answered at ``answered`` (monotonic), ``wall`` (UTC)."""
        started = datetime.fromtimestamp(wall, UTC)
        return CallRecord(call, number, caller, started, answered, self._finished)

    async def close(self) -> None:
        """Every line is on the disk, or has been logged because the disk did not take it."""
        await asyncio.gather(*self._writing)

    def _finished(self, record: CallRecord) -> None:
        log.info(
            "call_ended", call=record.call, outcome=record.outcome, seconds=record.seconds,
            rows=record.rows,
        )  # fmt: skip
        task = asyncio.get_running_loop().create_task(self._keep(record.line()))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _keep(self, line: str) -> None:
        try:
            await asyncio.to_thread(self._append, line.encode("utf-8", "backslashreplace"))
        except OSError as error:
            log.error("record_not_written", why=str(error), record=line.rstrip())

    def _append(self, line: bytes) -> None:
        """Opened anew for each call, so that the file may be moved away at any time."""
        with self._one_at_a_time, self._path.open("ab", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # another service may have the same directory
            end = os.fstat(file.fileno()).st_size
            try:
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, "only a part of the record could be written")
                os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):  # half a line would spoil the next one too
                    os.ftruncate(file.fileno(), end)
                raise
