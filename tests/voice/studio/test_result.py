"""The last good take of a line counts, and a take with any doubt is no good one."""

import json
from pathlib import Path

import pytest

from ivr.voice.studio.result import (
    FoundSession,
    LineStatus,
    LineTakes,
    SessionFile,
    Stray,
    StudioTake,
    doubts_about,
    minutes,
)
from ivr.voice.studio.script import ScriptLine

FILE = Path("session.wav")


def take(start: float, *doubts: str) -> StudioTake:
    return StudioTake(FILE, start, start + 1.0, "您好", 0.9, 1.0, (1.0, 1.0), doubts)


@pytest.mark.parametrize(
    ("takes", "start", "status"),
    [
        ([], None, LineStatus.MISSING),
        ([take(1)], 1, LineStatus.SURE),
        ([take(1), take(2)], 2, LineStatus.SURE),
        ([take(1), take(2), take(3, "doubt")], 2, LineStatus.SURE),
        ([take(1, "doubt"), take(2, "doubt")], 2, LineStatus.UNSURE),
    ],
)
def test_the_last_good_take_counts_else_the_last(
    lines: tuple[ScriptLine, ...], takes: list[StudioTake], start: float | None, status: LineStatus
) -> None:
    found = LineTakes(lines[0], tuple(takes))
    assert (found.counted.start if found.counted else None, found.status) == (start, status)


@pytest.mark.parametrize(
    ("similarity", "probability", "understood", "overdriven", "doubts"),
    [
        (0.9, 1.0, True, False, []),
        (0.5, 1.0, True, False, ["recognised as 您好"]),
        (None, 1.0, True, False, ["no words were recognised"]),
        (0.9, 0.5, True, False, ["it may belong to another line"]),
        (0.9, 1.0, True, True, ["overdriven: record it again at a lower level"]),
        (
            None,
            0.5,
            False,
            False,
            ["placed by its length alone: the recogniser does not know this voice"],
        ),
    ],
)
def test_doubts(
    similarity: float | None,
    probability: float,
    understood: bool,
    overdriven: bool,
    doubts: list[str],
) -> None:
    found = doubts_about(
        "您好", similarity, probability, understood=understood, overdriven=overdriven
    )
    assert list(found) == doubts


def test_a_time_is_written_in_minutes() -> None:
    assert [minutes(at) for at in (0.0, 9.96, 59.97, 62.54, 3723.0)] == [
        "0:00.0", "0:10.0", "1:00.0", "1:02.5", "62:03.0",
    ]  # fmt: skip


def test_a_session_becomes_json(lines: tuple[ScriptLine, ...]) -> None:
    session = FoundSession(
        (SessionFile(FILE, 9.0, -22.0, -60.0, True, 0.1),),
        (LineTakes(lines[0], (take(1), take(2))), LineTakes(lines[1], ())),
        (Stray(FILE, 5.0, 5.2, "", True),),
    )
    report = json.loads(json.dumps(session.dump([Path("a.wav")])))
    assert report["counts"] == {
        "sure": 1, "unsure": 0, "missing": 1, "repeated": 1, "stray": 1, "written": 1,
    }  # fmt: skip
    assert [one["counts"] for one in report["lines"][0]["takes"]] == [False, True]
    assert report["stray"][0]["noise"] is True
    assert not session.complete
