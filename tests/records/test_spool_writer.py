"""A defect in one ticket answers its caller, and does not stop the thread."""

import queue
from pathlib import Path

from structlog.testing import capture_logs

from ivr.records.entries import SpoolEntry
from ivr.records.numbers import TicketNumbers
from ivr.records.spool import Spool
from ivr.records.spool_writer import Promise, SpoolWriter


def test_a_ticket_that_cannot_be_encoded_is_refused_at_once(tmp_path: Path) -> None:
    told: queue.Queue[str | None] = queue.Queue()
    writer = SpoolWriter(Spool(tmp_path, "run"), TicketNumbers(tmp_path, 0), lambda: None)
    writer.start()
    try:
        with capture_logs() as logs:
            for _ in range(2):
                writer.put(Promise(_broken, told.put))
                assert told.get(timeout=10) is None
    finally:
        writer.stop(10)
    assert writer.refused == 2
    assert [entry["event"] for entry in logs] == ["note_not_written"] * 2


def _broken(number: str) -> SpoolEntry:
    raise TypeError(f"no entry for {number}")
