"""The service (``ivr serve``) as a separate process for tests. A test can kill it, or send it the
signal to let its calls end and then stop."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from ivr.config import RecordsSettings
from ivr.lab.pbx import LabError, Pbx
from ivr.lab.ports import free_ports
from ivr.records.calls import call_as_dict, fetched_rows, listed_calls, steps_of
from ivr.records.database import connect, reading, url_of
from ivr.translation import tr

START_SECONDS = 60.0
"""Upper limit in seconds for the start of the service; after it the laboratory fails."""


class LabService:
    """A hotline service for tests: one process of ``ivr serve`` on free ports of 127.0.0.1."""

    def __init__(self, prompts: Path, sheet: Path, max_calls: int) -> None:
        """Choose free ports for a service, which is not started yet.

        ``prompts`` is the directory of rendered prompts, ``sheet`` the file sheet.toml,
        ``max_calls`` the limit of calls at the same time.
        """
        self.agi_port, self.audio_port = free_ports(2)
        self._prompts, self._sheet, self._max_calls = prompts, sheet, max_calls
        self._directory = tempfile.TemporaryDirectory(prefix="ivr-service-")
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._logged = asyncio.Event()
        self.lines: list[dict[str, Any]] = []
        """The service's log so far: one entry for each line, parsed from JSON."""

    @property
    def pid(self) -> int:
        """The process id of the service, which must have been started."""
        assert self._process is not None
        return self._process.pid

    @property
    def records_directory(self) -> Path:
        """The directory of the service's records (records.directory), for commands that read
        them."""
        return Path(self._directory.name)

    async def start(self, pbx: Pbx, settings: Mapping[str, str] = {}) -> None:
        """Start the service for the calls of ``pbx``, and wait until it is ready.

        ``settings`` are further IVR_* variables. Raise LabError with the last line of the service's
        log if it is not ready within START_SECONDS (60).
        """
        ours = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
        environment = ours | {
            "IVR_AGI__PORT": str(self.agi_port),
            "IVR_AGI__TOKEN_FILE": str(pbx.secret_file("agi-token")),
            "IVR_AUDIO__PORT": str(self.audio_port),
            "IVR_PROMPTS__DIRECTORY": str(self._prompts),
            "IVR_PROMPTS__SHEET": str(self._sheet),
            "IVR_CALL__MAX_CALLS": str(self._max_calls),
            "IVR_RECORDS__DIRECTORY": self._directory.name,
            "IVR_RECORDING__DIRECTORY": str(pbx.recordings),
            **settings,
        }
        # The priority is that of asterisk-conf/ivr.service. Without the permission to raise it,
        # `nice` prints a warning and starts the service all the same.
        self._process = await asyncio.create_subprocess_exec(
            "nice", "-n", "-5", sys.executable, "-m", "ivr", "serve",
            env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait(
            (waiting, self._reading), timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        waiting.cancel()
        if not self._ready.is_set():
            raise LabError(
                tr("the service does not start; its last log line: {line}").format(
                    line=self.lines[-1:]
                )
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process of the service."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait until the process of the service ends, and return its exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """Kill the process of the service if it still runs, and remove its directory."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading
        self._directory.cleanup()

    async def records(self, count: int = 0, seconds: float = 5.0) -> list[dict[str, Any]]:
        """Return the records of all ended calls of the service, as dictionaries, the oldest first.

        First wait until there are ``count`` of them, but at most ``seconds``, because a record
        reaches the database a moment after its call has ended.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            found = ended_calls(self._records)
            if len(found) >= count or asyncio.get_running_loop().time() >= deadline:
                return found
            await asyncio.sleep(0.05)  # the database sends no events

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Return all rows of ``table`` in the service's database, as dictionaries by column name,
        in the order of the primary key."""
        engine = connect(url_of(self._records))
        try:
            with reading(engine) as connection:
                return fetched_rows(connection, select(table).order_by(*table.primary_key))
        finally:
            engine.dispose()

    @property
    def _records(self) -> RecordsSettings:
        return RecordsSettings(directory=Path(self._directory.name))

    def open_files(self) -> int:
        """Return the number of file descriptors that the process of the service has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    async def logged(self, event: str, count: int, seconds: float = 5.0) -> list[dict[str, Any]]:
        """Wait until the service has logged ``count`` lines of ``event``, but at most ``seconds``.
        Return all lines of this event so far, which may be fewer or more than ``count``."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            found = [line for line in self.lines if line.get("event") == event]
            left = deadline - asyncio.get_running_loop().time()
            if len(found) >= count or left <= 0:
                return found
            self._logged.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._logged.wait()

    async def _read(self) -> None:
        """Append the lines of the service's log to ``lines`` until its process ends."""
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"event": line.decode("utf-8", "replace").strip()}
            self.lines.append(entry)
            self._logged.set()
            if entry.get("event") == "ready":
                self._ready.set()


def ended_calls(settings: RecordsSettings) -> list[dict[str, Any]]:
    """Return the records of ended calls in the database of ``settings``, the oldest call first.

    Each is a dictionary that :func:`~ivr.records.calls.call_as_dict` makes, with the call's steps.
    """
    engine = connect(url_of(settings))
    try:
        with reading(engine) as connection:
            ended = [
                call for call in reversed(listed_calls(connection)) if call["ended"] is not None
            ]
            return [call_as_dict(call, steps_of(connection, call["call"])) for call in ended]
    finally:
        engine.dispose()
