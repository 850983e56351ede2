"""Rows that answer a wish, each in the sheet's own words and in virtual time."""

import pytest

from ivr.dialogue.meaning import Intent
from ivr.dialogue.ticket import TicketKind
from ivr.etiquette.topics import ROWS
from tests.caller import Caller

NUMBER = "一三八零零零零一二三四"


def wants(caller: Caller, *sayings: str) -> Caller:
    """A caller who says this after the greeting."""
    caller.hears("greeting.ask")
    for text in sayings:
        caller.stays_silent(0.5)
        caller.says(text)
    return caller


def leaves_his_number(caller: Caller) -> None:
    """请您留下您的联系电话 … 对吗？ 对。 请问，您贵姓？ 我姓张。"""
    caller.hears("cannot_answer_now.phone")
    caller.says(NUMBER)
    caller.hears("system.number_check")
    caller.says("对")
    caller.hears("ask_name.surname")
    caller.says("我姓张")
    caller.hears("system.ticket")


def test_every_wish_has_an_answer() -> None:
    assert set(ROWS) == set(Intent)


@pytest.mark.row("cannot_hear_agent")
def test_who_cannot_hear_us_hears_everything_louder_from_then_on(caller: Caller) -> None:
    """（稍微提高音量）"""
    wants(caller, "声音太小了，我听不清楚")
    caller.hears_begin("ask")
    assert caller.rendering == "louder"
    caller.hears_the_rest("ask")
    caller.says("打错了")
    caller.hears_begin("wrong_number.explain")
    assert caller.rendering == "louder"


@pytest.mark.row("cannot_hear_agent")
def test_who_complains_again_hears_us_louder_still_and_is_asked_for_another_phone(
    caller: Caller,
) -> None:
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


@pytest.mark.row("wrong_number")
def test_who_has_dialled_wrong_is_told_where_he_is(caller: Caller) -> None:
    """请您查证后再拨。 Then he is listened to, and asked whether he is still there."""
    wants(caller, "打错了")
    caller.hears("explain")
    caller.stays_silent(5.0)
    caller.hears_begin("closing.ask")


@pytest.mark.row("slow_answer")
def test_who_could_not_get_through_is_apologised_to(caller: Caller) -> None:
    wants(caller, "你们的电话怎么这么难打")
    caller.hears("ask")


@pytest.mark.row("other_department")
def test_a_message_for_a_department_becomes_a_ticket(caller: Caller) -> None:
    """将具体情况和联系电话告诉我，我帮您联系。"""
    wants(caller, "请帮我转财务部")
    caller.hears("ask")
    caller.says("发票还没有寄到")
    caller.stays_silent(3.0)
    leaves_his_number(caller)
    caller.hears_begin("closing.ask")
    (ticket,) = caller.tickets
    assert (ticket.kind, ticket.department) == (TicketKind.MESSAGE, "财务部")
    assert ticket.transcript is not None
    assert "发票还没有寄到" in ticket.transcript


@pytest.mark.row("private_call")
def test_a_private_call_is_declined(caller: Caller) -> None:
    """请您下班后再与她联系，谢谢您，再见！"""
    wants(caller, "我找小王，我是他朋友")
    caller.hears("farewell")
    caller.stays_silent(5.0)
    caller.hears_begin("caller_stays_on.ask")


@pytest.mark.row("ask_topic")
def test_who_only_says_hello_is_asked_what_about(caller: Caller) -> None:
    wants(caller, "你好")
    caller.hears("ask")


@pytest.mark.row("use_name")
def test_a_name_once_known_is_used(caller: Caller) -> None:
    """张先生，请问您需要了解企业 QQ 哪方面的信息？"""
    wants(caller, "我姓张，张先生")
    assert "张先生，请问您需要" in caller.transcript[-1]


