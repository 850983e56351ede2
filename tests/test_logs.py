"""Logging never stops a call: not when nobody reads, not when stderr is gone."""

import json
import os
import threading
import time
from pathlib import Path

from ivr.logs import BackgroundWriter


def test_lines_arrive_in_order(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        writer = BackgroundWriter(file)
        for number in range(1000):
            writer.write(f"{number}\n")
        writer.drain()
    assert (tmp_path / "log").read_text().split() == [str(number) for number in range(1000)]


def test_a_reader_who_stops_reading_stops_nobody() -> None:
    """A full pipe: every write returns at once, and what was lost is counted and told."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe:
        writer = BackgroundWriter(pipe, waiting=100)
        began = time.perf_counter()
        for _ in range(5000):
            writer.write("x" * 999 + "\n")
        assert time.perf_counter() - began < 2.0
        told: list[str] = []

        def read() -> None:
            with os.fdopen(reading) as lines:
                told.extend(lines)

        reader = threading.Thread(target=read)
        reader.start()
        writer.drain(10.0)
        writer.write("x\n")  # tells of what was lost after the last line
        writer.drain(10.0)
    reader.join(10.0)
    written = [line for line in told if line.startswith("x")]
    lost = sum(json.loads(line)["lines"] for line in told if not line.startswith("x"))
    assert lost > 1000
    assert len(written) + lost == 5001


def test_a_closed_stderr_raises_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)

    class Gone:
        """A file whose reader has gone, as a broken pipe is."""

        def write(self, text: str) -> int:
            return os.write(writing, text.encode())

        def flush(self) -> None:
            pass

    writer = BackgroundWriter(Gone())  # type: ignore[arg-type]
    writer.write("nobody is there\n")
    writer.drain()
    assert writer.dropped == 1
    os.close(writing)
