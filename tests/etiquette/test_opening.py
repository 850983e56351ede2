"""Rows 1, 2, 4 and 5, in the sheet's own words and in virtual time."""

import time

import pytest

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.house import Arrival
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller
from tests.etiquette.turns import wants


@pytest.mark.row("greeting")
def test_a_caller_is_greeted_and_listened_to(caller: Caller) -> None:
    """Row 1: 您好，腾讯企业 QQ 河南服务中心 are the first words; then the caller may speak."""
    caller.hears("ask")
    caller.stays_silent(1.0)
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("greeting")
def test_a_caller_may_interrupt_the_greeting(caller: Caller) -> None:
    """They need not hear it to the end, and are heard out."""
    caller.hears_begin("ask", seconds=1.0)
    caller.says("你好", seconds=2.0)
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("greeting")
def test_a_key_ends_the_greeting(caller: Caller) -> None:
    """A key counts like a word."""
    caller.hears_begin("ask", seconds=1.0)
    caller.presses("1")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_a_silent_caller_hears_row_2_to_its_end(caller: Caller) -> None:
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
    """At 5.00 s the event beats the deadline: the caller was not silent."""
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears("ask")
    caller.stays_silent(4.99)
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_speech_just_after_the_wait_interrupts_the_next_question(caller: Caller) -> None:
    """The next question begins at 5.00 s; a caller who speaks at 5.01 s is heard."""
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("ask", seconds=0.01)
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


@pytest.mark.row("no_sound")
def test_speech_that_began_before_the_goodbye_withdraws_it(caller: Caller) -> None:
    """The caller spoke at 4.99 s; the detector is sure of it only after the goodbye has begun."""
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
    """The detector needs the last 80 ms of the pause to notice the caller."""
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
def test_a_cough_changes_no_wait(caller: Caller) -> None:
    """80 ms of noise neither end a wait nor lengthen it."""
    caller.hears("greeting.ask")
    caller.stays_silent(2.0)
    caller.coughs()
    caller.stays_silent(5.0 - 2.0 - 0.18)
    caller.hears("ask")


@pytest.mark.row("no_sound")
def test_a_cough_at_the_deadline_is_decided_first(caller: Caller) -> None:
    """The wait is held while it may be speech; when it is dismissed, the row goes on at once."""
    caller.hears("greeting.ask")
    caller.stays_silent(4.95)
    caller.coughs()
    caller.hears("ask")


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("seconds", [0.0, 3.0, 5.7, 9.0, 12.0, 20.0, 25.0, 30.0])
def test_a_caller_may_hang_up_at_every_step_of_row_2(caller: Caller, seconds: float) -> None:
    """Nothing is left to do then."""
    caller.waits(seconds)
    caller.hangs_up()
    caller.is_gone()


@pytest.mark.row("no_sound")
def test_a_failure_of_our_audio_is_not_blamed_on_the_caller(caller: Caller) -> None:
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
def test_a_caller_whom_we_cannot_hear_is_answered_by_key(caller: Caller, seconds: float) -> None:
    """请您按键选择 is said again as long as we cannot hear them."""
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
def test_a_caller_who_talks_without_a_pause_keeps_the_call(caller: Caller) -> None:
    """A minute of unbroken speech is answered in mid-sentence, and the next minute, too."""
    caller.hears("greeting.ask")
    caller.begins_to_speak()
    caller.waits(500.0)
    assert not caller.over
    assert not any("farewell" in line or "goodbye" in line for line in caller.transcript)


@pytest.mark.row("wrong_number")
def test_a_wrong_number_is_told_whom_it_has_reached(caller: Caller) -> None:
    """Row 4: 请您查证后再拨。 Then the caller is listened to, and asked for more (33)."""
    wants(caller, "打错了")
    caller.hears("explain")
    caller.stays_silent(5.0)
    caller.hears_begin("closing.ask")


@pytest.mark.row("slow_answer")
def test_a_caller_who_could_not_get_through_hears_an_apology(caller: Caller) -> None:
    """Row 5: 刚才因为线路忙，让您久等了！"""
    wants(caller, "你们的电话怎么这么难打")
    caller.hears("ask")


@pytest.mark.row("slow_answer")
@pytest.mark.parametrize(
    ("arrival", "slow"),
    [(Arrival(rings=4), True), (Arrival(rings=3), False), (Arrival(waited=20.0), True)],
)
def test_a_caller_who_waited_long_hears_the_apology_at_once(
    sheet: Sheet, arrival: Arrival, slow: bool
) -> None:
    """Row 5: 电话铃声响三声后才接起, or after a queue."""
    caller = Caller(sheet, arrival=arrival)
    caller.hears("greeting.ask")
    if slow:
        caller.hears("slow_answer.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("no_sound.ask")


@pytest.mark.row("slow_answer")
def test_a_caller_who_waited_and_interrupts_the_greeting_is_answered(sheet: Sheet) -> None:
    """The apology of row 5 is left out then."""
    caller = Caller(sheet, arrival=Arrival(rings=9))
    caller.hears_begin("greeting.ask", seconds=1.0)
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.slow
@pytest.mark.no_cover
def test_ten_thousand_silent_calls(sheet: Sheet) -> None:
    """All of row 2, ten thousand times: two seconds of processor time on a quiet machine.

    The later half costs as much as the first one: no call leaves anything that slows others down.
    """
    costs = []
    for _ in range(2):
        began = time.process_time()
        assert {Caller(sheet).never_speaks() for _ in range(5_000)} == {Outcome.NO_SOUND}
        costs.append(time.process_time() - began)
    assert costs[1] < 3 * costs[0]
