"""Asterisk's two files of a recording are joined to one, on both databases."""

import hashlib
import os
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from ivr.config import RecordingSettings
from ivr.config import RecordsSettings as Settings
from ivr.dialogue.commands import DropRecording, StartRecording
from ivr.records.call_record import REFUSED
from ivr.records.database import connect, url_of
from ivr.records.load import close_run
from ivr.records.old_recordings import old_recordings, prune_recordings
from ivr.records.recorder import QUIET_SECONDS, RecordingKeeper
from ivr.records.recording_files import (
    INCOMING,
    RecordingError,
    is_closed,
    join,
    legs_of,
    name_of,
    stem_in,
)
from ivr.records.schema import calls_table, recordings_table, tickets_table
from tests.records.kept import ANSWERED, WALL, begun, ended, promised, rows_of, running
from tests.records.recorded import (
    CALLER,
    HOTLINE,
    age,
    begin_recording,
    recording_into,
    write_leg,
    write_legs,
)

DAY = timedelta(days=1)
NAME = "2026-11-26/ivr-1.2-0f3a52c1.wav"


@contextmanager
def recorder(settings: Settings, recording: RecordingSettings) -> Iterator[RecordingKeeper]:
    """A keeper whose thread is not started."""
    one = RecordingKeeper(recording, connect(url_of(settings)))
    try:
        yield one
    finally:
        one.stop(1.0)


def kept(path: Path) -> np.ndarray:
    """Return both sides of a file as columns."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def sounds_in(directory: Path) -> set[Path]:
    """Return all WAV files below a directory."""
    return set(directory.rglob("*.wav"))


def test_a_recording_is_named_by_the_day_in_china_the_channel_and_the_call() -> None:
    """Half past midnight in China is still the day before in UTC."""
    moment = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    name = name_of("ivr-1.2", "0f3a52c1" + "0" * 24, moment)
    assert name == NAME
    assert stem_in("/srv/ivr", name) == "/srv/ivr/incoming/ivr-1.2-0f3a52c1"


def test_the_caller_is_on_the_left_and_the_hotline_on_the_right(tmp_path: Path) -> None:
    """The shorter side ends in silence."""
    write_legs(tmp_path, NAME)
    found = join(tmp_path, NAME)
    both = kept(tmp_path / NAME)
    assert (both[: len(CALLER), 0] == CALLER).all()
    assert not both[len(CALLER) :, 0].any()
    assert (both[:, 1] == HOTLINE).all()
    octets = (tmp_path / NAME).read_bytes()
    assert (found.octets, found.seconds) == (len(octets), 1.0)
    assert found.sha256 == hashlib.sha256(octets).hexdigest()
    assert [path.name for path in (tmp_path / NAME).parent.iterdir()] == [Path(NAME).name]


@pytest.mark.parametrize("octets", [b"", b"RIFF", b"\0" * 44])
def test_a_caller_without_sound_in_their_file_is_silent(tmp_path: Path, octets: bytes) -> None:
    caller, hotline = legs_of(tmp_path, NAME)
    write_leg(hotline, HOTLINE)
    caller.write_bytes(octets)
    join(tmp_path, NAME)
    both = kept(tmp_path / NAME)
    assert not both[:, 0].any()
    assert (both[:, 1] == HOTLINE).all()


def test_joining_without_sides_raises_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        join(tmp_path, NAME)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_closed_when_its_head_says_how_long_it_is(tmp_path: Path) -> None:
    """An odd last octet is padding, and does not count."""
    leg = tmp_path / "leg.wav"
    for closed in (False, True):
        write_leg(leg, CALLER, closed=closed)
        assert is_closed(leg) is closed
    leg.write_bytes(leg.read_bytes() + b"\0")
    assert is_closed(leg)
    leg.write_bytes(leg.read_bytes()[:20])
    assert not is_closed(leg)


async def test_a_call_that_is_over_has_one_file_and_its_checksum(
    settings: Settings, tmp_path: Path
) -> None:
    """The call and its tickets name the file; Asterisk's files are removed."""
    async with running(settings) as records:
        record = begun(records)
        name = begin_recording(record, tmp_path)
        await promised(record)
        ended(record)
    with recorder(settings, recording_into(tmp_path)) as one:
        one.look()
    (row,) = rows_of(settings, recordings_table)
    assert (row["call"], row["file"], row["seconds"]) == (record.call, name, 1.0)
    assert row["sha256"] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert [call["recording"] for call in rows_of(settings, calls_table)] == [name]
    assert [ticket["recording"] for ticket in rows_of(settings, tickets_table)] == [name]
    assert list((tmp_path / INCOMING).iterdir()) == []


async def test_a_call_that_is_not_over_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    """If its service has died, the next service ends the call first."""
    async with running(settings) as records:
        record = begun(records)
        name = begin_recording(record, tmp_path)
    with recorder(settings, recording_into(tmp_path)) as one:
        one.look()
        assert not (tmp_path / name).exists()
        engine = connect(url_of(settings))
        with engine.begin() as connection:
            assert close_run(connection, records.run) == 1
        engine.dispose()
        one.look()
    assert (tmp_path / name).exists()


