"""Row 17, in the sheet's own words and in virtual time."""

import pytest

from ivr.call.virtual_call import MUSIC_LENGTH
from ivr.dialogue.look_up import FAILED, TICKET, Found, Query
from ivr.dialogue.ticket import TicketKind
from ivr.etiquette.house import House
from ivr.etiquette.knowledge import parse_knowledge
from ivr.etiquette.looking_up import ROUNDS
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller

NUMBER, SAID = "582369", "五八二三六九"


def asks_for_their_ticket(caller: Caller, seconds: float = 4.0, found: str = "assigned") -> Caller:
    """Let the caller ask for the state of a ticket, which is found after so many seconds."""
    caller.finds = lambda query: (seconds, FAILED if found == "failed" else Found(found))
    caller.hears("greeting.ask")
    caller.stays_silent(0.5)
    caller.says("我上次投诉的事处理得怎么样了")
    caller.hears("system.ticket_ask")
    caller.says(SAID)
    caller.hears("ask")
    return caller


@pytest.mark.row("hold")
@pytest.mark.parametrize("found", ["open", "assigned", "done", "cancelled"])
def test_a_caller_is_asked_hears_music_is_thanked_and_answered(caller: Caller, found: str) -> None:
    """Row 17: 应先征求客户的意见: nothing is looked up before the caller agrees."""
    asks_for_their_ticket(caller, found=found)
    assert caller.queries == []
    caller.says("好的")
    assert caller.queries == [Query(TICKET, NUMBER)]
    caller.hears_begin("music.hold", 4.0)
    caller.hears("thanks")
    assert "单号582-369" in caller.transcript[-1] or "单号" in caller.transcript[-1]
    caller.hears(f"system.status_{found}")
    caller.hears_begin("confirm_understood.understood")


@pytest.mark.row("hold")
def test_music_that_has_begun_is_heard_for_two_seconds(caller: Caller) -> None:
    """A shorter piece would sound like a fault."""
    asks_for_their_ticket(caller, seconds=0.01)
    caller.says("可以")
    caller.hears_begin("music.hold", 2.0)
    caller.hears_begin("thanks")


@pytest.mark.row("hold")
def test_a_number_in_the_first_sentence_is_not_asked_for(caller: Caller) -> None:
    caller.finds = lambda query: (3.0, Found("done"))
    caller.hears("greeting.ask")
    caller.says(f"帮我查一下单号{SAID}处理得怎么样了")
    caller.hears_begin("ask")


@pytest.mark.row("hold")
def test_a_number_may_be_typed(caller: Caller) -> None:
    caller.finds = lambda query: (3.0, Found("done"))
    caller.hears("greeting.ask")
    caller.says("我上次投诉的事处理得怎么样了")
    caller.hears("system.ticket_ask")
    for key in NUMBER + "#":
        caller.presses(key)
    caller.hears("ask")
    caller.presses("1")
    assert caller.queries == [Query(TICKET, NUMBER)]


@pytest.mark.row("hold")
@pytest.mark.parametrize("answer", ["不用了", "不行", "不好"])
def test_a_refusal_is_respected(caller: Caller, answer: str) -> None:
    asks_for_their_ticket(caller)
    caller.says(answer)
    caller.hears_begin("closing.ask")
    assert caller.queries == []


@pytest.mark.row("hold")
def test_silence_does_not_count_as_agreement(caller: Caller) -> None:
    asks_for_their_ticket(caller)
    caller.stays_silent(5.0)
    caller.hears_begin("closing.ask")
    assert caller.queries == []


@pytest.mark.row("hold")
def test_a_caller_who_complains_during_the_music_hears_an_apology(caller: Caller) -> None:
    """Row 22: 我将尽快帮您处理。 Then the finding is told."""
    asks_for_their_ticket(caller, seconds=6.0)
    caller.says("好的")
    caller.hears_begin("music.hold", 3.0)
    caller.says("怎么这么慢，能不能快点")
    caller.hears("slow_service.apology")
    caller.hears("thanks")
    caller.hears_begin("system.status_assigned")


@pytest.mark.row("hold")
def test_a_cough_does_not_stop_the_music(caller: Caller) -> None:
    asks_for_their_ticket(caller, seconds=9.0)
    caller.says("好的")
    caller.hears_begin("music.hold", 3.0)
    caller.coughs()
    caller.waits(9.0 - 3.0 - 0.18)
    caller.hears_begin("thanks")


