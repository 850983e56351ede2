"""Row 12 and telephone numbers: read back, corrected, typed and in pieces."""

from dataclasses import replace

import pytest

from ivr.dialogue.meaning import LikelyNumber, Words
from ivr.dialogue.ticket import TicketKind
from tests.caller import Caller, understander

NUMBER = "13800001234"


def asked_for_their_number(caller: Caller) -> Caller:
    """Return the caller after row 20 has asked for the number."""
    caller.hears("greeting.ask")
    caller.says("转人工")
    caller.hears("cannot_answer_now.phone")
    return caller


def reads_back(caller: Caller, groups: str) -> None:
    """Expect the question 您的联系电话是……，对吗？ with these groups of digits."""
    assert f"您的联系电话是{groups}，对吗" in caller.transcript[-1]
    caller.hears("system.number_check")


@pytest.mark.row("cannot_answer_now")
def test_a_number_is_read_back_and_kept_with_the_name(caller: Caller) -> None:
    """Row 20: 请您留下您的联系电话；请问您贵姓？；谢谢您的合作，再见！"""
    asked_for_their_number(caller)
    caller.says("一三八零零零零一二三四")
    reads_back(caller, "138-0000-1234")
    caller.says("对")
    caller.hears("surname")
    caller.says("我姓张")
    caller.hears("system.ticket")
    caller.hears("farewell")
    caller.stays_silent(5.0)
    caller.hears_begin("caller_stays_on.ask")
    (ticket,) = caller.tickets
    assert (ticket.kind, ticket.contact, ticket.surname) == (TicketKind.CALLBACK, NUMBER, "张")
    assert caller.rows.count("cannot_answer_now") == 1


@pytest.mark.row("ask_name")
def test_a_caller_who_told_the_name_is_not_asked_for_it(caller: Caller) -> None:
    """Row 12."""
    caller.hears("greeting.ask")
    caller.says("我姓张")
    caller.hears("ask_topic.ask")
    caller.says("转人工")
    caller.hears("cannot_answer_now.phone")
    caller.says("一三八零零零零一二三四")
    caller.hears("system.number_check")
    caller.says("对")
    caller.hears("system.ticket")


def misheard() -> Words:
    """Return a telling of NUMBER that is heard as another number; NUMBER is the next likely one."""
    likely = LikelyNumber("13800001237", 0.6), LikelyNumber(NUMBER, 0.3)
    return Words(understander().meaning("一三八零零零零一二三七"), numbers=likely)


@pytest.mark.row("cannot_answer_now")
@pytest.mark.parametrize("denial", ["不对", "错了"])
def test_a_denied_number_is_followed_by_the_next_likely_one(caller: Caller, denial: str) -> None:
    """The second telling sounds like the denied number again."""
    asked_for_their_number(caller)
    caller.says(words=misheard())
    reads_back(caller, "138-0000-1237")
    caller.says(denial)
    caller.hears("system.number_again")
    caller.says(words=misheard())
    reads_back(caller, "138-0000-1234")


@pytest.mark.row("cannot_answer_now")
def test_a_correction_in_one_breath_denies_the_number_too(caller: Caller) -> None:
    correction = misheard()
    meaning = understander().meaning("不对，是一三八零零零零一二三七")
    asked_for_their_number(caller)
    caller.says(words=misheard())
    reads_back(caller, "138-0000-1237")
    caller.says(words=replace(correction, meaning=meaning))
    reads_back(caller, "138-0000-1234")


@pytest.mark.row("cannot_answer_now")
@pytest.mark.parametrize("answer", ["silence", "lost", "the same number"])
def test_a_number_that_nobody_has_denied_is_read_back_again(caller: Caller, answer: str) -> None:
    """Silence, lost words and the number alone do not say that it is wrong."""
    asked_for_their_number(caller)
    caller.says(words=misheard())
    reads_back(caller, "138-0000-1237")
    if answer == "the same number":
        caller.says(words=misheard())
    else:
        caller.says(lost=True) if answer == "lost" else caller.stays_silent(5.0)
        caller.hears("system.number_again")
        caller.says(words=misheard())
    reads_back(caller, "138-0000-1237")


@pytest.mark.row("cannot_answer_now")
def test_a_correction_is_read_back_again(caller: Caller) -> None:
    asked_for_their_number(caller)
    caller.says("一三八零零零零一二三五")
    reads_back(caller, "138-0000-1235")
    caller.says("不对")
    caller.hears("system.number_again")
    caller.says("一三八零零零零一二三四")
    reads_back(caller, "138-0000-1234")
    caller.says("对的")
    caller.hears_begin("cannot_answer_now.surname")


