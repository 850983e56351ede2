"""Numbers and names: read back, corrected, typed, in pieces; on the ticket only when confirmed."""

import pytest

from ivr.dialogue.ticket import TicketKind
from tests.caller import Caller

NUMBER = "13800001234"


def asked_for_his_number(caller: Caller) -> Caller:
    caller.hears("greeting.ask")
    caller.says("转人工")
    caller.hears("cannot_answer_now.phone")
    return caller


def reads_back(caller: Caller, groups: str) -> None:
    """您的联系电话是……，对吗？"""
    assert f"您的联系电话是{groups}，对吗" in caller.transcript[-1]
    caller.hears("system.number_check")


@pytest.mark.row("cannot_answer_now")
def test_a_number_is_read_back_and_kept_with_the_name(caller: Caller) -> None:
    """请您留下您的联系电话；请问您贵姓？；谢谢您的合作，再见！"""
    asked_for_his_number(caller)
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


@pytest.mark.row("ask_name")
def test_nobody_is_asked_for_his_name_twice(caller: Caller) -> None:
    """Nor is he who has told it."""
    caller.hears("greeting.ask")
    caller.says("我姓张")
    caller.hears("ask_topic.ask")
    caller.says("转人工")
    caller.hears("cannot_answer_now.phone")
    caller.says("一三八零零零零一二三四")
    caller.hears("system.number_check")
    caller.says("对")
    caller.hears("system.ticket")


@pytest.mark.row("cannot_answer_now")
def test_a_correction_is_read_back_again(caller: Caller) -> None:
    asked_for_his_number(caller)
    caller.says("一三八零零零零一二三五")
    reads_back(caller, "138-0000-1235")
    caller.says("不对")
    caller.hears("system.number_again")
    caller.says("一三八零零零零一二三四")
    reads_back(caller, "138-0000-1234")
    caller.says("对的")
    caller.hears_begin("cannot_answer_now.surname")


@pytest.mark.row("cannot_answer_now")
def test_a_number_in_pieces_is_one_number(caller: Caller) -> None:
    asked_for_his_number(caller)
    for piece in ("一三八", "零零零零"):
        caller.says(piece)
        caller.stays_silent(1.0)
    caller.says("一二三四")
    reads_back(caller, "138-0000-1234")


@pytest.mark.row("cannot_answer_now")
@pytest.mark.parametrize("ends", ["#", ""])
def test_a_number_may_be_typed(caller: Caller, ends: str) -> None:
    """With # at the end, or a pause."""
    asked_for_his_number(caller)
    for key in NUMBER + ends:
        caller.presses(key)
        if key != "#":
            caller.stays_silent(0.3)
    if not ends:
        caller.stays_silent(2.7)
    reads_back(caller, "138-0000-1234")


@pytest.mark.row("cannot_answer_now")
def test_who_wants_no_call_is_asked_what_else(caller: Caller) -> None:
    asked_for_his_number(caller)
    caller.says("不用了")
    caller.hears_begin("closing.ask")
    assert caller.tickets == []


@pytest.mark.row("cannot_answer_now")
def test_who_comes_with_something_else_is_followed(caller: Caller) -> None:
    asked_for_his_number(caller)
    caller.says("你们公司在哪里")
    caller.hears_begin("take_note.ask")