@pytest.mark.row("company_facts")
@pytest.mark.row("take_note")
@pytest.mark.row("confirm_understood")
def test_an_address_is_announced_spoken_slowly_and_again_if_need_be(caller: Caller) -> None:
    """18 麻烦您记录一下；36 地址；16 请问我刚才的解释您是否明白？"""
    wants(caller, "你们公司在哪里")
    caller.hears("take_note.ask")
    caller.says("好的")
    for question in ("understood", "clear", "clear", "clear"):
        caller.hears_begin("company_facts.address")
        assert caller.rendering == "slow"
        caller.hears_the_rest("company_facts.address")
        caller.hears(f"confirm_understood.{question}")
        caller.says("没听明白")
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("company_facts")
@pytest.mark.row("confirm_understood")
def test_the_part_that_was_not_understood_is_explained_again(caller: Caller) -> None:
    """应将客户不明白的地方重新解释: that part alone, and he is not told again to take a pen."""
    wants(caller, "你们公司的地址和网址是什么")
    caller.hears("take_note.ask")
    caller.says("好的")
    caller.hears("company_facts.address")
    caller.hears("company_facts.website")
    caller.hears("confirm_understood.understood")
    caller.says("你们网址是什么")
    caller.hears("company_facts.website")
    caller.hears_begin("confirm_understood.understood")


@pytest.mark.row("confirm_understood")
@pytest.mark.parametrize("answer", ["请再说一遍", "请说慢一点", "不明白", "不清楚"])
def test_what_is_explained_again_is_the_explanation(caller: Caller, answer: str) -> None:
    """And not the question whether it was clear."""
    wants(caller, "你们公司在哪里")
    caller.hears("take_note.ask")
    caller.says("好的")
    caller.hears("company_facts.address")
    caller.hears("confirm_understood.understood")
    caller.says(answer)
    caller.hears_begin("company_facts.address")


@pytest.mark.row("purchase_intent")
def test_who_wants_to_buy_is_asked_for_what_and_becomes_a_lead(caller: Caller) -> None:
    """个人名义还是企业名义？ 几个工号？ 给您传份号码表。"""
    wants(caller, "我想买企业QQ")
    caller.hears("buyer")
    caller.says("企业名义")
    caller.hears("count")
    caller.says("五个")
    caller.hears("number_list")
    leaves_his_number(caller)
    (ticket,) = caller.tickets
    assert ticket.kind is TicketKind.SALES_LEAD
    assert ticket.transcript is not None
    assert "企业购买；5 个工号" in ticket.transcript


@pytest.mark.row("cannot_fulfil")
def test_what_is_beyond_us_is_declined(caller: Caller) -> None:
    wants(caller, "帮我查一下别人的聊天记录")
    caller.hears("out_of_scope")
    caller.hears_begin("closing.ask")


@pytest.mark.row("slow_service")
def test_who_finds_us_slow_is_apologised_to(caller: Caller) -> None:
    wants(caller, "你怎么这么慢，能不能快点")
    caller.hears("apology")
    caller.hears_begin("closing.ask")


@pytest.mark.row("attitude_complaint")
@pytest.mark.row("complaint_accepted")
def test_a_complaint_about_attitude_is_recorded_and_promised_an_answer(caller: Caller) -> None:
    """26 详细情况 … 28 并在 2 小时内，给您明确的答复，再见。"""
    wants(caller, "你们客服态度太差了")
    caller.hears("attitude_complaint.ask")
    caller.says("他骂我，还挂我电话")
    caller.stays_silent(3.0)
    leaves_his_number(caller)
    assert "并在2小时内" in caller.transcript[-1]
    caller.hears("complaint_accepted.farewell")
    caller.stays_silent(5.0)
    caller.hears_begin("caller_stays_on.ask")
    (ticket,) = caller.tickets
    assert (ticket.kind, ticket.hours) == (TicketKind.COMPLAINT, 2.0)
    assert ticket.transcript is not None
    assert "他骂我，还挂我电话" in ticket.transcript


@pytest.mark.row("complaint_deferred")
@pytest.mark.row("ask_forgiveness")
@pytest.mark.parametrize(("told", "key", "hours"), [
    ("老是掉线，登不上去", "simple", 2.0),
    ("你们多收了我的钱，要退款", "complex", 24.0),
])  # fmt: skip
def test_a_complaint_has_the_deadline_of_its_class(
    caller: Caller, told: str, key: str, hours: float
) -> None:
    """27 在 2 小时之内（简单投诉）/ 24 小时之内（复杂投诉）给您明确的答复。"""
    wants(caller, "我要投诉")
    caller.hears("ask_forgiveness.forgive")
    caller.hears("system.go_on")
    caller.says(told)
    caller.stays_silent(3.0)
    leaves_his_number(caller)
    caller.hears(f"complaint_deferred.{key}")
    caller.stays_silent(5.0)
    caller.hears_begin("caller_stays_on.ask")
    assert [ticket.hours for ticket in caller.tickets] == [hours]


