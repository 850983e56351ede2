"""Rows 1 and 2, in the sheet's own words and in virtual time."""

import time

import pytest

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller


@pytest.mark.row("greeting")
def test_a_caller_is_greeted_and_listened_to(caller: Caller) -> None:
    """您好，腾讯企业 QQ 河南服务中心: the first words; then he may speak."""
    caller.hears("ask")
    caller.stays_silent(1.0)
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("greeting")
def test_a_caller_may_interrupt_the_greeting(caller: Caller) -> None:
    """Who knows what he wants need not hear it to the end, and is waited for."""
    caller.hears_begin("ask", seconds=1.0)
    caller.says("你好", seconds=2.0)
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("greeting")
def test_a_key_ends_the_greeting(caller: Caller) -> None:
    """A key is as good as a word."""
    caller.hears_begin("ask", seconds=1.0)
    caller.presses("1")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_silent_caller(caller: Caller) -> None:
    """稍停五秒，还是无声; 稍停五秒，对方还是毫无反应; 再稍停五秒，挂机。"""
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears("ask")
    caller.stays_silent(5.0)
    caller.hears("ask")
    caller.stays_silent(5.0)
    caller.hears("farewell")
    caller.stays_silent(5.0)
    caller.is_hung_up_on(Outcome.NO_SOUND)
    assert caller.rows == ["greeting", "no_sound"]


@pytest.mark.row("no_sound")
def test_speech_at_the_last_instant_of_the_first_wait(caller: Caller) -> None:
    """At 5.00 s the event beats the deadline: he was not silent."""
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears("ask")
    caller.stays_silent(4.99)
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_one_hundredth_of_a_second_too_late_is_still_an_answer(caller: Caller) -> None:
    """The next question begins at 5.00 s; a caller who speaks into it is heard."""
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("ask", seconds=0.01)
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_speech_that_began_before_the_goodbye_withdraws_it(caller: Caller) -> None:
    """He spoke at 4.99 s; the ear is sure of it only when the goodbye has begun."""
    for prompt in ("greeting.ask", "ask", "ask"):
        caller.hears(prompt)
        caller.stays_silent(4.99)
        if prompt == "ask" and caller.rows == ["greeting", "no_sound"]:
            break
        caller.stays_silent(0.01)
    caller.begins_to_speak(noticed=0.2)
    caller.stops_speaking("你好")
    caller.hears_begin("ask_topic.ask")
    assert not any("farewell" in line for line in caller.transcript)


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("into_the_pause", [0.0, 2.0, 4.9])
def test_speech_in_the_pause_after_the_goodbye_keeps_the_call(
    caller: Caller, into_the_pause: float
) -> None:
    """Nobody is hung up on who can be heard; the ear needs the last 80 ms to hear him."""
    for prompt in ("greeting.ask", "ask", "ask"):
        caller.hears(prompt)
        caller.stays_silent(5.0)
    caller.hears("farewell")
    caller.stays_silent(into_the_pause)
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_speech_into_the_goodbye_is_not_lost(caller: Caller) -> None:
    """The goodbye is heard out, then the caller is answered."""
    for prompt in ("greeting.ask", "ask", "ask"):
        caller.hears(prompt)
        caller.stays_silent(5.0)
    caller.hears_begin("farewell", seconds=1.0)
    caller.says("你好", seconds=1.0)
    caller.hears_the_rest("farewell")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_a_cough_is_no_caller(caller: Caller) -> None:
    """80 ms of noise neither end a wait nor lengthen it."""
    caller.hears("greeting.ask")
    caller.stays_silent(2.0)
    caller.coughs()
    caller.stays_silent(5.0 - 2.0 - 0.18)
    caller.hears("ask")


@pytest.mark.row("no_sound")
def test_a_cough_at_the_deadline_is_decided_first(caller: Caller) -> None:
    """While it may be speech, the wait is held; dismissed, the row goes on at once."""
    caller.hears("greeting.ask")
    caller.stays_silent(4.95)
    caller.coughs()
    caller.hears("ask")


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("seconds", [0.0, 3.0, 5.7, 9.0, 12.0, 20.0, 25.0, 30.0])
def test_hanging_up_ends_it_at_every_step(caller: Caller, seconds: float) -> None:
    """The caller may go at any time; nothing is left to do."""
    caller.waits(seconds)
    caller.hangs_up()
    caller.is_gone()


@pytest.mark.row("no_sound")
def test_our_own_deafness_is_not_blamed_on_the_caller(caller: Caller) -> None:
    """When we cannot hear we say so, and never 您的电话没有声音."""
    caller.hears("greeting.ask")
    caller.stays_silent(2.0)
    caller.is_on(Condition.UNHEARD)
    caller.stays_silent(3.0)
    caller.hears("system.keys_only")
    caller.stays_silent(5.0)
    caller.is_hung_up_on(Outcome.UNHEARD)


@pytest.mark.row("no_sound")
def test_a_key_pressed_into_the_goodbye_is_not_lost(caller: Caller) -> None:
    """The goodbye is heard out, then the caller is answered."""
    for prompt in ("greeting.ask", "ask", "ask"):
        caller.hears(prompt)
        caller.stays_silent(5.0)
    caller.hears_begin("farewell", seconds=1.0)
    caller.presses("5")
    caller.hears_the_rest("farewell")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("seconds", [1.0, 8.0], ids=["into the words", "after them"])
def test_who_is_told_to_press_a_key_and_does_is_answered(caller: Caller, seconds: float) -> None:
    """请您按键选择 is meant; as long as we cannot hear him it is said again."""
    caller.is_on(Condition.UNHEARD)
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("system.keys_only")
    caller.waits(seconds)
    caller.presses("1")
    caller.hears("ask_topic.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("system.keys_only")


@pytest.mark.row("no_sound")
def test_who_talks_without_a_pause_keeps_the_call(caller: Caller) -> None:
    """A minute of unbroken speech is answered in mid-sentence, and then he is still there."""
    caller.hears("greeting.ask")
    caller.begins_to_speak()
    caller.waits(500.0)
    assert not caller.over
    assert not any("farewell" in line or "goodbye" in line for line in caller.transcript)


def test_ten_thousand_silent_calls(sheet: Sheet) -> None:
    """Time is free in a script: all of row 2, ten thousand times, takes two seconds (measured).

    The limit is for a machine that is busy, and for what is ten times slower by mistake.
    """
    began = time.process_time()
    outcomes = {Caller(sheet).never_speaks() for _ in range(10_000)}
    assert outcomes == {Outcome.NO_SOUND}
    assert time.process_time() - began < 8.0
