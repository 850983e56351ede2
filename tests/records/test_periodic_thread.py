"""The thread calls its function again and again, whatever that function raises."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from ivr.records.periodic_thread import PeriodicThread

SECONDS = 0.001
LIMIT_SECONDS = 10.0


def run_to_the_end(outcomes: Iterator[Exception | None]) -> list[tuple[str, str]]:
    """Return (event, level) of the log lines of a thread whose calls raise ``outcomes`` in turn."""
    over = threading.Event()

    def look() -> None:
        try:
            outcome = next(outcomes)
        except StopIteration:
            over.set()
            return
        if outcome is not None:
            raise outcome

    thread = PeriodicThread("looking", look, SECONDS, failing_event="looking_waits")
    with capture_logs() as logs:
        thread.start()
        assert over.wait(LIMIT_SECONDS)
        thread.stop(LIMIT_SECONDS)
    assert not thread.is_alive()
    return [(line["event"], line["log_level"]) for line in logs]


@pytest.mark.parametrize(
    "error", [OSError("no space"), OperationalError("SELECT 1", {}, Exception("locked"))]
)
def test_an_error_that_lasts_is_logged_once_until_a_call_succeeds(error: Exception) -> None:
    outcomes = [None, error, error, None, error, None]
    assert run_to_the_end(iter(outcomes)) == 2 * [("looking_waits", "warning")]


def test_a_defect_does_not_end_the_thread() -> None:
    outcomes = [KeyError("row"), KeyError("row"), None]
    assert run_to_the_end(iter(outcomes)) == 2 * [("periodic_thread_failed", "error")]


def test_a_thread_that_was_never_started_may_be_stopped() -> None:
    thread = PeriodicThread("idle", lambda: None, SECONDS, failing_event="idle_waits")
    thread.stop(LIMIT_SECONDS)
    assert thread.stopping
