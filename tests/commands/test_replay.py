"""``ivr calls play`` and ``show``: the sound of a call, or one sentence that says why not."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from ivr.cli import app
from ivr.config import RecordsSettings as Settings
from ivr.dialogue.commands import DropRecording, StartRecording
from ivr.records.call_record import CallRecord
from ivr.records.database import connect, url_of
from ivr.records.old_recordings import prune_recordings
from ivr.records.recorder import RecordingKeeper
from tests.records.kept import ANSWERED, WALL, begun, ended, running
from tests.records.recorded import begin_recording, recording_into

Ivr = Callable[..., Result]
CALLED = datetime.fromtimestamp(WALL, UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(directory=tmp_path / "records")


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def ivr(settings: Settings, sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ivr:
    """Runs a command on a machine without a player."""
    monkeypatch.setenv("PATH", str(tmp_path))
    config = tmp_path / "ivr.toml"
    config.write_text(
        f'[records]\ndirectory = "{settings.directory}"\n'
        f'[recording]\ndirectory = "{sounds}"\nmin_free_gb = 0\n'
    )

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "-c", str(config)], catch_exceptions=False)

    return run


async def call(
    settings: Settings, *acts: Callable[[CallRecord], object], channel: str = "1700.1"
) -> CallRecord:
    """A call that is over, in which something was done."""
    async with running(settings) as records:
        record = begun(records, channel)
        for act in acts:
            act(record)
        ended(record)
    return record


def keep(settings: Settings, sounds: Path) -> Engine:
    """Let the service's thread do its work; a connection to see it by."""
    recorder = RecordingKeeper(recording_into(sounds), connect(url_of(settings)))
    recorder.look()
    recorder.stop(1.0)
    return connect(url_of(settings))


async def test_a_recording_is_played_by_what_this_machine_has(
    settings: Settings, sounds: Path, ivr: Ivr, tmp_path: Path
) -> None:
    """The file itself; without a player the sentence says where it is."""
    record = await call(settings, lambda record: begin_recording(record, sounds))
    keep(settings, sounds).dispose()
    path = sounds / record.recording
    told = ivr("calls", "play", record.call[:8])
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert "install alsa-utils" in told.stderr
    assert str(path) in told.stderr
    assert "--to sip:" in told.stderr
    player, heard = tmp_path / "aplay", tmp_path / "heard"
    shell = shutil.which("sh", path="/bin:/usr/bin")
    player.write_text(f'#!{shell}\nwhile read -r x; do :; done < "$2"; echo "$2" > {heard}\n')
    player.chmod(0o755)
    assert ivr("calls", "play", record.call[:8]).exit_code == 0
    assert heard.read_text().strip() == str(path)


async def test_a_file_that_was_changed_is_said_to_be(
    settings: Settings, sounds: Path, ivr: Ivr
) -> None:
    """One bit is enough."""
    record = await call(settings, lambda record: begin_recording(record, sounds))
    keep(settings, sounds).dispose()
    path = sounds / record.recording
    octets = bytearray(path.read_bytes())
    octets[100] ^= 1
    path.write_bytes(octets)
    assert "is not what was recorded" in ivr("calls", "play", record.call[:8]).stderr


async def test_why_there_is_nothing_to_hear(settings: Settings, sounds: Path, ivr: Ivr) -> None:
    """One sentence each."""
    nothing = await call(settings)
    unfinished = await call(
        settings, lambda record: begin_recording(record, sounds, closed=False), channel="1700.2"
    )
    refused = await call(
        settings,
        lambda record: record.note(StartRecording(), ANSWERED),
        lambda record: record.note(DropRecording(), ANSWERED),
    )
    moved = await call(settings, lambda record: begin_recording(record, sounds), channel="1700.3")
    engine = keep(settings, sounds)
    (sounds / moved.recording).unlink()
    for record, why in [
        (nothing, "was not recorded"),
        (unfinished, "is not complete"),
        (refused, "did not want to be recorded"),
        (moved, "should be"),
    ]:
        told = ivr("calls", "play", record.call[:8])
        assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
        assert why in told.stderr
    assert "there is no call nobody" in ivr("calls", "play", "nobody").stderr
    prune_recordings(engine, sounds, CALLED + timedelta(days=1), CALLED + timedelta(days=100))
    engine.dispose()
    assert "recording.keep_days" in ivr("calls", "play", moved.call[:8]).stderr


async def test_show_names_the_recording(settings: Settings, sounds: Path, ivr: Ivr) -> None:
    """With its length and its checksum, and where in the call it began."""
    record = await call(settings, lambda record: begin_recording(record, sounds))
    keep(settings, sounds).dispose()
    shown = ivr("calls", "show", record.call[:8]).stdout
    assert f"recording {record.recording}  1.0 s  sha256 " in shown
    assert "record  from here on" in shown
    assert record.recording in ivr("calls", "show", record.call[:8], "--json").stdout


async def test_prune_has_days_of_its_own_for_recordings(
    settings: Settings, sounds: Path, ivr: Ivr
) -> None:
    """The command tells both."""
    record = await call(settings, lambda record: begin_recording(record, sounds))
    keep(settings, sounds).dispose()
    words = ("records", "prune", "--keep-days", "36500", "--keep-recording-days", "1")
    assert "1 recordings of more than 1 days ago would go" in ivr(*words, "--dry-run").stdout
    assert (sounds / record.recording).exists()
    assert "1 recordings of more than 1 days ago are gone" in ivr(*words).stdout
    assert not (sounds / record.recording).exists()
    assert "0 calls" in ivr(*words).stdout
