"""The rows say what kind of answer their questions expect."""

from ivr.dialogue.expected import Expected
from tests.caller import Caller


def asked(caller: Caller, *sayings: str) -> list[Expected | None]:
    """Say each of these after the prompt before it; return what was expected before each."""
    expected = []
    for text in sayings:
        caller.hears_out()
        expected.append(caller.expected)
        caller.says(text)
    caller.hears_out()
    return [*expected, caller.expected]


def test_a_caller_who_leaves_their_number_is_expected_to_say_it_then_yes_then_a_name(
    caller: Caller,
) -> None:
    assert asked(caller, "转人工", "一三八零零零零一二三四", "对") == [
        None,
        Expected.NUMBER,
        Expected.YES_NO,
        Expected.NAME,
    ]


def test_the_rest_of_a_number_is_a_number(caller: Caller) -> None:
    assert asked(caller, "转人工", "一三八零零")[-1] is Expected.NUMBER


def test_a_repeated_question_expects_the_same(caller: Caller) -> None:
    assert asked(caller, "转人工", "再说一遍") == [None, Expected.NUMBER, Expected.NUMBER]


def test_a_number_that_was_not_understood_is_expected_again(caller: Caller) -> None:
    assert asked(caller, "转人工", "一三八零零零零一二三四", "不对")[-1] is Expected.NUMBER


def test_the_number_of_a_ticket_is_expected_and_then_consent_to_wait(caller: Caller) -> None:
    assert asked(caller, "查一下我的单子", "五八二三六九") == [
        None,
        Expected.NUMBER,
        Expected.YES_NO,
    ]


def test_a_caller_who_is_to_write_something_down_is_expected_to_say_yes(caller: Caller) -> None:
    assert asked(caller, "你们公司在哪里", "好") == [None, Expected.YES_NO, Expected.YES_NO]