@pytest.mark.row("hold")
def test_after_unclear_words_the_music_goes_on(caller: Caller) -> None:
    asks_for_their_ticket(caller, seconds=20.0)
    caller.says("好的")
    caller.hears_begin("music.hold", 3.0)
    caller.mumbles()
    caller.hears_begin("music.hold")


@pytest.mark.row("hold")
def test_a_caller_who_changes_the_subject_during_the_music_is_answered(caller: Caller) -> None:
    asks_for_their_ticket(caller, seconds=20.0)
    caller.says("好的")
    caller.hears_begin("music.hold", 3.0)
    caller.says("你们公司在哪里")
    caller.hears_begin("take_note.ask")


@pytest.mark.row("hold")
def test_a_caller_may_stop_waiting(caller: Caller) -> None:
    asks_for_their_ticket(caller, seconds=20.0)
    caller.says("好的")
    caller.hears_begin("music.hold", 3.0)
    caller.says("不用了")
    caller.hears_begin("closing.ask")


@pytest.mark.row("hold")
def test_a_caller_may_hang_up_during_the_music(caller: Caller) -> None:
    asks_for_their_ticket(caller)
    caller.says("好的")
    caller.hears_begin("music.hold", 2.5)
    caller.hangs_up()
    caller.is_gone()


@pytest.mark.row("hold")
def test_a_look_up_that_takes_too_long_is_a_call_back(caller: Caller) -> None:
    """Row 20: 我们查询后将尽快与您联系。"""
    asks_for_their_ticket(caller, seconds=1000.0)
    caller.says("好的")
    for _ in range(ROUNDS):
        caller.hears_begin("music.hold", MUSIC_LENGTH)
    caller.hears("thanks")
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("hold")
def test_a_look_up_that_fails_is_a_call_back_too(caller: Caller) -> None:
    asks_for_their_ticket(caller, found="failed")
    caller.says("好的")
    caller.hears_begin("music.hold", 4.0)
    caller.hears("thanks")
    caller.hears("cannot_answer_now.phone")
    caller.says("一三八零零零零一二三四")
    caller.hears("system.number_check")
    caller.says("对")
    caller.hears("cannot_answer_now.surname")
    caller.says("我姓张")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.CALLBACK]


@pytest.mark.row("hold")
def test_an_unknown_number_is_asked_for_again(caller: Caller) -> None:
    asks_for_their_ticket(caller, found="unknown")
    caller.says("好的")
    caller.hears_begin("music.hold", 4.0)
    caller.hears("thanks")
    caller.hears("system.unknown")
    caller.hears("system.ticket_ask")
    caller.says("五八二三六八")
    caller.finds = lambda query: (2.0, Found("done"))
    caller.hears("ask")
    caller.says("好")
    caller.hears_begin("music.hold", 2.0)
    caller.hears("thanks")
    caller.hears_begin("system.status_done")


LOOK_UP = """
[[answer]]
id = "renewal"
questions = ["我的企业QQ什么时候到期"]
ask = "请您说一下您的工号。"
[answer.found]
valid = "您的企业 QQ 还有{N}个月到期。"
expired = "您的企业 QQ 已经到期。"
"""


@pytest.mark.row("hold")
def test_an_answer_of_the_company_may_be_looked_up(sheet: Sheet) -> None:
    """The finding of a look-up of the settings chooses the words and fills their slots."""
    knowledge = parse_knowledge(LOOK_UP, sheet.company)
    with_answers = Sheet(sheet.rows, sheet.system, sheet.company, knowledge)
    caller = Caller(with_answers, "hold", house=House(knowledge=knowledge))
    caller.finds = lambda query: (3.0, Found("valid", {"N": "3"}))
    caller.hears("greeting.ask")
    caller.says("我的企业QQ什么时候到期")
    caller.hears("knowledge.renewal_ask")
    caller.says("八零零一二三")
    caller.stays_silent(3.0)
    caller.hears("ask")
    caller.says("好的")
    assert caller.queries == [Query("renewal", "800123")]
    caller.hears_begin("music.hold", 3.0)
    caller.hears("thanks")
    assert "还有3个月到期" in caller.transcript[-1]
