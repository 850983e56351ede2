"""Rows 15, 25 and 11: until it is clear what the caller means."""

import pytest

from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from tests.caller import Caller

WEAK = Words(Meaning("我想头诉", Intent.COMPLAINT_DEFERRED, Certainty.LIKELY, 0.6))
RUDE = Words(Meaning("你个……", Intent.ABUSIVE_CALLER, Certainty.LIKELY, 0.6))


@pytest.mark.row("clarify")
def test_a_weak_guess_is_asked_about(caller: Caller) -> None:
    """请问您说的是投诉的意思吗？ 是的: it is acted on."""
    caller.hears("greeting.ask")
    caller.says("我想头诉", words=WEAK)
    assert "请问您说的是投诉的意思吗" in caller.transcript[-1]
    caller.hears("ask")
    caller.says("是的")
    caller.hears("ask_forgiveness.forgive")
    assert caller.rows[:3] == ["greeting", "clarify", "complaint_deferred"]


@pytest.mark.row("clarify")
def test_a_wrong_guess_is_asked_for_again(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.says("我想头诉", words=WEAK)
    caller.hears("ask")
    caller.says("不是")
    caller.hears("ask_repeat.ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("clarify")
def test_who_says_what_he_means_instead_is_answered(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.says("我想头诉", words=WEAK)
    caller.hears("ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("clarify")
def test_nobody_is_asked_about_a_guess_three_times_in_a_row(caller: Caller) -> None:
    caller.hears("greeting.ask")
    for prompt in ("clarify.ask", "clarify.ask", "ask_repeat.ask"):
        caller.says("我想头诉", words=WEAK)
        caller.hears(prompt)


@pytest.mark.row("clarify")
def test_nobody_is_asked_whether_he_meant_to_be_rude(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.says("你个……", words=RUDE)
    caller.hears_begin("ask_repeat.ask")


@pytest.mark.row("ask_repeat")
def test_what_fits_nothing_is_asked_for_again_then_somebody_calls_back(caller: Caller) -> None:
    """Mandarin that we do not understand: 麻烦您……再复述一遍; at last 请您留下您的联系电话 (20)."""
    caller.hears("greeting.ask")
    caller.mumbles()
    caller.hears("ask")
    caller.mumbles()
    caller.hears("ask")
    caller.mumbles()
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("ask_repeat")
def test_words_that_our_machine_has_lost_are_asked_for_again(caller: Caller) -> None:
    """A recogniser that dies is no fault of the caller's, and no dialect."""
    caller.hears("greeting.ask")
    caller.says("我要投诉", lost=True)
    caller.hears("ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("ask_repeat")
def test_with_no_recogniser_at_all_a_person_calls_back(caller: Caller) -> None:
    caller.hears("greeting.ask")
    for _ in range(3):
        caller.says("我要投诉", lost=True)
        caller.hears("ask")
    caller.says("我要投诉", lost=True)
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("dialect")
def test_a_dialect_is_answered_in_both_steps(caller: Caller) -> None:
    """请您讲普通话; goes on in dialect: 请您找一个可以讲普通话的人来; then somebody calls back."""
    caller.hears("greeting.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("ask_repeat.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("mandarin")
    caller.mumbles(confidence=0.6)
    caller.hears("other_person")
    caller.mumbles(confidence=0.6)
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("dialect")
def test_who_goes_on_in_mandarin_is_answered(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("ask_repeat.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("mandarin")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("dialect")
def test_silence_after_it_is_silence(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("ask_repeat.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("closing.ask")
