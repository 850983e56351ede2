"""People behind the hotline: put through, called back, reported to; hours and service times."""

# ruff: noqa: DTZ001 - the company's own time, as the rows get it

from datetime import date, datetime

import pytest

from ivr.dialogue.look_up import CALLER, Found, Query
from ivr.dialogue.ticket import TicketKind
from ivr.etiquette.hours import Hours, HoursError, parse_hours
from ivr.etiquette.house import Arrival, House, Transfers
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller
from tests.etiquette.test_topics import leaves_his_number, wants

WEEK = {"mon": "09:00-12:00 13:30-18:00", "fri": "09:00-18:00"}
HOURS = parse_hours(WEEK, [date(2026, 11, 27)], [date(2026, 11, 28)])
MONDAY = datetime(2026, 11, 23, 10, 0)
NIGHT = datetime(2026, 11, 23, 22, 0)
TRANSFERS = Transfers("human", "supervisor", "automatic")


def calling(
    sheet: Sheet,
    local: datetime = MONDAY,
    *,
    transfers: Transfers = TRANSFERS,
    caller: str = "",
    returned: bool = False,
    **house: object,
) -> Caller:
    """A caller of a house with people in it."""
    built = House(transfers, HOURS, sheet.knowledge, **house)  # type: ignore[arg-type]
    return Caller(sheet, house=built, arrival=Arrival(caller, local), returned=returned)


@pytest.mark.parametrize("asks", ["转人工", "0"])
def test_who_wants_a_person_is_put_through(sheet: Sheet, asks: str) -> None:
    """By word or by key 0; to an extension of the settings, and to no other."""
    caller = calling(sheet)
    caller.hears("greeting.ask")
    if asks == "0":
        caller.presses("0")
    else:
        caller.says(asks)
    caller.hears("system.transferring")
    caller.is_put_through("human")


@pytest.mark.row("cannot_answer_now")
def test_who_calls_at_night_is_told_the_hours_and_called_back(sheet: Sheet) -> None:
    """20: 请您留下您的联系电话。"""
    caller = wants(calling(sheet, NIGHT), "转人工")
    caller.hears("system.closed")
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("cannot_answer_now")
def test_whom_nobody_answered_is_called_back(sheet: Sheet) -> None:
    """He comes back from the PBX; who he is need not be told again."""
    caller = calling(sheet, returned=True)
    caller.hears("system.nobody_free")
    caller.hears("cannot_answer_now.phone")
    caller.says("一三八零零零零一二三四")
    caller.hears("system.number_check")
    caller.says("对")
    caller.hears("cannot_answer_now.surname")
    caller.says("我姓张")
    caller.hears("system.ticket")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.CALLBACK]


def test_who_asks_again_is_tried_once_more_and_then_called_back(sheet: Sheet) -> None:
    for transfers, prompt in ((1, "system.transferring"), (2, "cannot_answer_now.phone")):
        caller = calling(sheet)
        caller.guest.transfers = transfers
        wants(caller, "转人工")
        caller.hears_begin(prompt)


@pytest.mark.row("cannot_answer_now")
def test_where_nobody_is_to_be_put_through_to_he_is_called_back(sheet: Sheet) -> None:
    caller = wants(calling(sheet, transfers=Transfers()), "转人工")
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("abusive_caller")
def test_who_raves_on_is_put_through_to_the_supervisor(sheet: Sheet) -> None:
    """若无法处理，应马上报告现场业务主管: a ticket first, then the call itself."""
    caller = wants(calling(sheet), "你他妈的混蛋")
    caller.hears("abusive_caller.ask")
    caller.says("你他妈的混蛋")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.ABUSE]
    caller.hears("system.transferring")
    caller.is_put_through("supervisor")


@pytest.mark.row("nuisance_call")
def test_who_does_not_hang_up_goes_to_the_automatic_desk(sheet: Sheet) -> None:
    """若客户仍纠缠不休不肯挂线: 将来话转接到自动台，报告现场主管; also at night."""
    caller = wants(calling(sheet, NIGHT), "陪我聊聊天嘛")
    caller.hears("nuisance_call.refuse")
    assert caller.tickets == []
    caller.says("陪我聊聊天嘛")
    caller.hears("system.transferring")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.NUISANCE]
    caller.is_put_through("automatic")