@pytest.mark.row("cannot_answer_now")
@pytest.mark.parametrize(
    ("correction", "groups"),
    [
        ("不对，最后两位是五六", "138-0000-1256"),
        ("错了，后四位是四三二一", "138-0000-4321"),
        ("不对，前三位是一三九", "139-0000-1235"),
        ("不对，是一三九零零零零一二三四", "139-0000-1234"),
        ("不是三五，是三四", "138-0000-1234"),
    ],
)
def test_a_caller_may_correct_a_part_of_the_number(
    caller: Caller, correction: str, groups: str
) -> None:
    asked_for_their_number(caller)
    caller.says("一三八零零零零一二三五")
    reads_back(caller, "138-0000-1235")
    caller.says(correction)
    reads_back(caller, groups)
    caller.says("对的")
    caller.hears_begin("cannot_answer_now.surname")


@pytest.mark.row("cannot_answer_now")
def test_a_number_in_pieces_is_one_number(caller: Caller) -> None:
    asked_for_their_number(caller)
    for piece in ("一三八", "零零零零"):
        caller.says(piece)
        caller.stays_silent(1.0)
    caller.says("一二三四")
    reads_back(caller, "138-0000-1234")


@pytest.mark.row("cannot_answer_now")
@pytest.mark.parametrize("ends", ["#", ""])
def test_a_number_may_be_typed(caller: Caller, ends: str) -> None:
    """It ends with # or with a pause."""
    asked_for_their_number(caller)
    for key in NUMBER + ends:
        caller.presses(key)
        if key != "#":
            caller.stays_silent(0.3)
    if not ends:
        caller.stays_silent(2.7)
    reads_back(caller, "138-0000-1234")


def types(caller: Caller, keys: str) -> None:
    """Press the keys, a third of a second apart."""
    for key in keys:
        caller.presses(key)
        if key != "#":
            caller.stays_silent(0.3)


@pytest.mark.row("cannot_answer_now")
@pytest.mark.parametrize("confirms", ["silence", "#", NUMBER + "#"])
def test_a_typed_number_needs_no_spoken_yes(caller: Caller, confirms: str) -> None:
    """A caller whose voice does not reach us, or is not understood, leaves a number by keys."""
    asked_for_their_number(caller)
    types(caller, NUMBER + "#")
    reads_back(caller, "138-0000-1234")
    if confirms == "silence":
        caller.stays_silent(5.0)
    else:
        types(caller, confirms)
    caller.hears("cannot_answer_now.surname")
    caller.stays_silent(5.0)
    caller.hears("system.ticket")
    (ticket,) = caller.tickets
    assert (ticket.kind, ticket.contact) == (TicketKind.CALLBACK, NUMBER)


@pytest.mark.row("cannot_answer_now")
def test_a_typed_number_that_is_denied_is_typed_again(caller: Caller) -> None:
    asked_for_their_number(caller)
    types(caller, "13800001235#")
    reads_back(caller, "138-0000-1235")
    caller.says("不对")
    caller.hears("system.number_again")
    types(caller, NUMBER + "#")
    reads_back(caller, "138-0000-1234")


@pytest.mark.row("cannot_answer_now")
def test_another_number_typed_after_the_read_back_takes_its_place(caller: Caller) -> None:
    asked_for_their_number(caller)
    types(caller, "13800001235#")
    reads_back(caller, "138-0000-1235")
    types(caller, NUMBER + "#")
    reads_back(caller, "138-0000-1234")


@pytest.mark.row("cannot_answer_now")
def test_a_single_key_after_the_read_back_is_no_number(caller: Caller) -> None:
    """A caller who presses 1 for yes is asked again; 1 is not read back as their number."""
    asked_for_their_number(caller)
    types(caller, NUMBER + "#")
    reads_back(caller, "138-0000-1234")
    types(caller, "1")
    caller.stays_silent(2.7)
    caller.hears("system.number_again")
    types(caller, NUMBER + "#")
    caller.hears("cannot_answer_now.surname")


@pytest.mark.row("cannot_answer_now")
@pytest.mark.parametrize("told", ["typed, too short", "spoken"])
def test_silence_confirms_no_other_number(caller: Caller, told: str) -> None:
    asked_for_their_number(caller)
    if told == "spoken":
        caller.says("一三八零零零零一二三四")
    else:
        types(caller, "138#")
    caller.hears("system.number_check")
    caller.stays_silent(5.0)
    caller.hears("system.number_again")


@pytest.mark.row("cannot_answer_now")
def test_a_caller_who_wants_no_call_back_is_asked_for_more(caller: Caller) -> None:
    asked_for_their_number(caller)
    caller.says("不用了")
    caller.hears_begin("closing.ask")
    assert caller.tickets == []


@pytest.mark.row("cannot_answer_now")
def test_a_caller_who_changes_the_subject_is_answered(caller: Caller) -> None:
    asked_for_their_number(caller)
    caller.says("你们公司在哪里")
    caller.hears_begin("take_note.ask")
