"""What was not understood is found in the steps of calls, and only until somebody reviews it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect

from ivr.config import RecordsSettings as Settings
from ivr.dialogue.commands import DropRecording
from ivr.dialogue.meaning import Intent
from ivr.records.call_record import CallRecord
from ivr.records.database import connect, reading, url_of
from ivr.records.misunderstood import (
    Misunderstood,
    misunderstood_utterances,
    note_review,
    utterance_named,
)
from ivr.records.prune import prune_records
from ivr.records.recorder import RecordingKeeper
from ivr.records.schema import reviews_table
from tests.records.asked_back import CLEAR, GUESSED, UNCLEAR, YES, enters, says
from tests.records.kept import ANSWERED, WALL, begun, ended, migrated, rows_of, running
from tests.records.recorded import begin_recording, recording_into

CALLED = datetime.fromtimestamp(WALL, UTC)


async def in_a_call(settings: Settings, *acts: Callable[[CallRecord], object]) -> CallRecord:
    async with running(settings) as records:
        record = begun(records)
        for act in acts:
            act(record)
        ended(record)
    return record


def found_in(settings: Settings, since: datetime | None = None) -> list[Misunderstood]:
    engine = connect(url_of(settings))
    with reading(engine) as connection:
        found = misunderstood_utterances(connection, since)
    engine.dispose()
    return found


async def test_what_a_row_asked_back_about_is_found_with_what_happened_then(
    settings: Settings,
) -> None:
    record = await in_a_call(
        settings,
        lambda call: says(call, 3.0, "我腰头数"),
        lambda call: enters(call, "ask_repeat"),
        lambda call: says(call, 8.0, "我要头数", GUESSED, seconds=1.5),
        lambda call: enters(call, "clarify"),
        lambda call: says(call, 12.0, "是的", YES),
        lambda call: enters(call, "complaint_deferred", "closing"),
    )
    first, second = found_in(settings)
    assert (first.call, first.text, first.at, first.seconds) == (record.call, "我腰头数", 3.0, 1.0)
    assert (first.asked, first.then) == ("ask_repeat", "complaint_deferred")
    assert (second.asked, second.then) == ("clarify", "complaint_deferred")
    assert second.words is not None
    assert second.words.meaning.intent is Intent.COMPLAINT_DEFERRED
    assert (second.seconds, second.outcome, second.recording) == (1.5, "stayed_on", "")


async def test_words_that_are_lost_and_words_that_were_given_up_are_found(
    settings: Settings,
) -> None:
    await in_a_call(
        settings,
        lambda call: says(call, 3.0, None),
        lambda call: enters(call, "ask_repeat"),
        lambda call: says(call, 8.0, "闻以外"),
        lambda call: enters(call, "dialect"),
        lambda call: says(call, 12.0, "文一歪"),
        lambda call: enters(call, "cannot_answer_now"),
    )
    found = found_in(settings)
    assert [(one.text, one.asked) for one in found] == [
        ("", "ask_repeat"), ("闻以外", "dialect"), ("文一歪", ""),
    ]  # fmt: skip
    assert found[0].words is None
    assert {one.then for one in found} == {"cannot_answer_now"}


async def test_what_was_understood_or_was_no_speech_is_not_found(settings: Settings) -> None:
    """Free words that a row takes as they are fit no intent, and nobody has asked back."""
    await in_a_call(
        settings,
        lambda call: says(call, 3.0, "我要投诉", CLEAR),
        lambda call: enters(call, "complaint_deferred"),
        lambda call: says(call, 8.0, "昨天机器坏了", UNCLEAR),
        lambda call: enters(call, "closing"),
        lambda call: says(call, 12.0, "那个", GUESSED),
        lambda call: enters(call, "clarify"),
        lambda call: says(call, 15.0, ""),  # a cough
        lambda call: says(call, 16.0, "不是", (Intent.NO, CLEAR[1])),
        lambda call: enters(call, "ask_repeat"),
        lambda call: says(call, 20.0, "我要投诉", CLEAR),
        lambda call: enters(call, "complaint_deferred"),
    )
    assert [one.text for one in found_in(settings)] == ["那个"]


async def test_what_was_reviewed_or_is_older_is_left_out(settings: Settings) -> None:
    await in_a_call(
        settings,
        lambda call: says(call, 3.0, "我腰头数"),
        lambda call: enters(call, "ask_repeat"),
        lambda call: says(call, 8.0, "我腰投树"),
        lambda call: enters(call, "ask_repeat"),
    )
    assert len(found_in(settings, CALLED)) == 2
    assert found_in(settings, CALLED + timedelta(seconds=1)) == []
    first, second = found_in(settings)
    engine = connect(url_of(settings))
    with engine.begin() as connection:
        note_review(connection, first, None)
        note_review(connection, first, Intent.COMPLAINT_DEFERRED)  # a person may change their mind
        assert utterance_named(connection, first.name) == first
        assert utterance_named(connection, second.name.replace("-", "-9")) is None
        assert utterance_named(connection, f"{second.call[:7]}-{second.step}") is None
        assert utterance_named(connection, f"%%%%%%%%-{second.step}") is None
        assert utterance_named(connection, second.call) is None
    assert found_in(settings) == [second]
    (row,) = rows_of(settings, reviews_table)
    assert (row["step"], row["intent"]) == (first.step, "complaint_deferred")
    prune_records(engine, CALLED + timedelta(days=1))
    assert rows_of(settings, reviews_table) == []
    engine.dispose()


async def test_the_place_in_the_recording_is_known_while_there_is_one(
    settings: Settings, tmp_path: Path
) -> None:
    """The recording begins with the answer, and what a caller refuses cannot be listened to."""
    sounds = tmp_path / "recordings"
    record = await in_a_call(
        settings,
        lambda call: begin_recording(call, sounds),
        lambda call: says(call, 3.0, "我腰头数"),
        lambda call: enters(call, "ask_repeat"),
    )
    keeper = RecordingKeeper(recording_into(sounds), connect(url_of(settings)))
    keeper.look()
    keeper.stop(1.0)
    (one,) = found_in(settings)
    assert (one.recording, one.start) == (record.recording, 3.0)
    await in_a_call(
        settings,
        lambda call: begin_recording(call, sounds),
        lambda call: says(call, 3.0, "我不想录音"),
        lambda call: enters(call, "ask_repeat"),
        lambda call: call.note(DropRecording(), ANSWERED + 9.0),
    )
    refused = next(one for one in found_in(settings) if one.text == "我不想录音")
    assert refused.recording == ""


async def test_reviews_go_down_and_up_and_calls_stay(settings: Settings) -> None:
    await in_a_call(
        settings,
        lambda call: says(call, 3.0, "我腰头数"),
        lambda call: enters(call, "ask_repeat"),
    )
    found = found_in(settings)
    engine = connect(url_of(settings))
    with engine.begin() as connection:
        note_review(connection, found[0], None)
    migrated(settings, "0004")
    assert not inspect(engine).has_table(reviews_table.name)
    migrated(settings)
    assert rows_of(settings, reviews_table) == []
    assert found_in(settings) == found
    engine.dispose()
