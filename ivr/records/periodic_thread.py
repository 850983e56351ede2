"""A daemon thread that looks at the database, or at a disk, every few seconds."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ivr.records.database import why

log = structlog.get_logger()


class PeriodicThread(threading.Thread):
    """Calls a function every few seconds until it is stopped, whatever that function raises.

    The first call comes after the first pause. An error of the database or of the disk is logged
    when it begins, not again before a call has succeeded.
    """

    def __init__(
        self, name: str, look: Callable[[], None], seconds: float, *, failing_event: str
    ) -> None:
        """``seconds`` are the pause between two calls of ``look``.

        ``failing_event`` is the log event for an error of the database or of the disk.
        """
        super().__init__(name=name, daemon=True)
        self._look, self._seconds, self._failing_event = look, seconds, failing_event
        self._stopping = threading.Event()
        self._failing = False

    @property
    def stopping(self) -> bool:
        """Whether the thread has been told to end; a long ``look`` returns early then."""
        return self._stopping.is_set()

    def run(self) -> None:
        """Call ``look`` until the thread is stopped."""
        while not self._stopping.wait(self._seconds):
            try:
                self._look()
                self._failing = False
            except (SQLAlchemyError, OSError) as error:
                if not self._failing:
                    self._failing = True
                    log.warning(
                        self._failing_event, reason=why(error), effect="it is tried again and again"
                    )
            except Exception:  # a defect of ours must not end the thread
                log.exception("periodic_thread_failed", thread=self.name)

    def stop(self, seconds: float) -> None:
        """Tell the thread to end, and wait at most ``seconds`` for it."""
        self._stopping.set()
        if self.is_alive():
            self.join(seconds)
