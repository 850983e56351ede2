"""The thread that writes the spool, so that calls never wait for the disk.

A ticket is written at once, with all notes before it; other notes are gathered for a moment, so
that one sync serves many. Notes that the disk does not take stay in memory and are tried again.
Tickets are not: their callers are told at once that they could not be kept.
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
"""Seconds after a first note in which further ones are gathered for the same sync."""
_RETRY_SECONDS = 1.0
"""Seconds before the disk is tried again after a failure."""
_WAITING_LINES = 50_000
"""Notes that stay in memory while the disk takes none: the steps of 500 calls, about 10 MB."""
BATCH_ITEMS = 2_000
"""Notes and tickets in one write at most."""


@dataclass(frozen=True, slots=True)
class SpoolNote:
    """An entry that is written soon; ``entry`` makes it, on the writer's thread."""

    entry: Callable[[], SpoolEntry]


@dataclass(frozen=True, slots=True)
class Promise:
    """A ticket, whose entry gets a number.

    ``made`` is called with the number when the entry is on the disk, or with None if it could not
    be written.
    """

    entry: Callable[[str], SpoolEntry]
    made: Callable[[str | None], None]


Item = SpoolNote | Promise


class SpoolWriter:
    """Takes notes and tickets from any thread, and writes them on its own."""

    def __init__(self, spool: Spool, numbers: TicketNumbers, written: Callable[[], None]) -> None:
        """``written`` is called on the writer's thread whenever the spool has grown."""
        self.lost = 0
        """Notes that were given up because more than _WAITING_LINES waited."""
        self.refused = 0
        """Tickets that could not be kept; their callers were told so."""
        self.failing = False
        """Whether the disk did not take the last lines."""
        self._spool, self._numbers, self._written = spool, numbers, written
        self._items: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._waiting: deque[bytes] = deque(maxlen=_WAITING_LINES)
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, item: Item) -> None:
        """Hand over an item without blocking."""
        self._items.put(item)

    def stop(self, seconds: float) -> None:
        """Write the items that were put so far, and end; wait at most ``seconds`` for it."""
        self._items.put(None)
        self._thread.join(seconds)

    @property
    def waiting(self) -> int:
        """Notes that are in memory only."""
        return len(self._waiting) + self._items.qsize()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            batch, stopping = self._gather()
            self._write(batch)
        self._spool.finish()

    def _gather(self) -> tuple[list[Item], bool]:
        """Return the next items, and whether they are the last."""
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
                log.exception("note_not_written")  # a defect of ours must not end the thread
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
            log.warning("spool_works_again", lost=self.lost, refused=self.refused)
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
                reason=str(error), effect="tickets are refused until it can be written",
            )  # fmt: skip
