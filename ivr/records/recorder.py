"""The thread that looks after recordings: is there room for them, and are they complete?

A recording is a row from its first moment on. Once Asterisk has closed both files of it they become
one, whose length and SHA-256 the row is given; so nothing is forgotten when the service dies, or
when the database is down for a while. What the caller did not want recorded is removed instead.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import Engine, select, update

from ivr.config import RecordingSettings
from ivr.records.calls import CallRow, fetched_rows
from ivr.records.database import reading
from ivr.records.periodic_thread import PeriodicThread
from ivr.records.recording_files import (
    INCOMING,
    RecordingError,
    is_closed,
    join,
    kept_file,
    legs_of,
    remove_legs,
    remove_refused,
)
from ivr.records.schema import calls_table, recordings_table

log = structlog.get_logger()

_LOOK_SECONDS = 2.0
"""How soon a full disk is noticed, and a recording kept."""
QUIET_SECONDS = 60.0
"""A file that was not written to for so long is complete: its Asterisk has died. None that has not
come by then will."""
GIGABYTE = 1e9


class RecordingKeeper:
    """Sees to the recordings of one directory; never in the way of a call."""

    def __init__(
        self,
        settings: RecordingSettings,
        engine: Engine,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        """Nothing is touched yet."""
        self._settings, self._engine, self._clock = settings, engine, clock
        self._directory = settings.directory
        self._ready: bool | None = None
        self._thread = PeriodicThread(
            "recordings", self._look_at_all, look_seconds, failing_event="recordings_wait"
        )

    @property
    def ready(self) -> bool:
        """Whether calls can be recorded: they shall be, and there is room. As of a moment ago."""
        return self._settings.mode != "off" and bool(self._ready)

    def start(self) -> None:
        """Begin; nothing is to be done where nothing was ever recorded."""
        if self._settings.mode != "off":
            self.look_at_disk()
        if self._settings.mode != "off" or self._directory.exists():
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """End; what is being joined is waited for so long, and made anew at the next start."""
        self._thread.stop(seconds)
        self._engine.dispose()

    def look_at_disk(self) -> None:
        """Find out whether there is room; below the limit calls go on unrecorded."""
        ready, told = True, ""
        try:
            _make(self._directory)
            free = shutil.disk_usage(self._directory).free / GIGABYTE
            if free < self._settings.min_free_gb:
                ready, told = False, f"{free:.3f} GB are free, {self._settings.min_free_gb} needed"
        except OSError as error:
            ready, told = False, f"it cannot be used ({error.strerror})"
        if ready is not self._ready:
            place = str(self._directory)
            if not ready:
                log.error("recording_stopped", directory=place, why=told, calls="go on unrecorded")
            elif self._ready is False:
                log.warning("recording_works_again", directory=place)
        self._ready = ready

    def look(self) -> None:
        """Keep what is complete, and remove what was refused."""
        with reading(self._engine) as connection:
            query = select(recordings_table, calls_table.c.ended).join(
                calls_table, calls_table.c.call == recordings_table.c.call
            )
            query = query.where(
                recordings_table.c.kept.is_(None), recordings_table.c.removed.is_(None)
            )
            waiting = recordings_table.c.problem.is_(None), calls_table.c.ended.is_not(None)
            to_keep = fetched_rows(connection, query.where(*waiting))
            refused = fetched_rows(connection, query.where(recordings_table.c.problem.is_not(None)))
        for one in refused:
            remove_refused(self._directory, one["file"])
            self._note(one, removed=self._clock())
        for one in to_keep:
            if self._thread.stopping:
                return
            self._keep(one)

    def _look_at_all(self) -> None:
        if self._settings.mode != "off":
            self.look_at_disk()
        self.look()

    def _keep(self, one: CallRow) -> None:
        """Make it one file, if Asterisk is done with it; give it up if there is nothing."""
        name, now = one["file"], self._clock()
        legs = [leg for leg in legs_of(self._directory, name) if leg.exists()]
        try:
            if not legs and (self._directory / name).exists():
                kept = kept_file(self._directory / name)  # we died before we could note it
            elif (legs and all(map(is_closed, legs))) or self._is_quiet(one, legs):
                kept = join(self._directory, name)
                remove_legs(self._directory, name)
            else:
                return
        except RecordingError as error:
            log.error(
                "recording_missing", call=one["call"], why=str(error),
                remedy="is app_mixmonitor loaded, and may Asterisk write to recording.directory?",
            )  # fmt: skip
            self._note(one, problem=str(error), removed=now)
            return
        self._note(one, kept=now, **asdict(kept))
        log.info("recording", call=one["call"], file=name, seconds=round(kept.seconds, 1))

    def _is_quiet(self, one: CallRow, legs: Sequence[Path]) -> bool:
        """Whether nothing has been written for so long that nothing more will be."""
        moments = [leg.stat().st_mtime for leg in legs] or [one["ended"].timestamp()]
        return self._clock().timestamp() - max(moments) > QUIET_SECONDS

    def _note(self, one: CallRow, **changed: object) -> None:
        with self._engine.begin() as connection:
            query = update(recordings_table).where(recordings_table.c.call == one["call"])
            connection.execute(query.values(changed))


def _make(directory: Path) -> None:
    """The directories; Asterisk needs to write to ``incoming``, and we to remove from it."""
    incoming = directory / INCOMING
    if not incoming.exists():
        incoming.mkdir(parents=True)
        incoming.chmod(0o2770)