async def test_files_that_asterisk_has_not_closed_are_taken_after_a_time(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    """Asterisk is taken to have died when it writes no more."""
    async with running(on_sqlite) as records:
        record = begun(records)
        name = begin_recording(record, tmp_path, closed=False)
        ended(record)
    with recorder(on_sqlite, recording_into(tmp_path)) as one:
        one.look()
        assert not (tmp_path / name).exists()
        age(tmp_path, QUIET_SECONDS + 1)
        one.look()
    assert (kept(tmp_path / name)[:, 1] == HOTLINE).all()


async def test_a_recording_without_files_is_logged_once(settings: Settings, tmp_path: Path) -> None:
    """The log line names the remedy."""
    async with running(settings) as records:
        record = begun(records)
        record.note(StartRecording(), ANSWERED)
        ended(record)
    with recorder(settings, recording_into(tmp_path)) as one, capture_logs() as logs:
        for _ in range(2):
            one.look()
    (alarm,) = [line for line in logs if line["event"] == "recording_missing"]
    assert "app_mixmonitor" in alarm["remedy"]
    (row,) = rows_of(settings, recordings_table)
    assert row["problem"] is not None
    assert row["removed"] is not None


async def test_a_joined_file_without_its_row_gets_its_checksum_later(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    """The service has died after it joined the files and before it wrote the row."""
    async with running(on_sqlite) as records:
        record = begun(records)
        name = begin_recording(record, tmp_path)
        ended(record)
    found = join(tmp_path, name)
    for leg in legs_of(tmp_path, name):
        leg.unlink()
    with recorder(on_sqlite, recording_into(tmp_path)) as one:
        one.look()
    (row,) = rows_of(on_sqlite, recordings_table)
    assert row["sha256"] == found.sha256


async def test_a_refused_recording_is_removed_and_not_referred_to(
    settings: Settings, tmp_path: Path
) -> None:
    """Files that a dead service began for the channel go too; other channels' files stay."""
    async with running(settings) as records:
        record, other = begun(records, "1700.1"), begun(records, "1700.11")
        begin_recording(record, tmp_path)
        others = begin_recording(other, tmp_path)
        await promised(record)
        write_legs(tmp_path, "2023-11-14/1700.1-00000000.wav")
        record.note(DropRecording(), ANSWERED + 4.0)
        await promised(record, at=5.0)
    with recorder(settings, recording_into(tmp_path)) as one:
        one.look()
    assert sounds_in(tmp_path) == set(legs_of(tmp_path, others))
    rows = {row["call"]: row for row in rows_of(settings, recordings_table)}
    assert rows[record.call]["problem"] == REFUSED
    assert rows[record.call]["removed"] is not None
    references = {call["call"]: call["recording"] for call in rows_of(settings, calls_table)}
    assert references == {record.call: None, other.call: others}
    assert [ticket["recording"] for ticket in rows_of(settings, tickets_table)] == [None, None]


def test_below_the_limit_nothing_is_recorded_and_it_is_logged_once(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    """Recording goes on when there is room again."""
    low = recording_into(tmp_path, min_free_gb=1e9)
    with recorder(on_sqlite, low) as one, capture_logs() as logs:
        for _ in range(2):
            one.look_at_disk()
        assert not one.ready
    (alarm,) = logs
    assert (alarm["event"], alarm["log_level"]) == ("recording_stopped", "error")
    with recorder(on_sqlite, recording_into(tmp_path)) as one, capture_logs() as logs:
        one.look_at_disk()
        assert one.ready
    assert logs == []


def test_nothing_is_recorded_into_a_directory_that_cannot_be_made(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        recorder(on_sqlite, recording_into(tmp_path / "file" / "below")) as one,
        capture_logs() as logs,
    ):
        one.look_at_disk()
        assert not one.ready
    assert [line["event"] for line in logs] == ["recording_stopped"]


def test_the_group_may_write_recordings_and_others_may_not_read_them(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    """Asterisk and the service are in the group of the directory."""
    with recorder(on_sqlite, recording_into(tmp_path / "new")) as one:
        one.look_at_disk()
    assert (tmp_path / "new" / INCOMING).stat().st_mode & 0o7777 == 0o2770


async def test_old_recordings_are_removed_except_those_with_unfinished_tickets(
    settings: Settings, tmp_path: Path
) -> None:
    """A file of their age without a row goes too, and so does that of a call without an end."""
    async with running(settings) as records:
        first, second, third = (begun(records, f"1700.{number}") for number in range(3))
        names = [begin_recording(each, tmp_path) for each in (first, second, third)]
        await promised(second)
        for each in (first, second):
            ended(each)
    with recorder(settings, recording_into(tmp_path)) as one:
        one.look()
    stray = (tmp_path / names[0]).with_name("stray.wav")
    stray.write_bytes(b"")
    os.utime(stray, (WALL, WALL))
    engine = connect(url_of(settings))
    called = datetime.fromtimestamp(WALL, UTC)
    assert prune_recordings(engine, tmp_path, called, called) == 0
    assert len(old_recordings(engine, called + DAY)) == 2
    assert prune_recordings(engine, tmp_path, called + DAY, called + 2 * DAY) == 3
    assert sounds_in(tmp_path) == {tmp_path / names[1]}
    removed = {row["call"]: row["removed"] for row in rows_of(settings, recordings_table)}
    assert removed == {
        first.call: called + 2 * DAY, second.call: None, third.call: called + 2 * DAY,
    }  # fmt: skip
    assert prune_recordings(engine, tmp_path, called + DAY, called + 3 * DAY) == 0
    engine.dispose()
