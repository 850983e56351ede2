"""Logging never blocks a call, even when nobody reads stderr or stderr is closed."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest

from ivr.logs import BackgroundWriter


def logger_of(writer: BackgroundWriter) -> logging.Logger:
    """Return a logger that writes by ``writer`` alone."""
    logger = logging.Logger("test")
    logger.addHandler(writer.handler)
    return logger


@contextmanager
def a_pipe() -> Iterator[tuple[TextIO, TextIO]]:
    """Yield the two ends of a pipe: that to read from and that to write to."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as to_write, os.fdopen(reading) as to_read:
        yield to_read, to_write


def test_lines_arrive_in_order(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        writer = BackgroundWriter(file)
        logger = logger_of(writer)
        for number in range(1000):
            logger.info(str(number))
        writer.drain(10.0)
    assert (tmp_path / "log").read_text().split() == [str(number) for number in range(1000)]


def test_a_blocked_pipe_blocks_no_call_and_lost_lines_are_counted_and_reported() -> None:
    with a_pipe() as (to_read, to_write):
        writer = BackgroundWriter(to_write, waiting=100)
        logger = logger_of(writer)
        began = time.perf_counter()
        for _ in range(5000):
            logger.info("x" * 999)
        assert time.perf_counter() - began < 2.0
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(to_read))
        reader.start()
        writer.drain(10.0)
        to_write.close()
        reader.join(10.0)
    written = [line for line in lines if line.startswith("x")]
    lost = sum(json.loads(line)["lines"] for line in lines if not line.startswith("x"))
    assert lost == writer.dropped
    assert lost > 1000
    assert len(written) + lost == 5000


def test_draining_a_blocked_pipe_ends_after_the_seconds_given() -> None:
    with a_pipe() as (to_read, to_write):
        writer = BackgroundWriter(to_write, waiting=200)
        logger = logger_of(writer)
        for _ in range(1000):
            logger.info("x" * 999)
        began = time.perf_counter()
        writer.drain(0.2)
        assert 0.2 <= time.perf_counter() - began < 5.0
        reader = threading.Thread(target=to_read.read)
        reader.start()  # the thread of the writer goes on and ends
        to_write.close()
        reader.join(10.0)


def test_a_process_whose_stderr_is_blocked_ends() -> None:
    """Neither logging nor the interpreter waits for the lock of the thread that is blocked."""
    program = (
        "import structlog\n"
        "from ivr import logs\n"
        "from ivr.config import ServiceSettings\n"
        "writer = logs.set_up(ServiceSettings())\n"
        "for _ in range(1000):\n"
        "    structlog.get_logger().info('x' * 999)\n"
        "writer.drain(0.1)\n"
        "print('drained')\n"
    )
    with a_pipe() as (_, to_write):
        done = subprocess.run(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            stderr=to_write,
            timeout=30,
            check=True,
        )
    assert done.stdout == b"drained\n"


def test_a_closed_stderr_raises_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as file:
        writer = BackgroundWriter(file)
        logger_of(writer).info("nobody is there")
        writer.drain(10.0)
        assert writer.dropped == 1
        with pytest.raises(BrokenPipeError):
            file.close()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_lines_of_ours_and_of_libraries_carry_the_same_fields(log_format: str) -> None:
    """Debug lines are left out at the level info, and a library's information always is."""
    program = (
        "import logging, structlog\n"
        "from ivr import logs\n"
        "from ivr.config import ServiceSettings\n"
        f"writer = logs.set_up(ServiceSettings(log_format={log_format!r}))\n"
        "log = structlog.get_logger()\n"
        "log.debug('left_out')\n"
        "with structlog.contextvars.bound_contextvars(call='1700.1'):\n"
        "    log.info('row', row='语音')\n"
        "    logging.getLogger('asyncio').warning('%s is slow', 'it')\n"
        "logging.getLogger('asyncio').info('left out')\n"
        "logging.getLogger('asyncio').warning('%d wrong', 'argument')\n"
        "try:\n"
        "    1 / 0\n"
        "except ZeroDivisionError:\n"
        "    log.exception('call_failed')\n"
        "writer.drain(10.0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=True,
    )
    text = done.stderr
    assert "left" not in text
    assert "ZeroDivisionError: division by zero" in text
    if log_format == "json":
        lines = {line["event"]: line for line in map(json.loads, text.splitlines())}
        row, library = lines["row"], lines["library"]
        assert row.pop("timestamp").endswith("Z")
        assert row == {"event": "row", "row": "语音", "level": "info", "call": "1700.1"}
        assert library.pop("timestamp").endswith("Z")
        assert library == {
            "event": "library", "logger": "asyncio", "message": "it is slow",
            "level": "warning", "call": "1700.1",
        }  # fmt: skip
        assert lines["log_lines_dropped"]["lines"] == 1  # the one with a wrong argument
        assert lines["call_failed"]["level"] == "error"
