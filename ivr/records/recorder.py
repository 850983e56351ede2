"""The thread that watches the free disk space for recordings, and completes each recording.

Asterisk records a call into two files, one for the caller and one for the hotline. When Asterisk
has closed both, the thread joins them to one file. It writes the length and SHA-256 of the joined
file into the recording's row of the database. The row exists from the beginning of the recording.
So no recording is forgotten when the service dies or the database is down for a while. The files of
a recording that the caller refused are removed.
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
"""Seconds between two checks of the free disk space and of the recordings to be completed."""
QUIET_SECONDS = 60.0
"""Seconds without a change after which a recording is no longer waited for. If Asterisk has written
nothing to the files for this long, it is taken to have died, and the files are joined as they are.
If there are no files this long after the end of the call, the recording is given up."""
GIGABYTE = 1e9


class RecordingKeeper:
    """The thread that completes the recordings in recording.directory and watches its disk.

    To complete a recording is to join the two files that Asterisk has written into one.
    """

    def __init__(
        self,
        settings: RecordingSettings,
        engine: Engine,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        """Prepare the thread; use neither disk nor database yet.

        ``engine`` is the database of the records. ``clock`` returns the time in UTC;
        ``look_seconds`` are the seconds between two checks of disk and recordings.
        """
        self._settings, self._engine, self._clock = settings, engine, clock
        self._directory = settings.directory
        self._ready: bool | None = None
        self._thread = PeriodicThread(
            "recordings", self._look_at_all, look_seconds, failing_event="recordings_wait"
        )

    @property
    def ready(self) -> bool:
        """True if calls can be recorded: recording is on in the settings, and the disk had room at
        the last check. Otherwise False."""
        return self._settings.mode != "off" and bool(self._ready)

    def start(self) -> None:
        """Start the thread; if recording is off and recording.directory is missing, do nothing."""
        if self._settings.mode != "off":
            self.look_at_disk()
        if self._settings.mode != "off" or self._directory.exists():
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """End the thread; wait at most ``seconds`` for a recording that it is completing.

        A recording that is not completed by then is completed after the next start of the service.
        """
        self._thread.stop(seconds)
        self._engine.dispose()

    def look_at_disk(self) -> None:
        """Check whether recording.min_free_gb is free on the disk, and set ``ready`` accordingly.

        Make the directories if they are missing. Errors of the disk are logged, not raised.
        """
        ready, reason = True, ""
        try:
            _make(self._directory)
            free = shutil.disk_usage(self._directory).free / GIGABYTE
            if free < self._settings.min_free_gb:
                needed = self._settings.min_free_gb
                ready, reason = False, f"{free:.3f} GB are free, and {needed} GB are needed"
        except OSError as error:
            ready, reason = False, f"the directory cannot be used ({error.strerror})"
        if ready is not self._ready:
            place = str(self._directory)
            if not ready:
                log.error(
                    "recording_stopped",
                    directory=place, reason=reason,
                    effect="new calls are served, but not recorded, and the announcement of the "
                    "recording is left out",
                    remedy="make room on the disk, make the directory writable for the service, or "
                    "lower recording.min_free_gb",
                )  # fmt: skip
            elif self._ready is False:
                log.warning(
                    "recording_works_again", directory=place,
                    reason="the disk has room, and the directory can be used",
                    effect="new calls are recorded again",
                    remedy="none needed",
                )  # fmt: skip
        self._ready = ready

    def look(self) -> None:
        """Complete the recordings of ended calls, and remove those that their callers refused.

        A recording is completed when Asterisk has closed its two files: they are joined into one.
        Raise SQLAlchemyError if the database fails, and OSError if the disk does.
        """
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
        """Join Asterisk's two files of a recording, and store the result in the database.

        ``one`` is the recording's row of the database, with the end of its call. Do nothing while
        Asterisk may still write to the files. Give the recording up if they have no sound or do not
        exist.
        """
        name, now = one["file"], self._clock()
        legs = [leg for leg in legs_of(self._directory, name) if leg.exists()]
        try:
            if not legs and (self._directory / name).exists():
                # The service has died between joining the files and writing the row.
                kept = kept_file(self._directory / name)
            elif (legs and all(map(is_closed, legs))) or self._is_quiet(one, legs):
                kept = join(self._directory, name)
                remove_legs(self._directory, name)
            else:
                return
        except RecordingError as error:
            log.error(
                "recording_missing", call=one["call"], reason=str(error),
                effect="this call was served, but has no recording",
                remedy="load Asterisk's module app_mixmonitor, and let Asterisk write to "
                "incoming in recording.directory (Recording in docs/operations.md)",
            )  # fmt: skip
            self._note(one, problem=str(error), removed=now)
            return
        self._note(one, kept=now, **asdict(kept))
        log.info("recording_kept", call=one["call"], file=name, seconds=round(kept.seconds, 1))

    def _is_quiet(self, one: CallRow, legs: Sequence[Path]) -> bool:
        """Return True if Asterisk has not written to the recording's files ``legs`` for 60 s.

        If ``legs`` is empty, return True if the call of ``one`` ended more than 60 s ago. Otherwise
        return False. The 60 s are QUIET_SECONDS.
        """
        moments = [leg.stat().st_mtime for leg in legs] or [one["ended"].timestamp()]
        return self._clock().timestamp() - max(moments) > QUIET_SECONDS

    def _note(self, one: CallRow, **changed: object) -> None:
        with self._engine.begin() as connection:
            query = update(recordings_table).where(recordings_table.c.call == one["call"])
            connection.execute(query.values(changed))


def _make(directory: Path) -> None:
    """Make ``directory`` (recording.directory), and in it the directory ``incoming``, if missing.

    Asterisk records into ``incoming``. In Docker that directory belongs to Asterisk's group. On a
    host the operator makes it, and gives Asterisk the right to write by an access control list.
    """
    incoming = directory / INCOMING
    if not incoming.exists():
        incoming.mkdir(parents=True)
        incoming.chmod(0o2770)