@pytest.mark.row("complaint_deferred")
def test_who_changes_the_subject_in_his_number_has_complained_all_the_same(caller: Caller) -> None:
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
def test_without_a_ticket_no_number_is_told(caller: Caller) -> None:
    caller.number = None
    wants(caller, "我给你们提个建议")
    caller.hears("system.go_on")
    caller.says("多开几个窗口")
    caller.stays_silent(3.0)
    caller.hears("suggestion.thanks")
    caller.hears_begin("system.not_kept")


@pytest.mark.row("agent_identity")
def test_only_the_staff_number_is_told(caller: Caller) -> None:
    """对不起，我的工号是……号; insists: 公司规定只能同报工号。"""
    wants(caller, "你叫什么名字")
    caller.hears("number")
    caller.hears("closing.ask")
    caller.says("你叫什么名字")
    caller.hears("rule")


@pytest.mark.row("invitation")
def test_an_invitation_is_declined_with_thanks(caller: Caller) -> None:
    wants(caller, "晚上一起吃个饭吧")
    caller.hears("decline")


@pytest.mark.row("suggestion")
def test_a_suggestion_is_heard_thanked_for_and_passed_on(caller: Caller) -> None:
    wants(caller, "我给你们提个建议")
    caller.hears("system.go_on")
    caller.says("多开几个窗口")
    caller.stays_silent(3.0)
    caller.hears("thanks")
    caller.hears("system.ticket")
    assert [(ticket.kind, ticket.transcript) for ticket in caller.tickets] == [
        (TicketKind.SUGGESTION, "多开几个窗口")
    ]


@pytest.mark.row("abusive_caller")
def test_abuse_is_answered_calmly_and_the_supervisor_told(caller: Caller) -> None:
    """请问有什么可以帮助您？ Once is borne; then it is reported."""
    wants(caller, "你他妈的混蛋")
    caller.hears("ask")
    assert caller.tickets == []
    caller.says("你他妈的混蛋")
    caller.hears("ask")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.ABUSE]


@pytest.mark.row("nuisance_call")
def test_a_nuisance_is_refused_and_the_supervisor_told(caller: Caller) -> None:
    wants(caller, "陪我聊聊天嘛")
    caller.hears("refuse")
    caller.says("陪我聊聊天嘛")
    caller.hears("refuse")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.NUISANCE]


@pytest.mark.row("thanks")
def test_thanks_are_answered_and_it_is_for_the_caller_to_hang_up(caller: Caller) -> None:
    """不客气……再见！ Who does not is asked whether he is still there (35)."""
    wants(caller, "谢谢你")
    caller.hears("farewell")
    caller.stays_silent(5.0)
    caller.hears("caller_stays_on.ask")


@pytest.mark.row("closing")
@pytest.mark.parametrize("answer", ["没有了", "没有", "不用了", "再见"])
def test_nothing_more_is_a_goodbye(caller: Caller, answer: str) -> None:
    wants(caller, "晚上一起吃个饭吧")
    caller.hears("invitation.decline")
    caller.hears("closing.ask")
    caller.says(answer)
    caller.hears("closing.farewell")


@pytest.mark.row("wrong_number")
@pytest.mark.parametrize(("asks", "rendering"), [("请再说一遍", "normal"), ("请说慢一点", "slow")])
def test_what_was_said_is_said_again(caller: Caller, asks: str, rendering: str) -> None:
    """At any moment, in any row."""
    wants(caller, "打错了")
    caller.hears("explain")
    caller.says(asks)
    caller.hears_begin("explain")
    assert caller.rendering == rendering


@pytest.mark.row("ask_topic")
def test_who_asks_us_to_wait_is_waited_for(caller: Caller) -> None:
    wants(caller, "你好")
    caller.hears("ask")
    caller.says("等一下")
    caller.hears("system.take_your_time")
    caller.stays_silent(20.0)
    caller.hears_begin("closing.ask")
