"""The journal: one call is one line of JSON, whatever a caller or the disk does."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ivr.dialogue.commands import EnterRow, HangUp, Play
from ivr.dialogue.events import LineLost, PromptFinished, SpeechStarted
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.records.journal import Journal, JournalError

ANSWERED, WALL = 5000.0, 1_700_000_000.0


def lines(directory: Path) -> list[str]:
    return (directory / "calls.jsonl").read_text(encoding="utf-8").splitlines()


async def test_a_call_is_one_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "records")
    record = journal.begin("1700.1", "66385255", "13800000000", ANSWERED, WALL)
    record.note(EnterRow("greeting"), ANSWERED)
    record.note(Play(1, Prompt("greeting.ask", "您好"), True), ANSWERED)
    record.note(PromptFinished(1), ANSWERED + 2.5)
    record.note(SpeechStarted(ANSWERED + 3.0), ANSWERED + 3.2)
    record.note(HangUp(Outcome.STAYED_ON), ANSWERED + 9.0)
    record.close(Outcome.STAYED_ON, ANSWERED + 9.0)
    await journal.close()
    (line,) = lines(tmp_path / "new" / "records")
    told = json.loads(line)
    assert told["started"] == "2023-11-14T22:13:20.000+00:00"
    assert (told["outcome"], told["seconds"], told["rows"]) == ("stayed_on", 9.0, ["greeting"])
    assert told["steps"] == [
        {"at": 0.0, "what": "EnterRow", "row": "greeting"},
        {"at": 0.0, "what": "Play", "prompt": "greeting.ask"},
        {"at": 2.5, "what": "PromptFinished", "play": 1},
        {"at": 3.2, "what": "SpeechStarted", "onset": 3.0},
        {"at": 9.0, "what": "HangUp", "outcome": "stayed_on"},
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(st.characters(exclude_categories=()), max_size=50))
@pytest.mark.parametrize("seed", ['"}\n{"call": "forged', "\x85\u2028\u2029\r\x0b\x1e", "\udcff"])
def test_hostile_strings_stay_in_their_line(tmp_path: Path, seed: str, text: str) -> None:
    hostile = seed + text

    async def write() -> None:
        journal = Journal(tmp_path)
        record = journal.begin(hostile, hostile, hostile, ANSWERED, WALL)
        record.note(LineLost(hostile), ANSWERED)
        record.close(Outcome.LINE_LOST, ANSWERED)
        await journal.close()

    (tmp_path / "calls.jsonl").unlink(missing_ok=True)
    asyncio.run(write())
    (line,) = lines(tmp_path)
    told = json.loads(line)
    assert told["caller"] == told["steps"][0]["reason"]
    assert told["caller"].encode("utf-8", "surrogatepass") == hostile.encode(
        "utf-8", "surrogatepass"
    )


async def test_calls_that_end_together_do_not_mix(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(100):
        record = journal.begin(str(number), "x" * 5000, "", ANSWERED, WALL)
        record.close(Outcome.NO_SOUND, ANSWERED)
    await journal.close()
    assert sorted(int(json.loads(line)["call"]) for line in lines(tmp_path)) == list(range(100))


async def test_the_file_may_be_moved_away(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for name in ("first", "second"):
        journal.begin(name, "", "", ANSWERED, WALL).close(Outcome.NO_SOUND, ANSWERED)
        await journal.close()
        (line,) = lines(tmp_path)
        assert json.loads(line)["call"] == name
        (tmp_path / "calls.jsonl").rename(tmp_path / f"{name}.jsonl")


async def test_a_full_disk_is_logged_with_the_record_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").symlink_to("/dev/full")
    journal = Journal(tmp_path)
    with capture_logs() as logs:
        journal.begin("1700.1", "", "", ANSWERED, WALL).close(Outcome.NO_SOUND, ANSWERED)
        await journal.close()
    (entry,) = [entry for entry in logs if entry["event"] == "record_not_written"]
    assert "No space left" in entry["why"]
    assert json.loads(entry["record"])["call"] == "1700.1"


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match=r"records.directory = .* cannot be written .*: make it"):
        Journal(tmp_path / "file" / "records")
    with pytest.raises(JournalError):
        Journal(Path("/proc/records"))
