"""Rows 6, 7, 19, 21 and 31, in the sheet's own words and in virtual time."""

import pytest

from ivr.dialogue.ticket import TicketKind
from tests.caller import Caller
from tests.etiquette.turns import leaves_their_number, wants


@pytest.mark.row("other_department")
def test_a_message_for_a_department_becomes_a_ticket(caller: Caller) -> None:
    """Row 6: 将具体情况和联系电话告诉我，我帮您联系。"""
    wants(caller, "请帮我转财务部")
    caller.hears("ask")
    caller.says("发票还没有寄到")
    caller.stays_silent(3.0)
    leaves_their_number(caller)
    caller.hears_begin("closing.ask")
    (ticket,) = caller.tickets
    assert (ticket.kind, ticket.department) == (TicketKind.MESSAGE, "财务部")
    assert ticket.transcript is not None
    assert "发票还没有寄到" in ticket.transcript


@pytest.mark.row("private_call")
def test_a_private_call_is_declined(caller: Caller) -> None:
    """Row 7: 请您下班后再与她联系，谢谢您，再见！"""
    wants(caller, "我找小王，我是他朋友")
    caller.hears("farewell")
    caller.stays_silent(5.0)
    caller.hears_begin("caller_stays_on.ask")


@pytest.mark.row("private_call")
def test_a_private_caller_may_leave_a_number(caller: Caller) -> None:
    """Row 7: 或者请其留下联系电话。"""
    wants(caller, "我找小王，我是他朋友")
    caller.hears("private_call.farewell")
    caller.says("叫他给我回个电话")
    leaves_their_number(caller)
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.MESSAGE]


@pytest.mark.row("purchase_intent")
def test_a_buyer_is_asked_what_to_buy_and_becomes_a_lead(caller: Caller) -> None:
    """Row 19: 个人名义还是企业名义？ 几个工号？ 给您传份号码表。"""
    wants(caller, "我想买企业QQ")
    caller.hears("buyer")
    caller.says("企业名义")
    caller.hears("count")
    caller.says("五个")
    caller.hears("number_list")
    leaves_their_number(caller)
    (ticket,) = caller.tickets
    assert ticket.kind is TicketKind.SALES_LEAD
    assert ticket.transcript is not None
    assert "企业购买；5 个工号" in ticket.transcript


@pytest.mark.row("cannot_fulfil")
def test_an_impossible_wish_is_declined(caller: Caller) -> None:
    """Row 21: 这超出我们的服务范围。"""
    wants(caller, "帮我查一下别人的聊天记录")
    caller.hears("out_of_scope")
    caller.hears_begin("closing.ask")


@pytest.mark.row("suggestion")
def test_a_suggestion_is_heard_out_thanked_for_and_kept(caller: Caller) -> None:
    """Row 31: a caller who only announces a suggestion is asked to tell it."""
    wants(caller, "我给你们提个建议")
    caller.hears("system.go_on")
    caller.says("多开几个窗口")
    caller.stays_silent(3.0)
    caller.hears("thanks")
    caller.hears("system.ticket")
    assert [(ticket.kind, ticket.transcript) for ticket in caller.tickets] == [
        (TicketKind.SUGGESTION, "多开几个窗口")
    ]


@pytest.mark.row("suggestion")
def test_no_number_is_told_when_no_ticket_could_be_kept(caller: Caller) -> None:
    """The caller hears that it could not be kept."""
    caller.number = None
    wants(caller, "我给你们提个建议")
    caller.hears("system.go_on")
    caller.says("多开几个窗口")
    caller.stays_silent(3.0)
    caller.hears("suggestion.thanks")
    caller.hears_begin("system.not_kept")
