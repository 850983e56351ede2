"""A daemon thread that calls a function at a regular interval, such as a check of the disk."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ivr.records.database import why

log = structlog.get_logger()

_EFFECTS = {
    "notify": "calls go on; the supervisor's notifications of tickets are late",
    "recordings": "calls go on; finished recordings are not completed yet",
}
"""Consequences of a failing thread, for the log. The key is the name of the thread, such as
``notify``."""


class PeriodicThread(threading.Thread):
    """A thread that calls a function at a regular interval until the thread is stopped.

    The first call comes after the first pause. An exception of the function does not end the
    thread. While calls keep failing because of the database or the disk, only the first failure is
    logged. Any other exception is logged each time.
    """

    def __init__(
        self, name: str, look: Callable[[], None], seconds: float, *, failing_event: str
    ) -> None:
        """Prepare the thread ``name``, which calls ``look`` with ``seconds`` between two calls.

        ``failing_event`` is the name of the log event that is written if ``look`` fails because of
        the database or the disk.
        """
        super().__init__(name=name, daemon=True)
        self._look, self._seconds, self._failing_event = look, seconds, failing_event
        self._stopping = threading.Event()
        self._failing = False
        self._effect = _EFFECTS.get(name, f"calls go on; the work of thread {name} waits")

    @property
    def stopping(self) -> bool:
        """True if the thread has been told to end, otherwise False.

        The function that the thread calls must return soon if this is True.
        """
        return self._stopping.is_set()

    def run(self) -> None:
        """Call the function that the thread was made with, at its interval, until it is stopped."""
        while not self._stopping.wait(self._seconds):
            try:
                self._look()
                self._failing = False
            except (SQLAlchemyError, OSError) as error:
                if not self._failing:
                    self._failing = True
                    log.warning(
                        self._failing_event,
                        reason=why(error),
                        effect=f"{self._effect}; tried again every {self._seconds:g} s",
                        remedy="start the database, or make room on the disk or repair it",
                    )
            except Exception:  # a defect of ours must not end the thread
                log.exception(
                    "periodic_thread_failed", thread=self.name,
                    reason="a defect of the service: see the traceback",
                    effect=f"{self._effect}; tried again every {self._seconds:g} s",
                    remedy="report this traceback",
                )  # fmt: skip

    def stop(self, seconds: float) -> None:
        """Tell the thread to end, and wait at most ``seconds`` until it has ended."""
        self._stopping.set()
        if self.is_alive():
            self.join(seconds)
