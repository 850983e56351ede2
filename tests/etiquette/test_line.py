"""Rows 8, 9 and 10, a fax and music on hold, in the sheet's own words and in virtual time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.line import HOLD_LISTENS
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller

DISTURBED = [Condition.TOO_QUIET, Condition.HANDS_FREE, Condition.NOISE]


def speaks(caller: Caller, condition: Condition) -> None:
    """Says something that sounds like this."""
    caller.is_on(condition)
    caller.says()


@pytest.mark.row("low_volume")
def test_a_quiet_caller_is_asked_to_speak_up_then_to_change_his_telephone(caller: Caller) -> None:
    """请您大声一点，好吗？ 客户保持自己的音量不变: 请您换一部电话再次打来; 等 5 秒, 挂机。"""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.other_phone")
    caller.waits(5.0)
    caller.is_hung_up_on(Outcome.TOO_QUIET)


@pytest.mark.row("low_volume")
def test_who_speaks_up_goes_on_normally(caller: Caller) -> None:
    """After the first step, the second is not heard."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("closing.ask")


@pytest.mark.row("low_volume")
def test_who_speaks_up_in_the_last_five_seconds_keeps_the_call(caller: Caller) -> None:
    """Nobody who can be heard is hung up on."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.waits(5.0)
    caller.hears("low_volume.other_phone")
    caller.stays_silent(4.9)
    speaks(caller, Condition.OK)
    caller.hears("closing.ask")


@pytest.mark.row("low_volume")
def test_row_8_comes_once(caller: Caller) -> None:
    """Who falls back to a low voice later is served as well as can be."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("closing.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("closing.ask")


@pytest.mark.row("speakerphone")
def test_a_hands_free_caller_is_asked_to_take_the_handset_once(caller: Caller) -> None:
    """请您拿起话筒说话好吗？ Who does not is not asked again."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.HANDS_FREE)
    caller.hears("speakerphone.handset")
    speaks(caller, Condition.HANDS_FREE)
    caller.hears("closing.ask")


@pytest.mark.row("noisy_line")
def test_a_noisy_line_is_said_goodbye_to(caller: Caller) -> None:
    """请您换一部电话再次打来好吗？再见！ 等 5 秒, 挂机。"""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    caller.waits(5.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_noise_without_a_voice_is_a_noisy_line_too(caller: Caller) -> None:
    """A television drowns whoever may be there."""
    caller.is_on(Condition.NOISE)
    caller.hears("greeting.ask")
    caller.waits(5.0)
    caller.hears("noisy_line.farewell")
    caller.waits(5.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_who_gets_away_from_the_noise_keeps_the_call(caller: Caller) -> None:
    """Within the last five seconds."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    caller.stays_silent(3.0)
    speaks(caller, Condition.OK)
    caller.hears("closing.ask")


@pytest.mark.row("noisy_line")
def test_quiet_then_noisy(caller: Caller) -> None:
    """Two conditions: each is dealt with once, then the caller is served."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("closing.ask")


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("condition", [Condition.TONE, Condition.OWN_PROMPT, Condition.NOBODY])
def test_what_is_no_caller_is_nobody(caller: Caller, condition: Condition) -> None:
    """Breathing, hum, ring-back, our own echo: row 2."""
    caller.is_on(condition)
    caller.hears("greeting.ask")
    caller.waits(5.0)
    caller.hears("no_sound.ask")


def test_a_fax_is_hung_up_on_politely(caller: Caller) -> None:
    """感谢您的来电，再见 and that is all."""
    caller.is_on(Condition.FAX)
    caller.hears("greeting.ask")
    caller.waits(5.0)
    caller.hears("closing.farewell")
    caller.is_hung_up_on(Outcome.FAX)


def test_music_on_hold_is_waited_out(caller: Caller) -> None:
    """For a minute; then there is nobody."""
    caller.is_on(Condition.MUSIC)
    caller.hears("greeting.ask")
    caller.stays_silent(5.0 * (1 + HOLD_LISTENS))
    caller.hears("no_sound.ask")


def test_who_comes_back_from_the_music_is_heard(caller: Caller) -> None:
    """He had only put us on hold."""
    caller.is_on(Condition.MUSIC)
    caller.hears("greeting.ask")
    caller.stays_silent(30.0)
    speaks(caller, Condition.OK)
    caller.hears("closing.ask")


@given(st.lists(st.sampled_from([*DISTURBED, Condition.OK, None]), max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_condition_holds_a_call_open_nor_loses_a_clear_caller(
    sheet: Sheet, turns: list[Condition | None]
) -> None:
    """Whatever comes and goes; ``None`` is a cough."""
    caller = Caller(sheet)
    last: Condition | None = None
    for turn in turns:
        if caller.over:
            break
        if turn is None:
            caller.is_on(Condition.NOBODY)
            caller.coughs()
        else:
            speaks(caller, turn)
        last = turn
    if caller.over:
        assert last is not Condition.OK
    else:
        assert caller.never_speaks(limit=300.0) is not None
