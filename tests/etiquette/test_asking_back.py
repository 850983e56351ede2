"""Rows 11, 15 and 25: ask back until it is clear what the caller means."""

import pytest

from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from tests.caller import Caller

WEAK = Words(Meaning("我想头诉", Intent.COMPLAINT_DEFERRED, Certainty.LIKELY, 0.6))
RUDE = Words(Meaning("你个……", Intent.ABUSIVE_CALLER, Certainty.LIKELY, 0.6))


@pytest.mark.row("clarify")
def test_a_weak_guess_is_asked_about(caller: Caller) -> None:
    """Row 15: 请问您说的是投诉的意思吗？ After 是的 the guess is acted on."""
    caller.hears("greeting.ask")
    caller.says("我想头诉", words=WEAK)
    assert "请问您说的是投诉的意思吗" in caller.transcript[-1]
    caller.hears("ask")
    caller.says("是的")
    caller.hears("ask_forgiveness.forgive")
    assert caller.rows[:3] == ["greeting", "clarify", "complaint_deferred"]


@pytest.mark.row("clarify")
def test_after_a_wrong_guess_the_caller_is_asked_to_repeat(caller: Caller) -> None:
    """Row 15, then row 25."""
    caller.hears("greeting.ask")
    caller.says("我想头诉", words=WEAK)
    caller.hears("ask")
    caller.says("不是")
    caller.hears("ask_repeat.ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("clarify")
def test_a_caller_who_states_the_wish_instead_of_yes_or_no_is_answered(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.says("我想头诉", words=WEAK)
    caller.hears("ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("clarify")
def test_a_guess_is_asked_about_twice_at_most(caller: Caller) -> None:
    caller.hears("greeting.ask")
    for prompt in ("clarify.ask", "clarify.ask", "ask_repeat.ask"):
        caller.says("我想头诉", words=WEAK)
        caller.hears(prompt)


@pytest.mark.row("clarify")
def test_a_guess_of_rudeness_is_not_asked_about(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.says("你个……", words=RUDE)
    caller.hears_begin("ask_repeat.ask")


@pytest.mark.row("ask_repeat")
def test_unclear_words_are_asked_for_twice_and_then_somebody_calls_back(caller: Caller) -> None:
    """Row 25: 麻烦您……再复述一遍; at last row 20: 请您留下您的联系电话."""
    caller.hears("greeting.ask")
    caller.mumbles()
    caller.hears("ask")
    caller.mumbles()
    caller.hears("ask")
    caller.mumbles()
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("ask_repeat")
def test_words_that_our_recogniser_lost_are_asked_for_again(caller: Caller) -> None:
    """Row 25: the caller is not at fault, and it is no dialect."""
    caller.hears("greeting.ask")
    caller.says("我要投诉", lost=True)
    caller.hears("ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("ask_repeat")
def test_without_a_recogniser_a_person_calls_back(caller: Caller) -> None:
    caller.hears("greeting.ask")
    for _ in range(3):
        caller.says("我要投诉", lost=True)
        caller.hears("ask")
    caller.says("我要投诉", lost=True)
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("dialect")
def test_a_dialect_is_answered_in_both_steps(caller: Caller) -> None:
    """Row 11: 请您讲普通话; 当客户继续讲方言: 请您找一个可以讲普通话的人来; then row 20."""
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
def test_a_caller_who_changes_to_mandarin_is_answered(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("ask_repeat.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("mandarin")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("dialect")
def test_silence_after_unclear_words_is_followed_by_row_33(caller: Caller) -> None:
    caller.hears("greeting.ask")
    caller.mumbles(confidence=0.6)
    caller.hears("ask_repeat.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("closing.ask")
