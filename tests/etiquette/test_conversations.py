"""Whole conversations that cross the rows, as the sheet reads them; in virtual time.

Left is who speaks; what the bot says is named by row and key. A caller says his next sentence half
a second after the bot has finished.
"""

import pytest

from ivr.dialogue.look_up import Found
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.house import Arrival, House, Transfers
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller

CONVERSATIONS: dict[str, str] = {
    "slow answer, complaint, name, corrected number, suggestion, thanks, stays on": """
        bot     greeting.ask
        bot     slow_answer.ask
        caller  我要投诉
        bot     ask_forgiveness.forgive
        bot     system.go_on
        caller  老是掉线，登不上去
        silent  3
        bot     cannot_answer_now.phone
        caller  一三八零零零零一二三五
        bot     system.number_check
        caller  不对
        bot     system.number_again
        caller  一三八零零零零一二三四
        bot     system.number_check
        caller  对
        bot     ask_name.surname
        caller  我姓张
        bot     system.ticket
        bot     complaint_deferred.simple
        caller  我给你们提个建议
        bot     system.go_on
        caller  多开几个窗口
        silent  3
        bot     suggestion.thanks
        bot     system.ticket
        bot     closing.ask
        caller  谢谢你
        bot     thanks.farewell
        silent  5
        bot     caller_stays_on.ask
        silent  5
        bot     caller_stays_on.goodbye
        silent  5
        ends    stayed_on
        tickets complaint suggestion""",
    "hello, address, again slowly, understood, nothing more": """
        bot     greeting.ask
        caller  你好
        bot     ask_topic.ask
        caller  你们公司在哪里
        bot     take_note.ask
        caller  好的
        bot     company_facts.address
        bot     confirm_understood.understood
        caller  请说慢一点
        bot     company_facts.address
        bot     confirm_understood.clear
        caller  明白了
        bot     closing.ask
        caller  没有了
        bot     closing.farewell
        hangs up""",
    "cannot hear, wrong number after all": """
        bot     greeting.ask
        caller  声音太小了，我听不清楚
        bot     cannot_hear_agent.ask
        caller  这里是银行吗
        bot     wrong_number.explain
        caller  谢谢你
        bot     thanks.farewell
        hangs up""",
    "silent at first, then a purchase": """
        bot     greeting.ask
        silent  5
        bot     no_sound.ask
        silent  5
        bot     no_sound.ask
        caller  我想买企业QQ
        bot     purchase_intent.buyer
        caller  企业名义
        bot     purchase_intent.count
        caller  五个
        bot     purchase_intent.number_list
        bot     cannot_answer_now.phone
        caller  一三八零零零零一二三四
        bot     system.number_check
        caller  对
        bot     ask_name.surname
        caller  免贵姓李
        bot     system.ticket
        bot     closing.ask
        caller  没有了
        bot     closing.farewell
        hangs up
        tickets sales_lead""",
    "a purchase that turns into a question for the address": """
        bot     greeting.ask
        caller  我想买企业QQ
        bot     purchase_intent.buyer
        caller  你们公司在哪里
        bot     take_note.ask
        caller  好的
        bot     company_facts.address
        bot     confirm_understood.understood
        caller  明白了
        bot     closing.ask
        caller  我想买企业QQ
        bot     purchase_intent.buyer
        caller  个人
        bot     purchase_intent.count
        caller  一个
        bot     purchase_intent.number_list
        bot     cannot_answer_now.phone
        hangs up
        tickets sales_lead""",
    "rude staff, then thanks": """
        bot     greeting.ask
        caller  你们客服态度太差了
        bot     attitude_complaint.ask
        caller  他骂我，还挂我电话
        silent  3
        bot     cannot_answer_now.phone
        caller  一三八零零零零一二三四
        bot     system.number_check
        caller  对
        bot     ask_name.surname
        caller  我姓王
        bot     system.ticket
        bot     complaint_accepted.farewell
        caller  谢谢你
        bot     thanks.farewell
        hangs up
        tickets complaint""",
    "insults, an apology, and the matter itself": """
        bot     greeting.ask
        caller  你他妈的混蛋
        bot     abusive_caller.ask
        caller  我要投诉
        bot     ask_forgiveness.forgive
        bot     system.go_on
        caller  你们多收了我的钱，要退款
        silent  3
        bot     cannot_answer_now.phone
        caller  不用了
        bot     ask_name.surname
        silent  5
        bot     system.ticket
        bot     complaint_deferred.complex
        hangs up
        tickets complaint""",
    "insults without an end": """
        bot     greeting.ask
        caller  你他妈的混蛋
        bot     abusive_caller.ask
        caller  你他妈的混蛋
        bot     abusive_caller.ask
        caller  你他妈的混蛋
        bot     abusive_caller.ask
        silent  5
        bot     closing.ask
        silent  5
        bot     closing.farewell
        silent  5
        bot     caller_stays_on.ask
        silent  5
        bot     caller_stays_on.goodbye
        silent  5
        ends    stayed_on
        tickets abuse""",
    "a lonely caller": """
        bot     greeting.ask
        caller  晚上一起吃个饭吧
        bot     invitation.decline
        bot     closing.ask
        caller  你叫什么名字
        bot     agent_identity.number
        bot     closing.ask
        caller  你叫什么名字
        bot     agent_identity.rule
        bot     closing.ask
        caller  陪我聊聊天嘛
        bot     nuisance_call.refuse
        caller  陪我聊聊天嘛
        bot     nuisance_call.refuse
        hangs up
        tickets nuisance""",
    "a message for finance, then for a friend": """
        bot     greeting.ask
        caller  请帮我转财务部
        bot     other_department.ask
        caller  发票还没有寄到
        silent  3
        bot     cannot_answer_now.phone
        caller  一三八零零零零一二三四
        bot     system.number_check
        caller  对
        bot     ask_name.surname
        caller  我姓张
        bot     system.ticket
        bot     closing.ask
        caller  我找小王，我是他朋友
        bot     private_call.farewell
        caller  叫他给我回个电话
        bot     system.ticket
        bot     closing.ask
        caller  没有了
        bot     closing.farewell
        hangs up
        tickets message message""",
    "a question nobody can answer, and his name is asked once": """
        bot     greeting.ask
        caller  我姓张
        bot     ask_topic.ask
        caller  企业QQ怎么收费
        bot     cannot_answer_now.phone
        caller  一三八零零零零一二三四
        bot     system.number_check
        caller  对
        bot     system.ticket
        bot     cannot_answer_now.farewell
        caller  转人工
        bot     system.ticket
        bot     cannot_answer_now.farewell
        hangs up
        tickets callback callback""",
    "status of a ticket, then the hours": """
        bot     greeting.ask
        caller  我上次投诉的事处理得怎么样了
        bot     system.ticket_ask
        caller  五八二三六九
        bot     hold.ask
        caller  好的
        music   5
        bot     hold.thanks
        bot     system.status_assigned
        bot     confirm_understood.understood
        caller  明白了
        bot     closing.ask
        caller  请问你们几点上班啊
        bot     knowledge.hours_1
        bot     confirm_understood.understood
        caller  明白了
        bot     closing.ask
        silent  5
        bot     closing.farewell
        hangs up""",
    "does not want to wait, complains of slowness": """
        bot     greeting.ask
        caller  我上次投诉的事处理得怎么样了
        bot     system.ticket_ask
        caller  五八二三六九
        bot     hold.ask
        caller  不用了
        bot     closing.ask
        caller  你怎么这么慢，能不能快点
        bot     slow_service.apology
        bot     closing.ask
        caller  再见
        bot     closing.farewell
        hangs up""",
    "put through to a person in the middle of a complaint": """
        bot     greeting.ask
        caller  我要投诉
        bot     ask_forgiveness.forgive
        bot     system.go_on
        caller  老是掉线，登不上去
        silent  3
        bot     cannot_answer_now.phone
        caller  转人工
        bot     system.ticket
        bot     system.transferring
        ends    transferred
        tickets complaint""",
    "mumbles, is asked to repeat, is understood": """
        bot     greeting.ask
        mumbles
        bot     ask_repeat.ask
        mumbles
        bot     ask_repeat.ask
        caller  打错了
        bot     wrong_number.explain
        silent  5
        bot     closing.ask
        silent  5
        bot     closing.farewell
        hangs up""",
    "another language, then somebody who speaks Mandarin": """
        bot     greeting.ask
        foreign
        bot     ask_repeat.ask
        foreign
        bot     dialect.mandarin
        foreign
        bot     dialect.other_person
        caller  你们公司在哪里
        bot     take_note.ask
        caller  好的
        bot     company_facts.address
        bot     confirm_understood.understood
        caller  明白了
        bot     closing.ask
        hangs up""",
    "wants the impossible, makes a suggestion of it": """
        bot     greeting.ask
        caller  帮我查一下别人的聊天记录
        bot     cannot_fulfil.out_of_scope
        bot     closing.ask
        caller  我给你们提个建议
        bot     system.go_on
        caller  多开几个窗口
        silent  3
        bot     suggestion.thanks
        bot     system.ticket
        bot     closing.ask
        caller  没有了
        bot     closing.farewell
        hangs up
        tickets suggestion""",
    "waits for a pen, hears the number again": """
        bot     greeting.ask
        caller  你们的咨询电话是多少
        bot     take_note.ask
        caller  等一下
        bot     system.take_your_time
        silent  8
        caller  好的
        bot     company_facts.phone
        bot     confirm_understood.understood
        caller  请再说一遍
        bot     company_facts.phone
        bot     confirm_understood.clear
        caller  明白了
        bot     closing.ask
        caller  谢谢你
        bot     thanks.farewell
        hangs up""",
    "typed number, complained of volume in between": """
        bot     greeting.ask
        caller  企业QQ怎么收费
        bot     cannot_answer_now.phone
        caller  声音太小了，我听不清楚
        bot     cannot_hear_agent.ask
        caller  企业QQ怎么收费
        bot     cannot_answer_now.phone
        keys    13800001234#
        bot     system.number_check
        caller  对
        bot     cannot_answer_now.surname
        caller  我姓张
        bot     system.ticket
        bot     cannot_answer_now.farewell
        silent  5
        bot     caller_stays_on.ask
        caller  没有了
        bot     closing.farewell
        hangs up
        tickets callback""",
    "from one question to the next": """
        bot     greeting.ask
        caller  你们是不是腾讯直营的
        bot     knowledge.who_1
        bot     confirm_understood.understood
        caller  号码可以自己挑吗
        bot     knowledge.choosing_1
        bot     confirm_understood.understood
        caller  不太明白
        bot     knowledge.choosing_1
        bot     confirm_understood.clear
        caller  我想买企业QQ
        bot     purchase_intent.buyer
        caller  企业名义
        bot     purchase_intent.count
        caller  五个
        bot     purchase_intent.number_list
        bot     cannot_answer_now.phone
        caller  一三八零零零零一二三四
        bot     system.number_check
        caller  对
        bot     ask_name.surname
        caller  我姓张
        bot     system.ticket
        bot     closing.ask
        caller  没有了
        bot     closing.farewell
        hangs up
        tickets sales_lead""",
    "not understood to the end: he is called back": """
        bot     greeting.ask
        caller  办理流程是怎么样的
        bot     knowledge.buying_1
        bot     knowledge.buying_2
        bot     confirm_understood.understood
        caller  不明白
        bot     knowledge.buying_again_1
        bot     knowledge.buying_again_2
        bot     knowledge.buying_again_3
        bot     confirm_understood.clear
        caller  不明白
        bot     knowledge.buying_1
        bot     knowledge.buying_2
        bot     confirm_understood.clear
        caller  不明白
        bot     knowledge.buying_1
        bot     knowledge.buying_2
        bot     confirm_understood.clear
        caller  不明白
        bot     cannot_answer_now.phone
        caller  一三八零零零零一二三四
        bot     system.number_check
        caller  对
        bot     cannot_answer_now.surname
        caller  我姓张
        bot     system.ticket
        bot     cannot_answer_now.farewell
        hangs up
        tickets callback""",
}


