"""Rows 3, 8, 9 and 10, and a fax, in the sheet's own words and in virtual time."""

import pytest

from ivr.dialogue.events import Condition
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from tests.caller import Caller
from tests.etiquette.turns import speaks, wants


@pytest.mark.row("cannot_hear_agent")
def test_a_caller_who_cannot_hear_us_hears_everything_louder_after_that(caller: Caller) -> None:
    """Row 3: 稍微提高音量."""
    wants(caller, "声音太小了，我听不清楚")
    caller.hears_begin("ask")
    assert caller.rendering == "louder"
    caller.hears_the_rest("ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")
    assert caller.rendering == "louder"


@pytest.mark.row("cannot_hear_agent")
def test_the_second_complaint_raises_the_volume_and_the_third_asks_for_another_phone(
    caller: Caller,
) -> None:
    """Row 3, and system.other_phone."""
    wants(caller, "声音太小了，我听不清楚")
    caller.hears("ask")
    caller.says("还是听不清楚，声音太小")
    caller.hears_begin("ask")
    assert caller.rendering == "loudest"
    caller.hears_the_rest("ask")
    caller.says("声音太小了，我听不清楚")
    caller.hears_begin("system.other_phone")
    assert caller.rendering == "loudest"
    caller.hears_the_rest("system.other_phone")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("low_volume")
def test_a_quiet_caller_is_asked_to_speak_up_then_to_change_the_telephone(caller: Caller) -> None:
    """Row 8: 请您大声一点，好吗？ 若仍听不清楚: 请您换一部电话再次打来; 然后过 5 秒挂机。"""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.other_phone")
    caller.waits(5.0)
    caller.is_hung_up_on(Outcome.TOO_QUIET)


@pytest.mark.row("low_volume")
def test_a_caller_who_speaks_up_is_served(caller: Caller) -> None:
    """The second step of row 8 is not heard."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
def test_a_caller_who_speaks_up_in_the_last_five_seconds_keeps_the_call(caller: Caller) -> None:
    """Row 8: nobody who can be heard is hung up on."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.waits(5.0)
    caller.hears("low_volume.other_phone")
    caller.stays_silent(4.9)
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
def test_silence_counts_as_too_quiet_after_row_8(caller: Caller) -> None:
    """若仍听不清楚: silence after 请您大声一点 is no louder."""
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
def test_mumbling_does_not_shorten_the_last_five_seconds(caller: Caller, at: float) -> None:
    """Row 8: 然后过 5 秒挂机: an attempt that is no louder does not shorten them."""
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
def test_a_caller_who_is_louder_at_the_second_attempt_keeps_the_call(caller: Caller) -> None:
    """Row 8: both attempts are made after the request for another telephone."""
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
def test_a_caller_who_is_understood_is_loud_enough(caller: Caller) -> None:
    """Row 8: the voice is as quiet as before; the words count."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    speaks(caller, Condition.TOO_QUIET, understood=True)
    caller.hears("ask_topic.ask")


@pytest.mark.row("low_volume")
@pytest.mark.parametrize(
    ("confidence", "answer"), [(0.95, "clarify.ask"), (0.6, "low_volume.other_phone")]
)
def test_a_guess_at_a_quiet_caller_counts_if_the_recogniser_is_confident(
    caller: Caller, confidence: float, answer: str
) -> None:
    """Row 8: 若仍听不清楚. The hotline asks about a guess only if the words were clear."""
    guess = Meaning("昨天夜里下雪", Intent.TICKET_STATUS, Certainty.LIKELY, 0.5)
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.says("昨天夜里下雪", words=Words(guess, confidence))
    caller.hears_begin(answer)


@pytest.mark.row("low_volume")
def test_a_failure_of_our_audio_is_not_blamed_on_the_volume(caller: Caller) -> None:
    """Row 8: it fails in the last five seconds; the caller is told so and not hung up on."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.TOO_QUIET)
    caller.hears("low_volume.louder")
    caller.stays_silent(5.0)
    caller.hears("low_volume.other_phone")
    caller.is_on(Condition.UNHEARD)
    caller.stays_silent(5.0)
    caller.hears("system.keys_only")


@pytest.mark.row("speakerphone")
def test_a_hands_free_caller_is_asked_to_take_the_handset_once(caller: Caller) -> None:
    """Row 9: 请您拿起话筒说话好吗？ A caller who does not is not asked again."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.HANDS_FREE)
    caller.hears("speakerphone.handset")
    speaks(caller, Condition.HANDS_FREE)
    caller.hears("ask_repeat.ask")


@pytest.mark.row("noisy_line")
def test_a_noisy_line_ends_with_a_goodbye(caller: Caller) -> None:
    """Row 10: 请您换一部电话再次打来好吗？再见！ 稍停 5 秒，挂机。"""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    caller.waits(5.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_talking_on_in_the_noise_does_not_shorten_the_five_seconds(caller: Caller) -> None:
    """Row 10: 稍停 5 秒，挂机: they are counted from the end of the goodbye."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    caller.mumbles(seconds=1.0)
    caller.mumbles(seconds=1.0)
    caller.stays_silent(2.0)
    caller.is_hung_up_on(Outcome.NOISY_LINE)


@pytest.mark.row("noisy_line")
def test_a_caller_who_leaves_the_noise_keeps_the_call(caller: Caller) -> None:
    """Row 10, within the last five seconds."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.NOISE)
    caller.hears("noisy_line.farewell")
    caller.stays_silent(3.0)
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")


def test_a_fax_is_thanked_and_hung_up_on(caller: Caller) -> None:
    """The service does not wait for a fax."""
    caller.is_on(Condition.FAX)
    caller.hears("greeting.ask")
    caller.hears("closing.farewell")
    caller.is_hung_up_on(Outcome.FAX)


def test_a_fax_that_is_detected_during_a_wait_ends_the_call_at_once(caller: Caller) -> None:
    """The five seconds are not waited for; it holds in the middle of the call as well."""
    caller.hears("greeting.ask")
    speaks(caller, Condition.OK)
    caller.hears("ask_topic.ask")
    caller.stays_silent(2.0)
    caller.is_on(Condition.FAX)
    caller.waits(0.0)
    caller.hears("closing.farewell")
    caller.is_hung_up_on(Outcome.FAX)


def test_a_person_beside_the_fax_keeps_the_call(caller: Caller) -> None:
    """They take the receiver while the fax is being thanked."""
    caller.is_on(Condition.FAX)
    caller.hears("greeting.ask")
    caller.hears_begin("closing.farewell", seconds=1.0)
    speaks(caller, Condition.OK)
    caller.hears_the_rest("closing.farewell")
    caller.hears_begin("ask_topic.ask")


def test_a_caller_in_the_middle_of_a_sentence_is_no_fax(caller: Caller) -> None:
    """A tone in the middle of the sentence does not cut it short."""
    caller.hears("greeting.ask")
    caller.begins_to_speak()
    caller.is_on(Condition.FAX)
    caller.waits(1.0)
    caller.is_on(Condition.OK)
    caller.stops_speaking("你好")
    caller.hears_begin("ask_topic.ask")
