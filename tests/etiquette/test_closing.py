"""Rows 33 and 35, in the sheet's own words and in virtual time."""

import pytest

from ivr.dialogue.outcome import Outcome
from tests.caller import Caller


def spoken_to(caller: Caller) -> Caller:
    """A caller who has got an answer, and is to be asked whether there is more."""
    caller.hears("greeting.ask")
    caller.stays_silent(1.0)
    caller.says("晚上一起吃个饭吧")
    caller.hears("invitation.decline")
    return caller


@pytest.mark.row("closing")
def test_who_wants_nothing_more_is_thanked(caller: Caller) -> None:
    """请问还有什么可以帮助您？ Nothing more: 感谢您的来电; he hangs up himself."""
    spoken_to(caller)
    caller.hears("ask")
    caller.stays_silent(5.0)
    caller.hears("farewell")
    caller.stays_silent(1.0)
    caller.hangs_up()
    caller.is_gone()


@pytest.mark.row("closing")
@pytest.mark.row("caller_stays_on")
def test_who_never_says_what_he_wants_is_asked_thanked_and_told(caller: Caller) -> None:
    """33, then 35, all of it: he was asked what it is about (14), and has fallen silent."""
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
def test_who_has_more_to_ask_is_asked_again(caller: Caller) -> None:
    """As often as he speaks."""
    spoken_to(caller)
    for _ in range(5):
        caller.hears("ask")
        caller.stays_silent(2.0)
        caller.says("晚上一起吃个饭吧")
        caller.hears("invitation.decline")
    caller.hears_begin("ask")


@pytest.mark.row("closing")
def test_the_farewell_is_heard_out_and_then_the_caller_is_answered(caller: Caller) -> None:
    """A caller who remembers something during the farewell keeps the call."""
    spoken_to(caller)
    caller.hears("ask")
    caller.stays_silent(5.0)
    caller.hears_begin("farewell", seconds=1.0)
    caller.says("打错了", seconds=0.8)
    caller.hears_the_rest("farewell")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("caller_stays_on")
def test_a_caller_who_stays_on_is_asked_and_told(caller: Caller) -> None:
    """若客户仍未有回应: 对不起，我挂线了。等 5 秒以后挂断电话。"""
    spoken_to(caller)
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
def test_who_speaks_after_the_last_words_is_asked_what_else(
    caller: Caller, into_the_pause: float
) -> None:
    """我挂线了 is not the end yet: five seconds are left to answer."""
    spoken_to(caller)
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
def test_hanging_up_ends_it_at_every_step(caller: Caller, seconds: float) -> None:
    """The caller may go at any time; nothing is left to do."""
    spoken_to(caller)
    caller.waits(seconds)
    caller.hangs_up()
    caller.is_gone()
