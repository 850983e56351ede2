"""Spoken requests on real calls: they are recognised, understood and answered by the right row.

Each caller speaks after the prompt, in a voice that the recogniser was not trained with. The sound
that the caller heard is compared with the rendered prompts packet by packet.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio

from ivr.hearing.g711 import Samples
from ivr.lab.lab import Lab
from ivr.lab.voices import FOREIGN, FOREIGNER, says
from tests.sip.conftest import Heard, converse

pytestmark = [
    pytest.mark.sip,
    pytest.mark.timeout(400),
    pytest.mark.asyncio(loop_scope="session"),
]

VOICE = 2
"""Index into ivr.lab.voices of a voice that the tiny model was not trained with.

It is a voice of espeak-ng; `ivr scenario run --voice natural` says the sheet's sentences in a
natural voice.
"""


def sound(text: str) -> Samples:
    """Return ``text`` in the caller's voice; FOREIGN in a German one."""
    return says(text, FOREIGNER if text == FOREIGN else VOICE)


@dataclass(frozen=True)
class Turn:
    """A sentence of the caller, and the clips that answer it, in order."""

    says: str
    hears: Sequence[str]


TALKS: Mapping[str, Sequence[Turn]] = {
    "cannot hear": [
        Turn("声音太小了，我听不清楚", ["cannot_hear_agent.ask"]),
        Turn("打错了", ["wrong_number.explain"]),
    ],
    "wrong number": [Turn("不好意思打错电话了", ["wrong_number.explain"])],
    "slow answer": [Turn("你们的电话怎么这么难打", ["slow_answer.ask"])],
    "department": [Turn("请帮我转财务部", ["other_department.ask"])],
    "private": [Turn("我找小王，我是他朋友", ["private_call.farewell"])],
    "topic": [Turn("你好", ["title.neutral", "ask_topic.ask.1"])],
    "name": [Turn("我姓张", ["ask_topic.ask.1"])],
    "address": [
        Turn("你们公司在哪里", ["take_note.ask"]),
        Turn("好的", ["confirm_understood.understood"]),  # the address, slowly (18)
        Turn("谢谢你", ["thanks.farewell"]),
    ],
    "purchase": [
        Turn("我想买企业QQ", ["purchase_intent.buyer"]),
        Turn("企业名义", ["purchase_intent.count"]),
        Turn("五个", ["purchase_intent.number_list", "cannot_answer_now.phone"]),
    ],
    "beyond us": [Turn("帮我查一下别人的聊天记录", ["cannot_fulfil.out_of_scope", "closing.ask"])],
    "slow service": [Turn("你怎么这么慢，能不能快点", ["slow_service.apology", "closing.ask"])],
    "attitude": [Turn("你们客服态度太差了", ["attitude_complaint.ask"])],
    "complaint": [Turn("我要投诉", ["ask_forgiveness.forgive", "system.go_on"])],
    "identity": [Turn("你叫什么名字", ["agent_identity.number.1"])],
    "invitation": [Turn("晚上一起吃个饭吧", ["invitation.decline", "closing.ask"])],
    "suggestion": [Turn("我给你们提个建议", ["system.go_on"])],
    "nuisance": [Turn("陪我聊聊天嘛", ["nuisance_call.refuse"])],
    "nothing more": [Turn("没有别的事了", ["closing.farewell"])],
    "thanks": [Turn("谢谢你", ["thanks.farewell"])],
    "number": [
        Turn("转人工", ["cannot_answer_now.phone"]),
        Turn("幺三八零零零零幺二三四", ["system.number_check.1", "system.number_check.2"]),
        Turn("对", ["cannot_answer_now.surname.1"]),
        Turn("我姓张", ["cannot_answer_now.farewell"]),
    ],
    "name used": [
        Turn("我姓张，张先生", ["name.zhang1.sir", "ask_topic.ask.1"]),
    ],
    "abuse": [Turn("你他妈的混蛋", ["abusive_caller.ask.1"])],
    "attitude, to the end": [
        Turn("你们客服态度太差了", ["attitude_complaint.ask"]),
        Turn("他骂人，还挂我电话", ["cannot_answer_now.phone"]),
        Turn("不用了", ["ask_name.surname"]),
        Turn("我姓张", ["complaint_accepted.farewell.3"]),
    ],
    # A likely guess, never a sure one, whichever of its syllables is lost.
    "weak": [Turn("我要给你们领导说", ["clarify.ask.1"])],
    "foreign": [
        Turn(FOREIGN, ["ask_repeat.ask"]),
        Turn(FOREIGN, ["dialect.mandarin"]),
        Turn(FOREIGN, ["dialect.other_person"]),
    ],
    "status": [
        Turn("我上次投诉的事处理得怎么样了", ["system.ticket_ask"]),
        Turn("五八二三六九", ["hold.ask"]),
        Turn("好的", ["hold.thanks", "system.unknown.1", "system.unknown.2"]),
    ],
    "again": [
        Turn("打错了", ["wrong_number.explain"]),
        Turn("请你再说一遍", ["wrong_number.explain"]),
    ],
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def calls(lab: Lab) -> Mapping[str, Heard]:
    """Make all calls of this module, a second apart, and return what each caller heard."""

    async def one(number: int, turns: Sequence[Turn]) -> Heard:
        await asyncio.sleep(number)
        return await converse(lab, *(sound(turn.says) for turn in turns))

    heard = await asyncio.gather(*(one(n, turns) for n, turns in enumerate(TALKS.values())))
    return dict(zip(TALKS, heard, strict=True))


@pytest.mark.row("cannot_hear_agent")
@pytest.mark.row("wrong_number")
@pytest.mark.row("slow_answer")
@pytest.mark.row("other_department")
@pytest.mark.row("private_call")
@pytest.mark.row("ask_topic")
@pytest.mark.row("company_facts")
@pytest.mark.row("take_note")
@pytest.mark.row("confirm_understood")
@pytest.mark.row("purchase_intent")
@pytest.mark.row("cannot_fulfil")
@pytest.mark.row("slow_service")
@pytest.mark.row("attitude_complaint")
@pytest.mark.row("ask_forgiveness")
@pytest.mark.row("complaint_deferred")
@pytest.mark.row("agent_identity")
@pytest.mark.row("invitation")
@pytest.mark.row("suggestion")
@pytest.mark.row("nuisance_call")
@pytest.mark.row("thanks")
@pytest.mark.row("cannot_answer_now")
@pytest.mark.row("ask_name")
@pytest.mark.row("use_name")
@pytest.mark.row("abusive_caller")
@pytest.mark.row("complaint_accepted")
@pytest.mark.row("clarify")
@pytest.mark.row("dialect")
@pytest.mark.parametrize("caller", TALKS)
async def test_each_talk_is_answered_by_its_rows(calls: Mapping[str, Heard], caller: str) -> None:
    """The clips are heard complete and in order; others may lie between them."""
    wanted = ["greeting.ask", *(id for turn in TALKS[caller] for id in turn.hears)]
    left = iter(calls[caller].ids)
    missing = [id for id in wanted if id not in left]  # consumes what comes before it
    assert missing == [], calls[caller].ids


@pytest.mark.row("hold")
async def test_music_is_heard_while_something_is_looked_up(calls: Mapping[str, Heard]) -> None:
    """It begins when the caller agrees and ends when the look-up does: there is no such ticket."""
    ids = calls["status"].ids
    music = ids.index("music.hold…")
    assert (ids[music - 1], ids[music + 1]) == ("hold.ask", "hold.thanks")
    assert calls["status"].prompts[music].heard_seconds == pytest.approx(2.0, abs=0.3)
