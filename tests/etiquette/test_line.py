"""Rows 8, 9 and 10, a fax and music on hold, in the sheet's own words and in virtual time."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialogue.events import Condition
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.coaching import HOLD_LISTENS
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller

DISTURBED = [Condition.TOO_QUIET, Condition.HANDS_FREE, Condition.NOISE]


def speaks(caller: Caller, condition: Condition, *, understood: bool | None = None) -> None:
    """Says something that sounds like this; who is disturbed is not understood, if not said so."""
    caller.is_on(condition)
    if condition is Condition.OK if understood is None else understood:
        caller.says("你好")
    else:
        caller.mumbles()


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
@pytest.mark.row("speakerphone")
@pytest.mark.parametrize(
    ("condition", "hears"),
    [
        (Condition.TOO_QUIET, "low_volume.louder"),
        (Condition.HANDS_FREE, "speakerphone.handset"),
        (Condition.NOISE, "clarify.ask"),
        (Condition.OK, "clarify.ask"),
    ],
)
def test_a_guess_is_asked_about_when_the_line_is_as_good_as_it_gets(
    caller: Caller, condition: Condition, hears: str
) -> None:
    """Quiet or hands-free can be mended at once; noise cannot."""
    caller.hears("greeting.ask")
    caller.is_on(condition)
    caller.says(words=Words(Meaning("我想头诉", Intent.COMPLAINT_DEFERRED, Certainty.LIKELY, 0.6)))
    caller.hears(hears)


@pytest.mark.row("noisy_line")
def test_a_television_that_seems_to_count_is_noise(caller: Caller) -> None:
    """Ten voices at once are heard as digits (measured: confidence 0.70 to 0.90)."""
    caller.hears("greeting.ask")
    caller.is_on(Condition.NOISE)
    babble = Meaning("三幺二幺毛二六二", Intent.GIVE_NUMBER, Certainty.SURE, 0.99)
    caller.says(words=Words(babble, confidence=0.87, unknown=0.21))
    caller.hears("noisy_line.farewell")


@pytest.mark.row("low_volume")
def test_who_speaks_up_goes_on_normally(caller: Caller) -> None:
    """After the first step, the second is not heard."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


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
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
def test_silence_is_no_louder(caller: Caller) -> None:
    """若仍听不清楚: who says nothing after 请您大声一点 is as little to be heard as before."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.stays_silent(5.0)
    caller.hears("low_volume.other_phone")
    caller.stays_silent(5.0)
    caller.is_hung_up_on(Outcome.TOO_QUIET)
    assert caller.rows == ["greeting", "low_volume"]


@pytest.mark.row("low_volume")
@pytest.mark.parametrize("at", [0.0, 1.0, 3.0])
def test_the_last_five_seconds_are_five_whatever_is_mumbled_in_them(
    caller: Caller, at: float
) -> None:
    """然后过 5 秒挂机: an attempt that is no louder does not shorten them."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.stays_silent(5.0)
    caller.hears("low_volume.other_phone")
    caller.stays_silent(at)
    caller.mumbles(seconds=1.0)
    caller.stays_silent(5.0 - at - 1.5)
    caller.is_hung_up_on(Outcome.TOO_QUIET)


@pytest.mark.row("low_volume")
def test_who_is_louder_at_his_second_attempt_keeps_the_call(caller: Caller) -> None:
    """Both are made in the last five seconds."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.stays_silent(5.0)
    caller.hears_begin("low_volume.other_phone", seconds=1.0)
    caller.mumbles(seconds=1.0)
    caller.hears_the_rest("low_volume.other_phone")
    caller.stays_silent(4.0)
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
def test_who_is_understood_at_the_second_attempt_is_loud_enough(caller: Caller) -> None:
    """As quiet as before: it is his words that count."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.TOO_QUIET, understood=True)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
@pytest.mark.parametrize("condition", DISTURBED)
def test_who_is_understood_is_not_bothered(caller: Caller, condition: Condition) -> None:
    """However he sounds."""
    caller.hears("greeting.ask")
    speaks(caller, condition, understood=True)
    caller.hears("ask_topic.ask")
    speaks(caller, condition, understood=True)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
