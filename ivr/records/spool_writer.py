"""The thread that writes the spool, so that calls never wait for the disk.

The spool is the files that hold the records of calls until the database has them. A ticket is
written at once, together with the notes (entries other than tickets) that came before it. Notes are
gathered for _GATHER_SECONDS (0.02 s), so that one sync of the disk serves many of them. Notes that
the disk does not take stay in memory and are tried again. Tickets are not tried again: their
callers are told at once that the ticket could not be stored.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from ivr.records.entries import SpoolEntry, encode_entry
from ivr.records.numbers import TicketNumbers
from ivr.records.spool import Spool

log = structlog.get_logger()

_GATHER_SECONDS = 0.02
"""Seconds for which the writer waits after a note, so that further notes are written with the same
sync of the disk."""
_RETRY_SECONDS = 1.0
"""Seconds between a failed write to the spool and the next try."""
_WAITING_LINES = 50_000
"""Upper limit for the notes in memory while the disk fails; above it, the oldest notes are given
up. The limit is about the steps of 500 calls, or 10 MB."""
BATCH_ITEMS = 2_000
"""Upper limit for the notes and tickets that are written to the spool with one sync of the disk."""


@dataclass(frozen=True, slots=True)
class SpoolNote:
    """An entry for the spool other than a ticket, such as a step of a call.

    ``entry`` is called once, on the writer's thread, and returns the entry. The note is written
    together with other notes, up to 0.02 s later.
    """

    entry: Callable[[], SpoolEntry]


@dataclass(frozen=True, slots=True)
class Promise:
    """A ticket for the spool; it gets its number when it is written.

    ``entry`` is called with the number and returns the entry. ``made`` is called with the number
    once the entry is on the disk, or with None if it could not be written. Both are called on the
    writer's thread.
    """

    entry: Callable[[str], SpoolEntry]
    made: Callable[[str | None], None]


Item = SpoolNote | Promise


class SpoolWriter:
    """Takes notes and tickets from any thread, and writes them to the spool on its own thread."""

    def __init__(self, spool: Spool, numbers: TicketNumbers, written: Callable[[], None]) -> None:
        """Prepare the thread that writes to ``spool``; ``numbers`` gives tickets their numbers.

        The thread calls ``written`` after each successful write.
        """
        self.lost = 0
        """Number of notes given up since the start, because more than _WAITING_LINES (50,000)
        notes waited for the disk."""
        self.refused = 0
        """Number of tickets since the start that could not be written. Each caller was told that
        their ticket was not stored."""
        self.failing = False
        """Whether the last attempt to write to the disk failed."""
        self._spool, self._numbers, self._written = spool, numbers, written
        self._items: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._waiting: deque[bytes] = deque(maxlen=_WAITING_LINES)
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self) -> None:
        """Start the writer's thread."""
        self._thread.start()

    def put(self, item: Item) -> None:
        """Add a note or ticket to the writer's queue; never block."""
        self._items.put(item)

    def stop(self, seconds: float) -> None:
        """Write what is in the queue, and end the thread; wait at most ``seconds`` for both."""
        self._items.put(None)
        self._thread.join(seconds)

    @property
    def waiting(self) -> int:
        """Number of notes and tickets that are only in memory, not on the disk yet."""
        return len(self._waiting) + self._items.qsize()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            batch, stopping = self._gather()
            self._write(batch)
        self._spool.finish()

    def _gather(self) -> tuple[list[Item], bool]:
        """Wait for notes and tickets in the queue, and return them as the next batch to write.

        The second value is True if the thread must end after this batch.
        """
        batch: list[Item] = []
        until = time.monotonic() + _RETRY_SECONDS if self._waiting else None
        while len(batch) < BATCH_ITEMS:
            left = None if until is None else max(0.0, until - time.monotonic())
            try:
                item = self._items.get(timeout=left)
            except queue.Empty:
                break
            if item is None:
                return batch, True
            batch.append(item)
            if isinstance(item, Promise):
                until = 0.0  # with the items that are there already, without waiting for more
            elif until is None:
                until = time.monotonic() + _GATHER_SECONDS
        return batch, False

    def _write(self, batch: Sequence[Item]) -> None:
        notes, tickets = [], []
        for item in batch:
            try:
                if isinstance(item, SpoolNote):
                    notes.append(encode_entry(item.entry()))
                elif (number := self._number()) is None:
                    item.made(None)
                else:
                    tickets.append((encode_entry(item.entry(number)), item.made, number))
            except Exception:
                # A defect of ours must not end the thread.
                log.exception(
                    "note_not_written", reason="a defect of the service: see the traceback",
                    effect="one step of a call, or a ticket, is missing in the records; the caller "
                    "of a ticket is told that it could not be kept",
                    remedy="report this traceback",
                )  # fmt: skip
                if isinstance(item, Promise):
                    self.refused += 1
                    item.made(None)
        self._append(notes, tickets)

    def _append(
        self, notes: list[bytes], tickets: list[tuple[bytes, Callable[[str | None], None], str]]
    ) -> None:
        lines = [*self._waiting, *notes, *(line for line, _, _ in tickets)]
        if not lines:
            return
        try:
            self._spool.append(b"".join(lines))
        except OSError as error:
            self.lost += max(0, len(self._waiting) + len(notes) - _WAITING_LINES)
            self._waiting.extend(notes)
            self._alarm(error)
            for _, made, _ in tickets:
                self.refused += 1
                made(None)
            return
        self._waiting.clear()
        if self.failing:
            self.failing = False
            log.warning(
                "spool_works_again", lost_steps=self.lost, refused_tickets=self.refused,
                reason="the disk of records.directory can be written again",
                effect="callers can leave tickets again; what was lost since the start of the "
                "service (lost_steps of calls, refused_tickets) stays lost",
                remedy="none needed",
            )  # fmt: skip
        for _, made, number in tickets:
            made(number)
        self._written()

    def _number(self) -> str | None:
        try:
            return self._numbers.take()
        except (OSError, ValueError) as error:
            self.refused += 1
            self._alarm(error)
            return None

    def _alarm(self, error: Exception) -> None:
        if not self.failing:
            self.failing = True
            log.error(
                "spool_not_written",
                reason=str(error),
                effect="calls go on, but no ticket can be kept until the disk can be written, and "
                f"callers are told so; the last {_WAITING_LINES} steps of calls wait in memory",
                remedy="make room on the disk of records.directory, or repair it",
            )  # fmt: skip
