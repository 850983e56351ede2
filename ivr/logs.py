"""Logging: each event is one structured line on stderr, and writing it never delays a call.

The program that reads stderr may stop reading. A blocked write would stop the event loop, and with
it every call. A line is therefore put into a bounded queue (logging.handlers.QueueHandler) and
written by a thread (QueueListener). When the queue is full, lines are dropped and counted.
"""

import logging
import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener
from typing import TextIO

import structlog

from ivr.config import ServiceSettings

_WAITING_LINES = 10_000
"""Upper limit of lines in the queue; further lines are dropped. A full queue takes megabytes of
memory."""


class _DroppingHandler(QueueHandler):
    """A handler that puts log records, as text, into a queue, from which a thread writes them.

    It never blocks and never raises; records for which there is no room are dropped and counted.
    """

    dropped = 0
    """Number of records lost because the queue was full or they could not be rendered as text."""

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put a record into the queue; when the queue is full, count the record as dropped."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1

    def handleError(self, record: logging.LogRecord) -> None:
        """Count ``record``, which cannot be rendered as text, as dropped.

        It is not reported on stderr, because writing there could block a call.
        """
        self.dropped += 1


class BackgroundWriter(QueueListener):
    """A thread that takes log records from a queue and writes them to a file.

    Its ``handler`` puts the records into the queue.
    """

    def __init__(self, file: TextIO, waiting: int = _WAITING_LINES) -> None:
        """Start the thread that writes to ``file``.

        If ``waiting`` lines are in the queue, further lines are dropped.
        """
        self._lines: queue.Queue[logging.LogRecord | None] = queue.Queue(waiting)
        self.handler = _DroppingHandler(self._lines)
        super().__init__(self._lines)
        self._file = file
        self._unwritten = 0
        """Number of lines that the file did not take, for example because stderr is closed."""
        self._reported = 0
        self.start()

    @property
    def dropped(self) -> int:
        """Number of lines lost so far: the queue was full, or the file could not be written."""
        return self.handler.dropped + self._unwritten

    def handle(self, record: logging.LogRecord) -> None:
        """Write the text of ``record`` as one line.

        If lines were dropped since the last report, first write a line with their number.
        """
        if not self._write(record.getMessage()):
            self._unwritten += 1

    def enqueue_sentinel(self) -> None:
        """Put the mark that ends the thread at the end of the queue; wait until it has room.

        :class:`logging.handlers.QueueListener` calls this when it is stopped.
        """
        self._lines.put(None)

    def drain(self, seconds: float = 1.0) -> None:
        """Write the lines that wait, for at most ``seconds``, and end the thread.

        Call this at the end of the process: lines that are logged afterwards are not written.
        """
        ending = threading.Thread(target=self._end, name="log-end", daemon=True)
        ending.start()
        ending.join(seconds)

    def _end(self) -> None:
        self.stop()
        self._write()

    def _write(self, *lines: str) -> bool:
        """Write ``lines`` to the file; return True, or False if that fails.

        If lines were dropped since the last report, first write a line with their number.
        """
        dropped = self.dropped
        if dropped > self._reported:
            missing = dropped - self._reported
            lines = (f'{{"event": "log_lines_dropped", "lines": {missing}}}', *lines)
        try:
            self._file.writelines(f"{line}\n" for line in lines)
            self._file.flush()
        except (OSError, ValueError):
            return False
        self._reported = dropped
        return True


@contextmanager
def unlogged() -> Iterator[None]:
    """Suppress log lines inside the ``with`` block, for a command that prints what happens."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def log_to_stderr() -> None:
    """Make the log of this process go to stderr, because a command may print JSON to stdout.

    This is for commands; the service calls :func:`set_up` instead.
    """
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def set_up(service: ServiceSettings) -> BackgroundWriter:
    """Set up the log of the service: to stderr, at the level and in the format of ``service``.

    Return the writer of the log lines; call its ``drain`` at the end of the process.
    """
    writer = BackgroundWriter(sys.stderr)
    level = logging.getLevelName(service.log_level.upper())
    added: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if service.log_format == "json"
        else structlog.dev.ConsoleRenderer()
    )
    writer.handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=renderer, foreign_pre_chain=[_name_the_library, *added]
        )
    )
    logging.basicConfig(handlers=[writer.handler], level=max(level, logging.WARNING), force=True)
    ours = logging.getLogger("ivr")
    ours.setLevel(level)
    structlog.configure(
        processors=[*added, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: ours,
    )
    return writer


def _name_the_library(
    _logger: structlog.typing.WrappedLogger, _method: str, entry: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Return ``entry``, a log record of a library or of asyncio, with the event ``library``.

    Its field ``logger`` holds the name of the record's logger, and ``message`` its text. The first
    two parameters are those of every structlog processor and are not used.
    """
    entry["logger"], entry["message"] = entry["_record"].name, entry["event"]
    entry["event"] = "library"
    return entry
