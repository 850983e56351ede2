"""Rows 24, 29, 30 and 32, in the sheet's own words and in virtual time."""

import pytest

from ivr.dialogue.look_up import CALLER, Found, Query
from ivr.dialogue.ticket import TicketKind
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller
from tests.etiquette.turns import NIGHT, calling, wants


@pytest.mark.row("abusive_caller")
def test_insults_are_answered_calmly_and_the_second_is_reported(caller: Caller) -> None:
    """Row 24: 请问有什么可以帮助您？ The supervisor gets a ticket."""
    wants(caller, "你他妈的混蛋")
    caller.hears("ask")
    assert caller.tickets == []
    caller.says("你他妈的混蛋")
    caller.hears("ask")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.ABUSE]


@pytest.mark.row("abusive_caller")
def test_a_caller_who_goes_on_insulting_is_put_through_to_the_supervisor(sheet: Sheet) -> None:
    """Row 24: 若无法处理，应马上报告现场业务主管: first a ticket, then the call itself."""
    caller = wants(calling(sheet), "你他妈的混蛋")
    caller.hears("abusive_caller.ask")
    caller.says("你他妈的混蛋")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.ABUSE]
    caller.hears("system.transferring")
    caller.is_put_through("supervisor")


@pytest.mark.row("agent_identity")
def test_only_the_staff_number_is_told(caller: Caller) -> None:
    """Row 29: 我的工号是……号; to a caller who insists: 公司规定只能同报工号。"""
    wants(caller, "你叫什么名字")
    caller.hears("number")
    caller.hears("closing.ask")
    caller.says("你叫什么名字")
    caller.hears("rule")


@pytest.mark.row("invitation")
def test_an_invitation_is_declined_with_thanks(caller: Caller) -> None:
    """Row 30: 非常感谢！对不起，我不能接受。"""
    wants(caller, "晚上一起吃个饭吧")
    caller.hears("decline")


@pytest.mark.row("nuisance_call")
def test_a_nuisance_call_is_refused_and_the_second_time_reported(caller: Caller) -> None:
    """Row 32, where no automatic desk is set up."""
    wants(caller, "陪我聊聊天嘛")
    caller.hears("refuse")
    caller.says("陪我聊聊天嘛")
    caller.hears("refuse")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.NUISANCE]


@pytest.mark.row("nuisance_call")
def test_a_nuisance_caller_who_stays_goes_to_the_automatic_desk(sheet: Sheet) -> None:
    """Row 32: 若客户仍纠缠不休不肯挂线: 将来话转接到自动台，报告现场主管; also at night."""
    caller = wants(calling(sheet, NIGHT), "陪我聊聊天嘛")
    caller.hears("nuisance_call.refuse")
    assert caller.tickets == []
    caller.says("陪我聊聊天嘛")
    caller.hears("system.transferring")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.NUISANCE]
    caller.is_put_through("automatic")


@pytest.mark.row("nuisance_call")
@pytest.mark.parametrize(("before", "put_through"), [("3", True), ("2", False)])
def test_a_number_with_three_reports_goes_to_the_automatic_desk_sooner(
    sheet: Sheet, before: str, put_through: bool
) -> None:
    """The records are asked while the caller hears the refusal."""
    caller = calling(sheet, caller="13800001234")
    caller.finds = lambda query: (1.0, Found("known", {"nuisance": before, "abuse": "0"}))
    wants(caller, "陪我聊聊天嘛")
    assert caller.queries == [Query(CALLER, "13800001234")]
    caller.hears("nuisance_call.refuse")
    caller.says("你好")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.NUISANCE] * put_through
    if put_through:
        caller.hears("system.transferring")
        caller.is_put_through("automatic")
