"""Kill a process between any two operations on disk or database, and look at what it leaves.

Run as a program, so that it may fork: ``python -m tests.records.dying DIRECTORY`` prints one line
of JSON for each point at which a process died. The database is SQLite in that directory, or one
schema for each process of the PostgreSQL in ``python -m tests.records.dying DIRECTORY URL``, where
URL has ``{}`` for the schema.
"""

import asyncio
import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, event, text

from ivr.config import RecordsSettings as Settings
from ivr.records.database import connect, url_of
from ivr.records.schema import calls_table, tickets_table
from tests.records.kept import begun, ended, migrated, promised, rows_of, running
from tests.records.postgres import Server

WRITING = (
    "pwrite", "fdatasync", "fsync", "posix_fallocate", "rename", "unlink", "ftruncate", "write",
)  # fmt: skip
"""Functions of ``os`` at which a process dies; ``write`` tells a number to a caller."""
TOGETHER = 8


def die_at(point: int) -> None:
    """Kill this process at its ``point``-th operation; each half of a write is an operation."""
    points = itertools.count(1)

    def pass_or_die(*_: Any, **__: Any) -> None:
        if next(points) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            pass_or_die()
            return function(*given, **named)

        return run

    def half(file: int, octets: bytes, at: int) -> int:
        pass_or_die()
        middle = len(octets) // 2
        write(file, octets[:middle], at)
        pass_or_die()
        return middle + write(file, octets[middle:], at + middle)

    write = os.pwrite
    for name in WRITING:
        setattr(os, name, half if name == "pwrite" else guarded(getattr(os, name)))
    event.listen(Engine, "before_cursor_execute", pass_or_die)
    event.listen(Engine, "commit", pass_or_die)


async def promise(settings: Settings, told: int) -> None:
    """Record two calls with a ticket each; write each number to ``told`` at once.

    A segment has room for one call.
    """
    async with running(settings, segment_bytes=2000) as records:
        for _ in range(2):
            record = begun(records)
            if number := await promised(record):
                os.write(told, number.encode() + b"\n")
            ended(record)


@dataclass
class Child:
    point: int
    settings: Settings
    process: int
    told: int

    @classmethod
    def forked(cls, point: int, settings: Settings) -> "Child":
        here, there = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(here)
            die_at(point)
            asyncio.run(promise(settings, there))
            os._exit(0)
        os.close(there)
        return cls(point, settings, process, here)

    def result(self) -> dict[str, Any]:
        with os.fdopen(self.told, "rb") as told:
            numbers = told.read().decode().split()
        _, status = os.waitpid(self.process, 0)
        asyncio.run(_start_again(self.settings))
        kept = [ticket["number"] for ticket in rows_of(self.settings, tickets_table)]
        return {
            "point": self.point,
            "killed": os.WIFSIGNALED(status),
            "promised": numbers,
            "kept": kept,
            "open": sum(call["ended"] is None for call in rows_of(self.settings, calls_table)),
            "left": [path.name for path in (self.settings.directory / "spool").iterdir()],
        }


async def _start_again(settings: Settings) -> None:
    async with running(settings):
        pass


def results(directory: Path, url: str) -> Iterator[dict[str, Any]]:
    """Yield the result of each point of death, until a process lives to its end."""
    template = Settings(directory=directory / "template")
    if not url:
        migrated(template)
    for first in itertools.count(1, TOGETHER):
        points = range(first, first + TOGETHER)
        if url:
            places = [copied(directory / str(point), url, f"dying_{point}") for point in points]
        else:
            places = [Settings(directory=directory / str(point)) for point in points]
            for settings in places:
                shutil.copytree(template.directory, settings.directory)
        children = [Child.forked(*each) for each in zip(points, places, strict=True)]
        wave = [child.result() for child in children]
        yield from wave
        if not all(result["killed"] for result in wave):
            return


def copied(directory: Path, url: str, database: str) -> Settings:
    """Return settings with a new database, a copy of the migrated one."""
    engine = connect(url_of(Settings(database=url.format("postgres"))))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {database} TEMPLATE {Server.TEMPLATE}"))
    engine.dispose()
    return Settings(directory=directory, database=url.format(database))


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for result in results(Path(sys.argv[1]), "".join(sys.argv[2:])):
        print(json.dumps(result))
