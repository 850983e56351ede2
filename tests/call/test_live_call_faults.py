"""Faults during a live call: in its script, its prompts, its tap and its ear."""

from typing import Any

import pytest

from ivr.dialogue.commands import Play
from ivr.dialogue.events import (
    KeyPressed,
    LineChanged,
)
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.sheet import Sheet
from ivr.hearing.ear import Ear
from ivr.hearing.played import Reference
from tests.call.setting import IDLE, Setting
from tests.remembering import PROMPT_SECONDS
from tests.virtual_time import run


class BrokenEar(Ear):
    """An ear that fails at every frame."""

    def hear(self, frame: Any, now: float) -> list[Any]:
        raise RuntimeError("a defect of the ear")


def test_a_crash_in_the_script_ends_with_the_apology(sheet: Sheet) -> None:
    async def crash() -> Outcome:
        raise RuntimeError("a defect of ours")

    async def scene() -> None:
        at = Setting(sheet, script=crash)
        await at.line.over.wait()
        assert at.line.said == [(0.0, "system.apology")]
        assert at.line.hung_up == (PROMPT_SECONDS, Outcome.FAILED)
        assert at.record.closed == [Outcome.FAILED]

    run(scene())


def test_a_crash_in_the_apology_hands_the_caller_back_to_the_pbx(sheet: Sheet) -> None:
    async def crash(*_: object) -> Outcome:
        raise RuntimeError("a defect of ours")

    async def scene() -> None:
        at = Setting(sheet, script=crash, words=crash)
        assert at.line.handed_back == 0.0
        assert at.record.closed == [Outcome.FAILED]
        assert at.line.loop.timers() == 0

    run(scene())


def test_a_prompt_without_a_sound_hands_the_caller_back_to_the_pbx(
    sheet: Sheet,
) -> None:
    def lost(play: Play) -> Reference:
        raise KeyError(play.prompt.id)

    async def scene() -> None:
        at = Setting(sheet, reference=lost)
        assert at.line.handed_back == 0.0
        assert at.record.closed == [Outcome.FAILED]

    run(scene())


@pytest.mark.row("no_sound")
def test_a_lost_tap_is_explained_and_not_blamed_on_the_caller(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        at.listener.tapped(False, at.line.loop.time())
        await at.line.over.wait()
        assert [id for _, id in at.line.said] == ["greeting.ask", "system.keys_only"]
        assert at.line.hung_up is not None
        assert at.line.hung_up[1] is Outcome.UNHEARD

    run(scene())


def test_a_caller_is_heard_again_when_the_tap_comes_back(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        at.listener.tapped(False, at.line.loop.time())
        await at.waits(1.0)
        at.listener.tapped(True, at.line.loop.time())
        await at.line.over.wait()
        assert at.record.closed == [Outcome.NO_SOUND]

    run(scene())


def test_a_defect_of_the_ear_leaves_the_keys(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet, ear=BrokenEar)
        for _ in range(3):
            at.hears(IDLE)
        changes = [event for event in at.record.events if isinstance(event, LineChanged)]
        assert len(changes) == 1  # the ear is not asked again
        await at.waits(PROMPT_SECONDS + 1.0)
        at.live.deliver(KeyPressed("1"), at.line.loop.time())
        assert at.line.said[-1][1] == "ask_topic.ask"
        await at.line.over.wait()
        assert at.record.closed == [Outcome.UNHEARD]

    run(scene())