@pytest.mark.parametrize(
    "before",
    [
        ["greeting.ask", "no_sound.ask"],
        ["greeting.ask", "no_sound.ask", "no_sound.ask"],
        ["greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell"],
    ],
    ids=["first question", "second question", "goodbye"],
)
def test_a_quiet_caller_is_told_so_whichever_row_listens(caller: Caller, before: list[str]) -> None:
    """Row 2 asks whether anybody is there; who answers quietly hears row 8, not row 2 again."""
    for prompt in before[:-1]:
        caller.hears(prompt)
        caller.stays_silent(5.0)
    caller.hears(before[-1])
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
def test_who_becomes_quiet_at_the_end_is_told_so_before_he_is_thanked(caller: Caller) -> None:
    """He answers row 14; what he says after 请您大声一点 answers it."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    caller.stays_silent(5.0)
    caller.hears("closing.ask")


@pytest.mark.row("low_volume")
def test_our_own_deafness_is_not_his_volume(caller: Caller) -> None:
    """The ear fails in the last five seconds: he is told so and not hung up on."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.stays_silent(5.0)
    caller.hears("low_volume.other_phone")
    caller.is_on(Condition.UNHEARD)
    caller.stays_silent(5.0)
    caller.hears("system.keys_only")


@pytest.mark.row("low_volume")
def test_row_8_comes_once(caller: Caller) -> None:
    """Who falls back to a low voice later is served as well as can be."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("ask_repeat.ask")


@pytest.mark.row("speakerphone")
def test_a_hands_free_caller_is_asked_to_take_the_handset_once(caller: Caller) -> None:
    """请您拿起话筒说话好吗？ Who does not is not asked again."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.HANDS_FREE)
    caller.hears("speakerphone.handset")
    speaks(caller, Condition.HANDS_FREE)
    caller.hears("ask_repeat.ask")


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
def test_noise_that_begins_while_row_2_asks(caller: Caller) -> None:
    """Nobody has been heard, and now nobody could be."""
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears("no_sound.ask")
    caller.is_on(Condition.NOISE)
    caller.stays_silent(5.0)
    caller.hears("noisy_line.farewell")
    caller.stays_silent(5.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_a_caller_who_was_heard_and_is_silent_in_noise_is_thanked(caller: Caller) -> None:
    """He stands in a street and wants nothing more: row 33, not 杂音太大."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    caller.is_on(Condition.NOISE)
    caller.stays_silent(5.0)
    caller.hears("closing.ask")


@pytest.mark.row("noisy_line")
def test_talking_on_in_the_noise_does_not_shorten_the_five_seconds(caller: Caller) -> None:
    """稍停 5 秒，挂机: they are counted from the end of the goodbye."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    caller.mumbles(seconds=1.0)
    caller.mumbles(seconds=1.0)
    caller.stays_silent(2.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_row_10_comes_once(caller: Caller) -> None:
    """Noise that comes and goes: after that he is served as well as can be."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("ask_repeat.ask")


@pytest.mark.row("noisy_line")
def test_who_gets_away_from_the_noise_keeps_the_call(caller: Caller) -> None:
    """Within the last five seconds."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    caller.stays_silent(3.0)
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


@pytest.mark.row("noisy_line")
def test_quiet_then_noisy(caller: Caller) -> None:
    """Two conditions: each is dealt with once, then the caller is served."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("ask_repeat.ask")


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("condition", [Condition.TONE, Condition.OWN_PROMPT, Condition.NOBODY])
def test_what_is_no_caller_is_nobody(caller: Caller, condition: Condition) -> None:
    """Breathing, hum, ring-back, our own echo: row 2."""
    caller.is_on(condition)
    caller.hears("greeting.ask")
    caller.waits(5.0)
    caller.hears("no_sound.ask")


def test_a_fax_is_hung_up_on_politely(caller: Caller) -> None:
    """感谢您的来电，再见 and that is all: for a fax nobody waits."""
    caller.is_on(Condition.FAX)
    caller.hears("greeting.ask")
    caller.hears("closing.farewell")
    caller.is_hung_up_on(Outcome.FAX)


def test_a_fax_that_is_found_while_we_wait_is_hung_up_on_at_once(caller: Caller) -> None:
    """Not only when the five seconds are over; in the middle of the call as well."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    caller.stays_silent(2.0)
    caller.is_on(Condition.FAX)
    caller.waits(0.0)
    caller.hears("closing.farewell")
    caller.is_hung_up_on(Outcome.FAX)


def test_who_stands_beside_the_fax_keeps_the_call(caller: Caller) -> None:
    """He takes the receiver while it is being thanked."""
    caller.is_on(Condition.FAX)
    caller.hears("greeting.ask")
    caller.hears_begin("closing.farewell", seconds=1.0)
    speaks(caller, Condition.OK)
    caller.hears_the_rest("closing.farewell")
    caller.hears_begin("ask_topic.ask")


def test_who_is_not_heard_to_the_end_is_no_fax(caller: Caller) -> None:
    """A tone in the middle of his sentence does not cut him short."""
    caller.hears("greeting.ask")
    caller.begins_to_speak()
    caller.is_on(Condition.FAX)
    caller.waits(1.0)
    caller.is_on(Condition.OK)
    caller.stops_speaking("你好")
    caller.hears_begin("ask_topic.ask")


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
    caller.hears("ask_topic.ask")


def test_a_minute_of_music_is_all_that_a_call_has(caller: Caller) -> None:
    """Who keeps putting us on hold is waited for no longer than the rows wait."""
    caller.is_on(Condition.MUSIC)
    caller.hears("greeting.ask")
    caller.stays_silent(5.0 * HOLD_LISTENS)
    speaks(caller, Condition.OK)
    caller.is_on(Condition.MUSIC)
    caller.hears("ask_topic.ask")
    caller.stays_silent(5.0)
    caller.hears("closing.ask")


def test_music_that_stops_leaves_nobody(caller: Caller) -> None:
    """He has not come back: row 2."""
    caller.is_on(Condition.MUSIC)
    caller.hears("greeting.ask")
    caller.stays_silent(12.0)
    caller.is_on(Condition.NOBODY)
    caller.stays_silent(3.0)
    caller.hears("no_sound.ask")


TURNS = st.lists(
    st.one_of(
        st.tuples(st.just("speaks"), st.sampled_from(Condition)),
        st.tuples(st.just("is understood"), st.sampled_from(Condition)),
        st.tuples(st.just("line is"), st.sampled_from(Condition)),
        st.tuples(st.just("waits"), st.floats(0.1, 20.0)),
        st.tuples(st.just("coughs"), st.none()),
        st.tuples(st.just("presses"), st.sampled_from("0123456789*#")),
    ),
    max_size=40,
)
ONCE = ("louder", "other_phone", "handset", "noisy_line.farewell")


@given(TURNS)
@settings(max_examples=300, deadline=None)
def test_no_condition_holds_a_call_open_nor_loses_a_clear_caller(
    sheet: Sheet, turns: list[tuple[str, Any]]
) -> None:
    """Whatever comes and goes, at once or in turn: the call ends, and not on who is clear."""
    caller = Caller(sheet)
    clear = False
    for does, what in turns:
        match does:
            case "speaks" | "is understood":
                caller.begins_to_speak()
                if caller.over:
                    break  # he began when it was too late
                caller.is_on(what)
                caller.stops_speaking("你好" if does == "is understood" else "")
                clear = what is not Condition.UNHEARD and (
                    does == "is understood" or what is Condition.OK
                )
            case "line is":
                caller.is_on(what)
                clear = False
            case "waits":
                caller.waits(what)
                clear = False
            case "coughs":
                caller.coughs()
                clear = False
            case "presses":
                caller.presses(what)
                clear = True
        if caller.over:
            assert not clear or caller.never_speaks() is Outcome.LIMIT
            break
    caller.never_speaks(limit=180.0)
    for prompt in ONCE:
        assert sum(f"{prompt}:" in line for line in caller.transcript) <= 1
