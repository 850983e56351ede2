"""Callers' BYEs are compared with the ends of their sessions, also where both come at once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.bench.hang_ups import compare_ends
from ivr.dialogue.outcome import Outcome
from ivr.softphone.recording import CallRecording, EndedBy
from ivr.softphone.script import ALAW

TO_WALL = 1_700_000_000.0


def call(ended_by: EndedBy, ended: float) -> CallRecording:
    return CallRecording(
        number="66385255", codec=ALAW, invited=0.0, ringing=None, answered=0.1,
        ended=ended, ended_by=ended_by, status=200, reason="OK", datagrams=(), sent=(),
    )  # fmt: skip


def session(outcome: Outcome, ended: float) -> dict[str, Any]:
    at = datetime.fromtimestamp(TO_WALL + ended, UTC)
    uniqueid = f"{outcome}-{ended}"
    return {
        "call": uniqueid, "uniqueid": uniqueid, "outcome": outcome, "timestamp": at.isoformat()
    }  # fmt: skip


def records_of(sessions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sessions' records: their ``call`` is an id of their own, not Asterisk's."""
    return [{**one, "call": f"record {number}"} for number, one in enumerate(sessions)]


HUNG_UP, NO_SOUND = Outcome.CALLER_HUNG_UP, Outcome.NO_SOUND


def test_each_bye_is_compared_with_the_end_of_its_session() -> None:
    calls = [call("callee", 37.5), call("caller", 20.0), call("caller", 5.0)]
    sessions = [session(HUNG_UP, 5.004), session(HUNG_UP, 20.01), session(NO_SOUND, 37.498)]
    ends = compare_ends(calls, records_of(sessions), sessions, TO_WALL)
    assert sorted(ends.differences_ms) == pytest.approx([4.0, 10.0], abs=0.01)
    assert (ends.unpaired, ends.problems) == (0, ())


def test_a_caller_who_hangs_up_as_row_2_ends_is_counted_and_the_others_are_paired() -> None:
    calls = [call("caller", 5.0), call("caller", 37.501), call("caller", 37.3)]
    sessions = [session(HUNG_UP, 5.004), session(NO_SOUND, 37.5), session(HUNG_UP, 37.306)]
    ends = compare_ends(calls, records_of(sessions), sessions, TO_WALL)
    assert sorted(ends.differences_ms) == pytest.approx([4.0, 6.0], abs=0.01)
    assert (ends.unpaired, ends.problems) == (1, ())


def test_an_outcome_that_no_instant_explains_is_a_problem() -> None:
    calls = [call("caller", 5.0), call("caller", 30.0), call("callee", 37.5)]
    sessions = [
        session(HUNG_UP, 5.004),
        session(NO_SOUND, 31.0),
        session(Outcome.FAILED, 37.5),
    ]
    ends = compare_ends(calls, records_of(sessions), sessions, TO_WALL)
    assert len(ends.differences_ms) == 1
    assert ends.unpaired == 0
    assert ends.problems == (
        "calls that the caller ended are recorded as no_sound: 1",
        f"calls that the hotline ended are recorded as {Outcome.FAILED}: 1",
    )


def test_a_missing_session_and_a_missing_record_are_problems() -> None:
    calls = [call("caller", 5.0), call("caller", 6.0), call("caller", 7.0)]
    sessions = [session(HUNG_UP, 5.004), session(HUNG_UP, 7.001)]
    ends = compare_ends(calls, sessions[:1], sessions, TO_WALL)
    assert ends.differences_ms == pytest.approx([4.0], abs=0.01)
    assert ends.problems == (
        "calls that the caller ended have no record: 1",
        "answered calls without a closed session: 1",
    )


def test_nothing_to_compare_gives_no_difference() -> None:
    assert compare_ends([], [], [], TO_WALL).differences_ms == []
