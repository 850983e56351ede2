"""A live call in virtual time: speech, timers, tickets and its end."""

from typing import Any

import pytest

from ivr.dialogue.commands import HangUp, MakeTicket
from ivr.dialogue.events import (
    CallerHungUp,
    KeyPressed,
    SpeechStarted,
    TicketMade,
)
from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import make_ticket
from ivr.etiquette.sheet import Sheet
from ivr.hearing.ear import Ear
from tests.call.setting import IDLE, LOUD, Setting
from tests.remembering import PROMPT_SECONDS
from tests.virtual_time import run


def test_a_caller_without_rtp_is_asked_twice_and_hung_up_on(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        await at.line.over.wait()
        assert at.line.said == [
            (0.0, "greeting.ask"),
            (7.0, "no_sound.ask"),
            (14.0, "no_sound.ask"),
            (21.0, "no_sound.farewell"),
        ]
        assert at.line.hung_up == (28.0, Outcome.NO_SOUND)
        assert at.record.closed == [Outcome.NO_SOUND]
        assert at.line.loop.timers() == 0

    run(scene())


def test_speech_stops_a_prompt_and_the_timer_is_set_anew(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        await at.is_spoken_to()
        assert at.line.stopped == [1]
        await at.waits(1.0)  # no more audio: the end of the speech comes by the clock
        seconds, prompt = at.line.said[1]
        assert seconds == pytest.approx(0.9 + 0.52, abs=0.04)
        assert prompt == "ask_topic.ask"
        assert at.line.loop.timers() == 2  # the prompt's end, and the next of the call's own

    run(scene())


def test_a_caller_who_says_goodbye_is_answered_after_a_shorter_pause(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        await at.is_spoken_to()
        at.recogniser.appeared(Meaning("再见", Intent.GOODBYE, Certainty.SURE, 1.0))
        for _ in range(50):
            await at.waits(0.02)
            at.hears(IDLE)
        assert at.line.said[1][0] == pytest.approx(0.9 + 0.3 + 0.05, abs=0.04)

    run(scene())


def test_the_recogniser_learns_of_a_pause_before_the_end_of_speech(sheet: Sheet) -> None:
    """It is told 0.2 s after the voice; 0.5 s after the voice the utterance ends."""

    async def scene() -> None:
        at = Setting(sheet)
        await at.is_spoken_to()
        for _ in range(9):
            await at.waits(0.02)
            at.hears(IDLE)
        assert at.recogniser.pauses == []
        for _ in range(3):
            await at.waits(0.02)
            at.hears(IDLE)
        assert at.recogniser.pauses == ["pause"]
        for _ in range(3):
            await at.waits(0.02)
            at.hears(LOUD)
        assert at.recogniser.pauses == ["pause", "go_on"]
        at.live.close("the test is over")

    run(scene())


def test_an_event_at_the_very_instant_of_the_deadline_comes_first(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        deadline = at.line.answered + PROMPT_SECONDS + 5.0
        at.line.loop.call_at(deadline, lambda: at.live.deliver(KeyPressed("1"), deadline))
        await at.waits(7.5)
        assert [id for _, id in at.line.said] == ["greeting.ask", "ask_topic.ask"]

    run(scene())


def test_the_delay_after_each_deadline_is_reported(sheet: Sheet) -> None:
    """The loop stands still for 30 ms at the first deadline; a key ends the last wait early."""

    async def scene() -> None:
        late: list[float] = []
        at = Setting(sheet, waited=late.append)
        deadline = at.line.answered + PROMPT_SECONDS + 5.0
        at.line.loop.call_at(deadline - 0.001, lambda: at.line.loop.stand_still(0.031))
        await at.waits(14.5)
        assert late == [pytest.approx(0.03), pytest.approx(0.0)]
        at.live.deliver(KeyPressed("1"), at.line.loop.time())
        await at.waits(1.0)
        assert len(late) == 2

    run(scene())


def test_speech_found_at_the_deadline_comes_before_it(sheet: Sheet) -> None:
    class Waking(Ear):
        """An ear that asks to be woken at the end of the listen, and finds speech then."""

        due: float | None = 1000.0 + PROMPT_SECONDS + 5.0

        def next_deadline(self) -> float | None:
            return self.due

        def wake(self, now: float) -> list[Any]:
            if self.due is None or now < self.due:
                return []
            self.due = None
            return [SpeechStarted(now)]

    async def scene() -> None:
        at = Setting(sheet, ear=Waking)
        await at.waits(7.5)
        assert [id for _, id in at.line.said] == ["greeting.ask"]
        assert at.line.hung_up is None
        at.live.close("the test is over")

    run(scene())


@pytest.mark.parametrize("after", [0.0, 1.0, 4.0, 8.0])
def test_a_hang_up_ends_everything(sheet: Sheet, after: float) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        await at.waits(after)
        if at.line.ends is not None:
            at.line.ends.cancel()  # a line that is gone sends no events
        at.live.deliver(CallerHungUp(), at.line.loop.time())
        assert at.record.closed == [Outcome.CALLER_HUNG_UP]
        assert at.line.hung_up is None
        assert at.line.loop.timers() == 0
        said = len(at.line.said)
        at.hears(LOUD)  # late audio, keys and orders change nothing
        at.live.deliver(KeyPressed("1"), at.line.loop.time())
        at.live.end(Outcome.DRAINED)
        await at.waits(60.0)
        assert len(at.line.said) == said

    run(scene())


def test_a_call_that_is_closed_twice_has_one_record(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        at.live.close("the PBX is gone")
        at.live.close("the PBX is gone")
        assert at.record.closed == [Outcome.LINE_LOST]

    run(scene())


def test_a_call_that_is_ended_from_outside_hears_the_last_words(sheet: Sheet) -> None:
    async def scene() -> None:
        at = Setting(sheet)
        await at.waits(1.0)
        at.live.end(Outcome.DRAINED)
        await at.line.over.wait()
        assert at.line.said[-1] == (1.0, "system.apology")
        assert at.line.hung_up == (1.0 + PROMPT_SECONDS, Outcome.DRAINED)

    run(scene())


@pytest.mark.parametrize("number", ["582369", None])
def test_the_script_goes_on_once_the_record_has_the_ticket(
    sheet: Sheet, number: str | None
) -> None:
    answers: list[str | None] = []

    async def script() -> Outcome:
        answers.append(await make_ticket(Ticket(TicketKind.SUGGESTION)))
        return Outcome.STAYED_ON

    async def scenario() -> None:
        at = Setting(sheet, script)
        at.record.number = number
        assert answers == []
        await at.line.over.wait()
        assert answers == [number]
        assert [type(what) for what in at.record.events] == [MakeTicket, TicketMade, HangUp]
        assert at.record.closed == [Outcome.STAYED_ON]

    run(scenario())