def have(caller: Caller, lines: list[list[str]]) -> None:
    """The conversation that these lines tell."""
    for who, *rest in lines:
        words = " ".join(rest)
        match who:
            case "bot":
                caller.hears(words)
            case "caller":
                caller.stays_silent(0.5)
                caller.says(words)
            case "silent":
                caller.stays_silent(float(words))
            case "music":
                caller.hears_begin("music.hold", float(words))
            case "keys":
                for key in words:
                    caller.presses(key)
            case "mumbles":
                caller.mumbles()
            case "foreign":
                caller.mumbles(confidence=0.8)
            case "hangs":
                caller.hangs_up()
                caller.is_gone()
            case "ends" if words == "transferred":
                caller.is_put_through("human")
            case "ends":
                caller.is_hung_up_on(Outcome(words))
            case "tickets":
                assert [ticket.kind for ticket in caller.tickets] == rest
            case _:
                raise ValueError(f"nobody is called {who}")


@pytest.mark.parametrize("title", CONVERSATIONS)
def test_a_whole_conversation(sheet: Sheet, title: str) -> None:
    """Each turn as the sheet has it, each ticket kept."""
    transfers = Transfers("human" if "person in" in title else "")
    arrival = Arrival(rings=4 if title.startswith("slow answer") else 1)
    caller = Caller(sheet, house=House(transfers, knowledge=sheet.knowledge), arrival=arrival)
    caller.finds = lambda query: (5.0, Found("assigned"))
    lines = [line.split() for line in CONVERSATIONS[title].strip().splitlines()]
    have(caller, lines)
    if not any(who == "tickets" for who, *_ in lines):
        assert caller.tickets == []


def test_there_are_twenty_of_five_to_fifteen_turns() -> None:
    """Turns are what the caller does."""
    deeds = ("caller", "silent", "keys", "mumbles", "foreign", "hangs")
    turns = [
        sum(line.split()[0] in deeds for line in text.strip().splitlines())
        for text in CONVERSATIONS.values()
    ]
    assert len(turns) >= 20
    assert min(turns) >= 4
    assert max(turns) <= 16