@pytest.mark.row("nuisance_call")
@pytest.mark.parametrize(("before", "put_through"), [("3", True), ("2", False)])
def test_a_number_that_is_known_for_it_goes_there_sooner(
    sheet: Sheet, before: str, put_through: bool
) -> None:
    """Counted per call and per number: the records are asked while he is refused."""
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


@pytest.mark.row("slow_answer")
@pytest.mark.parametrize(
    ("arrival", "slow"),
    [(Arrival(rings=4), True), (Arrival(rings=3), False), (Arrival(waited=20.0), True)],
)
def test_who_has_waited_long_is_apologised_to_at_once(
    sheet: Sheet, arrival: Arrival, slow: bool
) -> None:
    """电话铃声响三声后才接起，or after queueing."""
    caller = Caller(sheet, arrival=arrival)
    caller.hears("greeting.ask")
    if slow:
        caller.hears("slow_answer.ask")
    caller.stays_silent(5.0)
    caller.hears_begin("no_sound.ask")


@pytest.mark.row("slow_answer")
def test_who_breaks_into_the_greeting_is_answered(sheet: Sheet) -> None:
    caller = Caller(sheet, arrival=Arrival(rings=9))
    caller.hears_begin("greeting.ask", seconds=1.0)
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")


@pytest.mark.row("complaint_accepted")
@pytest.mark.parametrize(
    ("number", "told", "hours"),
    [("13911112222", "他骂我", 1.0), ("13911112222", "多收了我的钱", 12.0),
     ("13800001234", "他骂我", 3.0), ("13800001234", "多收了我的钱", 24.0)],
)  # fmt: skip
def test_the_time_depends_on_the_complaint_and_the_customer(
    sheet: Sheet, number: str, told: str, hours: float
) -> None:
    """根据投诉的类别和客户类别的不同而不同，见服务时限标准。"""
    table = {"simple": {"vip": 1.0, "default": 3.0}, "complex": {"vip": 12.0}}
    caller = calling(sheet, caller=number, service_times=table, customers={"13911112222": "vip"})
    wants(caller, "你们客服态度太差了")
    caller.hears("attitude_complaint.ask")
    caller.says(told)
    caller.stays_silent(3.0)
    leaves_his_number(caller)
    assert f"并在{hours:.0f}小时内" in caller.transcript[-1]
    (ticket,) = caller.tickets
    assert (ticket.hours, ticket.customer_class) == (
        hours, "vip" if number == "13911112222" else None,
    )  # fmt: skip


@pytest.mark.row("complaint_deferred")
def test_who_hangs_up_in_the_middle_has_complained_all_the_same(sheet: Sheet) -> None:
    """What he has told until then is a ticket."""
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


@pytest.mark.row("private_call")
def test_a_private_caller_may_leave_his_number(caller: Caller) -> None:
    """或者请其留下联系电话。"""
    wants(caller, "我找小王，我是他朋友")
    caller.hears("private_call.farewell")
    caller.says("叫他给我回个电话")
    leaves_his_number(caller)
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.MESSAGE]


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        (datetime(2026, 11, 23, 9, 0), True),
        (datetime(2026, 11, 23, 8, 59), False),
        (datetime(2026, 11, 23, 12, 30), False),
        (datetime(2026, 11, 23, 18, 0), False),
        (datetime(2026, 11, 24, 10, 0), False),
        (datetime(2026, 11, 27, 10, 0), False),
        (datetime(2026, 11, 28, 10, 0), True),
        (None, True),
    ],
)  # fmt: skip
def test_hours_know_days_holidays_and_weekends_that_are_worked(
    local: datetime | None, is_open: bool
) -> None:
    assert HOURS.open_at(local) is is_open


def test_without_hours_somebody_is_always_there() -> None:
    assert Hours().open_at(NIGHT)


@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        ({"monday": "09:00-18:00"}, "week has the day monday"),
        ({"mon": "9-18"}, "week.mon has '9-18'"),
        ({"mon": "18:00-09:00"}, "the earlier time first"),
        ({"mon": "09:00-25:00"}, "week.mon has '09:00-25:00'"),
    ],
)
def test_wrong_hours_are_one_sentence(week: dict[str, str], sentence: str) -> None:
    with pytest.raises(HoursError, match=sentence):
        parse_hours(week)
