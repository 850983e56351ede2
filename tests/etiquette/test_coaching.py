"""Which row a bad line calls for, and when: once in a call, whichever row listens."""

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
from tests.etiquette.turns import speaks

DISTURBED = [Condition.TOO_QUIET, Condition.HANDS_FREE, Condition.NOISE]


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
def test_a_guess_is_asked_about_unless_the_caller_can_mend_the_line(
    caller: Caller, condition: Condition, hears: str
) -> None:
    """A quiet or hands-free caller can mend it at once; noise they cannot."""
    caller.hears("greeting.ask")
    caller.is_on(condition)
    caller.says(words=Words(Meaning("我想头诉", Intent.COMPLAINT_DEFERRED, Certainty.LIKELY, 0.6)))
    caller.hears(hears)


@pytest.mark.row("noisy_line")
def test_a_television_that_is_recognised_as_digits_is_noise(caller: Caller) -> None:
    """Ten voices at once are recognised as digits (measured: confidence 0.70 to 0.90)."""
    caller.hears("greeting.ask")
    caller.is_on(Condition.NOISE)
    babble = Meaning("三幺二幺毛二六二", Intent.GIVE_NUMBER, Certainty.SURE, 0.99)
    caller.says(words=Words(babble, confidence=0.87, unknown=0.21))
    caller.hears("noisy_line.farewell")


@pytest.mark.row("low_volume")
@pytest.mark.parametrize("condition", DISTURBED)
def test_a_caller_who_is_understood_is_not_told_about_the_line(
    caller: Caller, condition: Condition
) -> None:
    """In every condition."""
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
    """Row 2 asks whether anybody is there; a quiet answer is followed by row 8, not by row 2."""
    for prompt in before[:-1]:
        caller.hears(prompt)
        caller.stays_silent(5.0)
    caller.hears(before[-1])
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
def test_words_after_row_8_answer_the_row_that_listened(caller: Caller) -> None:
    """The caller answers row 14 too quietly, and again after 请您大声一点."""
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
def test_row_8_comes_once_in_a_call(caller: Caller) -> None:
    """A caller whose voice is low again later is served as well as possible."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("ask_repeat.ask")


@pytest.mark.row("noisy_line")
def test_row_10_comes_once_in_a_call(caller: Caller) -> None:
    """A caller whose line is noisy again is served as well as possible."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("ask_repeat.ask")


@pytest.mark.row("noisy_line")
def test_a_line_that_is_quiet_and_then_noisy_gets_both_rows_once(caller: Caller) -> None:
    """After that the caller is served."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("ask_repeat.ask")


@pytest.mark.row("noisy_line")
def test_noise_without_a_voice_is_a_noisy_line(caller: Caller) -> None:
    """A television drowns any caller."""
    caller.is_on(Condition.NOISE)
    caller.hears("greeting.ask")
    caller.waits(5.0)
    caller.hears("noisy_line.farewell")
    caller.waits(5.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_noise_that_begins_during_row_2_is_a_noisy_line(caller: Caller) -> None:
    """Nobody has been heard before, and nobody could be heard now."""
    caller.hears("greeting.ask")
    caller.stays_silent(5.0)
    caller.hears("no_sound.ask")
    caller.is_on(Condition.NOISE)
    caller.stays_silent(5.0)
    caller.hears("noisy_line.farewell")
    caller.stays_silent(5.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_a_caller_who_was_heard_and_is_silent_in_noise_hears_row_33(caller: Caller) -> None:
    """They stand in a street and want nothing more: not 杂音太大."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    caller.is_on(Condition.NOISE)
    caller.stays_silent(5.0)
    caller.hears("closing.ask")


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("condition", [Condition.TONE, Condition.OWN_PROMPT, Condition.NOBODY])
def test_sounds_that_are_no_caller_count_as_silence(caller: Caller, condition: Condition) -> None:
    """Row 2: breathing, hum, ring-back and the echo of our prompts."""
    caller.is_on(condition)
    caller.hears("greeting.ask")
    caller.waits(5.0)
    caller.hears("no_sound.ask")


def test_music_on_hold_is_waited_for_a_minute(caller: Caller) -> None:
    """After that it counts as silence (2)."""
    caller.is_on(Condition.MUSIC)
    caller.hears("greeting.ask")
    caller.stays_silent(5.0 * (1 + HOLD_LISTENS))
    caller.hears("no_sound.ask")


def test_a_caller_who_comes_back_from_music_is_heard(caller: Caller) -> None:
    """They had only put us on hold."""
    caller.is_on(Condition.MUSIC)
    caller.hears("greeting.ask")
    caller.stays_silent(30.0)
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


def test_a_call_spends_one_minute_on_music_in_all(caller: Caller) -> None:
    """After that, music is waited for no longer than silence."""
    caller.is_on(Condition.MUSIC)
    caller.hears("greeting.ask")
    caller.stays_silent(5.0 * HOLD_LISTENS)
    speaks(caller, Condition.OK)
    caller.is_on(Condition.MUSIC)
    caller.hears("ask_topic.ask")
    caller.stays_silent(5.0)
    caller.hears("closing.ask")


def test_music_that_stops_is_followed_by_row_2(caller: Caller) -> None:
    """The caller has not come back."""
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
"""Parts of prompt ids that are heard at most once in a call."""


@pytest.mark.slow
@given(TURNS)
@settings(max_examples=300, deadline=None)
def test_no_line_keeps_a_call_open_or_loses_a_clear_caller(
    sheet: Sheet, turns: list[tuple[str, Any]]
) -> None:
    """Conditions come and go in any order: the call ends, and not on a caller who is clear."""
    caller = Caller(sheet)
    clear = False
    for does, what in turns:
        match does:
            case "speaks" | "is understood":
                caller.begins_to_speak()
                if caller.over:
                    break  # the speech began too late
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
