"""Rows 33, 34 and 35, in the sheet's own words and in virtual time."""

import pytest

from ivr.dialogue.outcome import Outcome
from tests.caller import Caller
from tests.etiquette.turns import wants


def answered_caller(caller: Caller) -> Caller:
    """Return the caller after an answer, before the question whether there is more."""
    caller.hears("greeting.ask")
    caller.stays_silent(1.0)
    caller.says("晚上一起吃个饭吧")
    caller.hears("invitation.decline")
    return caller


@pytest.mark.row("closing")
def test_a_caller_who_wants_nothing_more_is_thanked(caller: Caller) -> None:
    """Row 33: 感谢您的来电; then the caller hangs up."""
    answered_caller(caller)
    caller.hears("ask")
    caller.stays_silent(5.0)
    caller.hears("farewell")
    caller.stays_silent(1.0)
    caller.hangs_up()
    caller.is_gone()


@pytest.mark.row("closing")
@pytest.mark.parametrize("answer", ["没有了", "没有", "不用了", "再见"])
def test_words_for_nothing_more_are_answered_by_the_goodbye(caller: Caller, answer: str) -> None:
    """Row 33: 在确保客户没有其他方面的咨询后."""
    wants(caller, "晚上一起吃个饭吧")
    caller.hears("invitation.decline")
    caller.hears("closing.ask")
    caller.says(answer)
    caller.hears("closing.farewell")


@pytest.mark.row("closing")
@pytest.mark.row("caller_stays_on")
def test_a_caller_who_falls_silent_without_a_wish_hears_rows_33_and_35(caller: Caller) -> None:
    """They were asked what it is about (14), and have fallen silent."""
    caller.hears("greeting.ask")
    caller.says("喂，你好")
    caller.hears("ask_topic.ask")
    caller.stays_silent(5.0)
    caller.hears("closing.ask")
    caller.stays_silent(5.0)
    caller.hears("closing.farewell")
    caller.stays_silent(5.0)
    caller.hears("caller_stays_on.ask")
    caller.stays_silent(5.0)
    caller.hears("caller_stays_on.goodbye")
    caller.waits(5.0)
    caller.is_hung_up_on(Outcome.STAYED_ON)


@pytest.mark.row("closing")
def test_a_caller_is_asked_for_more_after_every_answer(caller: Caller) -> None:
    """Five answers in one call are each followed by the question."""
    answered_caller(caller)
    for _ in range(5):
        caller.hears("ask")
        caller.stays_silent(2.0)
        caller.says("晚上一起吃个饭吧")
        caller.hears("invitation.decline")
    caller.hears_begin("ask")


@pytest.mark.row("closing")
def test_the_farewell_is_heard_out_and_then_the_caller_is_answered(caller: Caller) -> None:
    """A caller who remembers something during the farewell keeps the call."""
    answered_caller(caller)
    caller.hears("ask")
    caller.stays_silent(5.0)
    caller.hears_begin("farewell", seconds=1.0)
    caller.says("打错了", seconds=0.8)
    caller.hears_the_rest("farewell")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("thanks")
def test_thanks_are_answered_and_the_caller_should_hang_up(caller: Caller) -> None:
    """Row 34: 不客气……再见！ A caller who does not is asked for more (35)."""
    wants(caller, "谢谢你")
    caller.hears("farewell")
    caller.stays_silent(5.0)
    caller.hears("caller_stays_on.ask")


@pytest.mark.row("caller_stays_on")
def test_a_caller_who_stays_on_is_asked_and_told(caller: Caller) -> None:
    """Row 35: 若客户仍未有回应: 对不起，我挂线了。等 5 秒以后挂断电话。"""
    answered_caller(caller)
    caller.hears("closing.ask")
    caller.stays_silent(5.0)
    caller.hears("closing.farewell")
    caller.stays_silent(5.0)
    caller.hears("ask")
    caller.stays_silent(5.0)
    caller.hears("goodbye")
    caller.stays_silent(5.0)
    caller.is_hung_up_on(Outcome.STAYED_ON)
    assert caller.rows == ["greeting", "invitation", "closing", "caller_stays_on"]


@pytest.mark.row("caller_stays_on")
@pytest.mark.parametrize("into_the_pause", [0.0, 2.5, 4.9])
def test_a_caller_who_speaks_after_the_last_words_is_answered(
    caller: Caller, into_the_pause: float
) -> None:
    """Five seconds are left to answer after 我挂线了."""
    answered_caller(caller)
    for prompt in ("closing.ask", "closing.farewell", "ask"):
        caller.hears(prompt)
        caller.stays_silent(5.0)
    caller.hears("goodbye")
    caller.stays_silent(into_the_pause)
    caller.says("晚上一起吃个饭吧")
    caller.hears("invitation.decline")
    caller.hears_begin("closing.ask")


@pytest.mark.row("caller_stays_on")
@pytest.mark.parametrize("seconds", [7.0, 12.0, 16.0, 20.0, 24.0, 26.0])
def test_a_caller_may_hang_up_at_every_step_of_the_end(caller: Caller, seconds: float) -> None:
    """Nothing is left to do then."""
    answered_caller(caller)
    caller.waits(seconds)
    caller.hangs_up()
    caller.is_gone()
