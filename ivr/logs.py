"""Logging: one structured line per transition, on stderr, and never in the way of a call.

Whoever reads our stderr may stop reading. A blocked write would stop the event loop, and with it
every call; so lines are handed to a thread, and when it cannot get rid of them they are dropped
and counted.
"""

import logging
import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog

from ivr.config import ServiceSettings

_WAITING_LINES = 10_000
"""Lines kept while nobody reads: some megabytes."""


class BackgroundWriter:
    """A file whose ``write`` never blocks and never raises."""

    def __init__(self, file: TextIO, waiting: int = _WAITING_LINES) -> None:
        self.dropped = 0
        """Lines lost because nobody read them in time."""
        self._file = file
        self._lines: queue.Queue[str] = queue.Queue(waiting)
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def write(self, text: str) -> int:
        """Take a line; it is written soon, or dropped when too many wait."""
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self.dropped += 1
        return len(text)

    def flush(self) -> None:
        """Nothing to do: the thread flushes."""

    def drain(self, seconds: float = 1.0) -> None:
        """Wait, but not for ever, until what was taken is written: at the end of the process."""
        waiter = threading.Thread(target=self._lines.join, daemon=True)
        waiter.start()
        waiter.join(seconds)

    def _run(self) -> None:
        while True:
            line = self._lines.get()
            try:
                if self.dropped:
                    dropped, self.dropped = self.dropped, 0
                    self._file.write(f'{{"event": "log_lines_dropped", "lines": {dropped}}}\n')
                self._file.write(line)
                self._file.flush()
            except (OSError, ValueError):
                self.dropped += 1  # stderr is closed: there is nobody to tell
            finally:
                self._lines.task_done()


@contextmanager
def unlogged() -> Iterator[None]:
    """No lines meanwhile: for a command that tells what happens itself, perhaps as JSON."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def beside_the_output() -> None:
    """Until :func:`set_up`: lines go to stderr, for what a command prints may be JSON."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


class _ToStructlog(logging.Handler):
    """What libraries and asyncio log becomes a line like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        told = {"logger": record.name, "message": record.getMessage()}
        log.log(record.levelno, "library", **told, exc_info=record.exc_info or None)


def set_up(service: ServiceSettings) -> BackgroundWriter:
    """Log as the settings say; the writer is to be drained at the end."""
    writer = BackgroundWriter(sys.stderr)
    level = logging.getLevelName(service.log_level.upper())
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if service.log_format == "json"
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(writer),  # type: ignore[arg-type]
    )
    logging.basicConfig(handlers=[_ToStructlog()], level=max(level, logging.WARNING), force=True)
    return writer
