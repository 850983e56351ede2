"""The meaning of a caller's words: found by :mod:`ivr.understanding`, used by the rows.

An intent that has a row of the sheet has the row's id, so that one word runs from the phrase files
to the records. The others are those that every conversation needs.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Intent(StrEnum):
    """The one thing that a caller wants, or says about the call."""

    # Rows of the sheet.
    CANNOT_HEAR_AGENT = "cannot_hear_agent"
    """3 您的声音太小，我听不清；大声一点。"""
    WRONG_NUMBER = "wrong_number"
    """4 打错了；这里不是银行吗？"""
    SLOW_ANSWER = "slow_answer"
    """5 你们的电话怎么这么难打，等了半天才接。"""
    OTHER_DEPARTMENT = "other_department"
    """6 帮我转财务部；我找技术部。"""
    PRIVATE_CALL = "private_call"
    """7 我找小王，我是他朋友。"""
    CONFIRM_UNDERSTOOD = "confirm_understood"
    """16 我没听明白，再解释一下。"""
    PURCHASE_INTENT = "purchase_intent"
    """19 我想买企业QQ；想开几个工号。"""
    CANNOT_ANSWER_NOW = "cannot_answer_now"
    """20 你们查一下再给我回电话；叫人给我回个电话。"""
    CANNOT_FULFIL = "cannot_fulfil"
    """21 免费送我一个；帮我查别人的聊天记录。"""
    SLOW_SERVICE = "slow_service"
    """22 你怎么这么慢，能不能快点。"""
    ABUSIVE_CALLER = "abusive_caller"
    """24 骂人的话。"""
    ATTITUDE_COMPLAINT = "attitude_complaint"
    """26 你们客服态度太差了；刚才那个人挂我电话。"""
    COMPLAINT_DEFERRED = "complaint_deferred"
    """27 我要投诉；你们的产品老掉线，给我个说法。"""
    AGENT_IDENTITY = "agent_identity"
    """29 你叫什么名字；你今年多大；你工号多少。"""
    INVITATION = "invitation"
    """30 晚上一起吃个饭吧。"""
    SUGGESTION = "suggestion"
    """31 我给你们提个建议。"""
    NUISANCE_CALL = "nuisance_call"
    """32 骚扰、无聊、纠缠：陪我聊聊天嘛。"""
    CLOSING = "closing"
    """33 没有了；就这些。"""
    THANKS = "thanks"
    """34 谢谢你；麻烦你了。"""
    COMPANY_FACTS = "company_facts"
    """36 (18) 你们公司在哪里；网址是什么；电话多少。"""
    # Intents that every conversation needs.
    PRODUCT_QUESTION = "product_question"
    """14 企业QQ怎么收费；有什么功能。"""
    TICKET_STATUS = "ticket_status"
    """17 我上次投诉的事处理得怎么样了；查一下我的单子。"""
    HUMAN_AGENT = "human_agent"
    """转人工；我要找真人。"""
    REPEAT = "repeat"
    """再说一遍；你刚才说什么？"""
    SLOWER = "slower"
    """说慢一点，我记一下。"""
    HOLD_ON = "hold_on"
    """等一下；你别挂，我拿支笔。"""
    HELLO = "hello"
    """喂，你好，有人吗？"""
    YES = "yes"
    """是的；对；好。"""
    NO = "no"
    """不是；不对；不用。"""
    GOODBYE = "goodbye"
    """再见；挂了啊。"""
    GIVE_NAME = "give_name"
    """我姓张；免贵姓王。"""
    GIVE_NUMBER = "give_number"
    """我的电话是一三八……"""
    OTHER = "other"
    """None of the above: talk about something else, or nonsense."""


class Certainty(StrEnum):
    """How far a guess may be acted on."""

    SURE = "sure"
    """Act on it."""
    LIKELY = "likely"
    """Ask first: 请问您说的是……的意思吗？ (row 15)"""
    UNSURE = "unsure"
    """Nothing fits: 麻烦您……再复述一遍 (row 25)."""


Title = Literal["先生", "小姐", "女士"]
Buyer = Literal["personal", "company"]
Fact = Literal["company", "address", "website", "phone"]


@dataclass(frozen=True, slots=True)
class Slots:
    """The details in a caller's words; None where nothing was said about one."""

    surname: str | None = None
    title: Title | None = None
    phone: str | None = None
    """A complete and valid mobile or land-line number, digits only, with the area code if it was
    said: 13812345678, 037166385255, 66385255."""
    digits: str = ""
    """All digits that were spoken, in order, with the caller's corrections applied; not always a
    valid number."""
    department: str | None = None
    person: str | None = None
    """The person that a private call is for, as spoken: 小王, 张经理."""
    count: int | None = None
    """The number of seats to buy: 几个工号."""
    buyer: Buyer | None = None
    facts: tuple[Fact, ...] = ()
    """The facts of the company that are asked for (row 36)."""
    topic: str | None = None
    """The topic of a question about the product, as the phrase files name it: 价格, 功能, 安装."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The best guess at the meaning of some words, and how good it is."""

    text: str
    """The words, as recognised."""
    intent: Intent
    certainty: Certainty
    score: float
    """Probability that the guess is right, 0 to 1, calibrated by ``ivr bench understand``."""
    runner_up: Intent | None = None
    runner_up_score: float = 0.0
    slots: Slots = field(default_factory=Slots)
    why: tuple[str, ...] = ()
    """The pieces of the text that counted most for the intent, the strongest first."""


HARMLESS = frozenset({Intent.YES, Intent.NO, Intent.HELLO, Intent.GIVE_NAME, Intent.GIVE_NUMBER})
"""Intents of which a weak guess is acted on: to ask about it would be worse than to be wrong."""

INTELLIGIBLE = 0.9
"""Mean confidence at or above which the recogniser knows the words. Known sentences have a median
of 1.00, other Mandarin of 0.94, other languages of 0.84 (measured with the tiny model)."""

_FOREIGN = 0.3
"""Share of unknown words at or above which the caller speaks another language."""


@dataclass(frozen=True, slots=True)
class Words:
    """The recognised words of an utterance and their meaning."""

    meaning: Meaning
    confidence: float = 1.0
    """The recogniser's mean confidence over the words, 0 to 1. Nonsense has a high one, too, and is
    not rejected by it."""
    unknown: float = 0.0
    """The share of the utterance that is none of the recogniser's words, 0 to 1."""

    @property
    def none(self) -> bool:
        """Whether there were no words: a cough, a breath, a sound in the room."""
        return not self.meaning.text and self.unknown == 0.0

    @property
    def understood(self) -> bool:
        """Whether there is something to act on or to ask back about.

        A weak guess is none if many words are unknown: the caller speaks another language.
        """
        meaning = self.meaning
        if meaning.certainty is Certainty.LIKELY and self.unknown >= _FOREIGN:
            return False
        return meaning.certainty is not Certainty.UNSURE and meaning.intent is not Intent.OTHER

    @property
    def intelligible(self) -> bool:
        """Whether the recogniser knows the words: no other language, no babble of many voices."""
        return self.confidence >= INTELLIGIBLE and self.unknown < _FOREIGN

    @property
    def sure(self) -> bool:
        """Whether the meaning may be acted on without asking back."""
        meaning = self.meaning
        return self.understood and (
            meaning.certainty is Certainty.SURE or meaning.intent in HARMLESS
        )
