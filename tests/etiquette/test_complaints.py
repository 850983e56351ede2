"""Rows 23, 26, 27 and 28, in the sheet's own words and in virtual time."""

import pytest

from ivr.dialogue.ticket import TicketKind
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller
from tests.etiquette.turns import calling, leaves_their_number, wants


@pytest.mark.row("attitude_complaint")
@pytest.mark.row("complaint_accepted")
def test_a_complaint_about_attitude_is_recorded_and_promised_an_answer(caller: Caller) -> None:
    """Row 26: 详细情况; row 28: 并在 2 小时内，给您明确的答复，再见。"""
    wants(caller, "你们客服态度太差了")
    caller.hears("attitude_complaint.ask")
    caller.says("他骂我，还挂我电话")
    caller.stays_silent(3.0)
    leaves_their_number(caller)
    assert "并在2小时内" in caller.transcript[-1]
    caller.hears("complaint_accepted.farewell")
    caller.stays_silent(5.0)
    caller.hears_begin("caller_stays_on.ask")
    (ticket,) = caller.tickets
    assert (ticket.kind, ticket.hours) == (TicketKind.COMPLAINT, 2.0)
    assert ticket.transcript is not None
    assert "他骂我，还挂我电话" in ticket.transcript


@pytest.mark.row("complaint_accepted")
@pytest.mark.parametrize(
    ("number", "told", "hours"),
    [("13911112222", "他骂我", 1.0), ("13911112222", "多收了我的钱", 12.0),
     ("13800001234", "他骂我", 3.0), ("13800001234", "多收了我的钱", 24.0)],
)  # fmt: skip
def test_the_hours_depend_on_the_complaint_and_the_customer(
    sheet: Sheet, number: str, told: str, hours: float
) -> None:
    """Row 28: 根据投诉的类别和客户类别的不同而不同，见服务时限标准。"""
    table = {"simple": {"vip": 1.0, "default": 3.0}, "complex": {"vip": 12.0}}
    caller = calling(sheet, caller=number, service_times=table, customers={"13911112222": "vip"})
    wants(caller, "你们客服态度太差了")
    caller.hears("attitude_complaint.ask")
    caller.says(told)
    caller.stays_silent(3.0)
    leaves_their_number(caller)
    assert f"并在{hours:.0f}小时内" in caller.transcript[-1]
    (ticket,) = caller.tickets
    assert (ticket.hours, ticket.customer_class) == (
        hours, "vip" if number == "13911112222" else None,
    )  # fmt: skip


@pytest.mark.row("complaint_deferred")
@pytest.mark.row("ask_forgiveness")
@pytest.mark.parametrize(("told", "key", "hours"), [
    ("老是掉线，登不上去", "simple", 2.0),
    ("你们多收了我的钱，要退款", "complex", 24.0),
])  # fmt: skip
def test_a_complaint_has_the_deadline_of_its_class(
    caller: Caller, told: str, key: str, hours: float
) -> None:
    """Row 27: 在 2 小时之内（简单投诉）/ 24 小时之内（复杂投诉）给您明确的答复。"""
    wants(caller, "我要投诉")
    caller.hears("ask_forgiveness.forgive")
    caller.hears("system.go_on")
    caller.says(told)
    caller.stays_silent(3.0)
    leaves_their_number(caller)
    caller.hears(f"complaint_deferred.{key}")
    caller.stays_silent(5.0)
    caller.hears_begin("caller_stays_on.ask")
    assert [ticket.hours for ticket in caller.tickets] == [hours]


@pytest.mark.row("complaint_deferred")
def test_a_caller_who_changes_the_subject_leaves_the_complaint(caller: Caller) -> None:
    """The subject changes at the question for the number: the ticket has none."""
    wants(caller, "我要投诉")
    caller.hears("ask_forgiveness.forgive")
    caller.hears("system.go_on")
    caller.says("老是掉线，登不上去")
    caller.stays_silent(3.0)
    caller.hears("cannot_answer_now.phone")
    caller.says("你们公司在哪里")
    caller.hears("system.ticket")
    caller.hears_begin("take_note.ask")
    assert [ticket.contact for ticket in caller.tickets] == [None]


@pytest.mark.row("complaint_deferred")
def test_a_caller_who_hangs_up_in_the_middle_leaves_the_complaint(sheet: Sheet) -> None:
    """The words until then become the ticket."""
    caller = wants(Caller(sheet), "我要投诉")
    caller.hears("ask_forgiveness.forgive")
    caller.hears("system.go_on")
    caller.says("老是掉线，登不上去")
    caller.hangs_up()
    caller.is_gone()
    (ticket,) = caller.tickets
    assert (ticket.kind, ticket.transcript) == (
        TicketKind.COMPLAINT, "我要投诉；老是掉线，登不上去",
    )  # fmt: skip
