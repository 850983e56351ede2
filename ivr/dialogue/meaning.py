"""The meaning of a caller's words: found by :mod:`ivr.understanding`, used by the rows.

If an intent belongs to a row of the sheet, its value is the id of that row. The phrase files, the
code and the records then use the same word. The other intents are those that every conversation
needs.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Intent(StrEnum):
    """The intents: what a caller wants, or what they say about the call. An utterance has one."""

    # Rows of the sheet.
    CANNOT_HEAR_AGENT = "cannot_hear_agent"
    """Row 3; the caller says, for example, 您的声音太小，我听不清；大声一点。"""
    WRONG_NUMBER = "wrong_number"
    """Row 4; the caller says, for example, 打错了；这里不是银行吗？"""
    SLOW_ANSWER = "slow_answer"
    """Row 5; the caller says, for example, 你们的电话怎么这么难打，等了半天才接。"""
    OTHER_DEPARTMENT = "other_department"
    """Row 6; the caller says, for example, 帮我转财务部；我找技术部。"""
    PRIVATE_CALL = "private_call"
    """Row 7; the caller says, for example, 我找小王，我是他朋友。"""
    CONFIRM_UNDERSTOOD = "confirm_understood"
    """Row 16; the caller says, for example, 我没听明白，再解释一下。"""
    PURCHASE_INTENT = "purchase_intent"
    """Row 19; the caller says, for example, 我想买企业QQ；想开几个工号。"""
    CANNOT_ANSWER_NOW = "cannot_answer_now"
    """Row 20; the caller says, for example, 你们查一下再给我回电话；叫人给我回个电话。"""
    CANNOT_FULFIL = "cannot_fulfil"
    """Row 21; the caller says, for example, 免费送我一个；帮我查别人的聊天记录。"""
    SLOW_SERVICE = "slow_service"
    """Row 22; the caller says, for example, 你怎么这么慢，能不能快点。"""
    ABUSIVE_CALLER = "abusive_caller"
    """Row 24: the caller swears at us (骂人的话)."""
    ATTITUDE_COMPLAINT = "attitude_complaint"
    """Row 26; the caller says, for example, 你们客服态度太差了；刚才那个人挂我电话。"""
    COMPLAINT_DEFERRED = "complaint_deferred"
    """Row 27; the caller says, for example, 我要投诉；你们的产品老掉线，给我个说法。"""
    AGENT_IDENTITY = "agent_identity"
    """Row 29; the caller says, for example, 你叫什么名字；你今年多大；你工号多少。"""
    INVITATION = "invitation"
    """Row 30; the caller says, for example, 晚上一起吃个饭吧。"""
    SUGGESTION = "suggestion"
    """Row 31; the caller says, for example, 我给你们提个建议。"""
    NUISANCE_CALL = "nuisance_call"
    """Row 32: a nuisance call (骚扰、无聊、纠缠), for example with 陪我聊聊天嘛。"""
    CLOSING = "closing"
    """Row 33; the caller says, for example, 没有了；就这些。"""
    THANKS = "thanks"
    """Row 34; the caller says, for example, 谢谢你；麻烦你了。"""
    COMPANY_FACTS = "company_facts"
    """Rows 36 and 18; the caller says, for example, 你们公司在哪里；网址是什么；电话多少。"""
    # Intents that every conversation needs.
    PRODUCT_QUESTION = "product_question"
    """Row 14; the caller says, for example, 企业QQ怎么收费；有什么功能。"""
    TICKET_STATUS = "ticket_status"
    """Row 17; the caller says, for example, 我上次投诉的事处理得怎么样了；查一下我的单子。"""
    HUMAN_AGENT = "human_agent"
    """The caller says, for example, 转人工；我要找真人。"""
    REPEAT = "repeat"
    """The caller says, for example, 再说一遍；你刚才说什么？"""
    SLOWER = "slower"
    """The caller says, for example, 说慢一点，我记一下。"""
    HOLD_ON = "hold_on"
    """The caller says, for example, 等一下；你别挂，我拿支笔。"""
    HELLO = "hello"
    """The caller says, for example, 喂，你好，有人吗？"""
    YES = "yes"
    """The caller says, for example, 是的；对；好。"""
    NO = "no"
    """The caller says, for example, 不是；不对；不用。"""
    GOODBYE = "goodbye"
    """The caller says, for example, 再见；挂了啊。"""
    GIVE_NAME = "give_name"
    """The caller says, for example, 我姓张；免贵姓王。"""
    GIVE_NUMBER = "give_number"
    """The caller says, for example, 我的电话是一三八……"""
    OTHER = "other"
    """None of the other intents: talk about something else, or nonsense."""


class Certainty(StrEnum):
    """The certainty of a guessed meaning. It decides what the script does with the guess."""

    SURE = "sure"
    """The script acts on the meaning at once."""
    LIKELY = "likely"
    """The script first asks whether the meaning is right: 请问您说的是……的意思吗？ (row 15)"""
    UNSURE = "unsure"
    """No meaning fits; the script asks the caller to repeat: 麻烦您……再复述一遍 (row 25)."""


Title = Literal["先生", "小姐", "女士"]
Buyer = Literal["personal", "company"]
Fact = Literal["company", "address", "website", "phone"]


@dataclass(frozen=True, slots=True)
class Slots:
    """The details in a caller's words; a field is None if the caller said nothing about it."""

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
    """The number of accounts (工号) that the caller wants to buy: 几个工号."""
    buyer: Buyer | None = None
    facts: tuple[Fact, ...] = ()
    """The facts of the company that are asked for (row 36)."""
    topic: str | None = None
    """The topic of a question about the product, as the phrase files name it: 价格, 功能, 安装."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The best guess at the meaning of a caller's words, and how good the guess is."""

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
    """The parts of the text that counted most for the intent, the strongest first."""


HARMLESS = frozenset({Intent.YES, Intent.NO, Intent.HELLO, Intent.GIVE_NAME, Intent.GIVE_NUMBER})
"""Intents that the script acts on although the guess is only LIKELY (not certain). A question
whether the guess is right would disturb the caller more than an error."""

INTELLIGIBLE = 0.9
"""The recogniser is taken to know the words if its mean confidence, 0 to 1, is at least this. The
median confidence is 1.00 for known sentences, 0.94 for other Mandarin and 0.84 for other languages
(measured with the built-in tiny model): most speech in other languages is below this value."""

_FOREIGN = 0.3
"""If at least this share of an utterance, 0 to 1, matches no word of the recogniser's vocabulary,
the caller is taken to speak another language."""


@dataclass(frozen=True, slots=True)
class Words:
    """The recognised words of an utterance and their meaning."""

    meaning: Meaning
    confidence: float = 1.0
    """The recogniser's mean confidence over the words, 0 to 1. It is high for nonsense, too, so
    nonsense cannot be rejected by its confidence."""
    unknown: float = 0.0
    """The share of the utterance, 0 to 1, that matches no word of the recogniser's vocabulary."""

    @property
    def none(self) -> bool:
        """Whether the utterance has no words: a cough, a breath, a sound in the room."""
        return not self.meaning.text and self.unknown == 0.0

    @property
    def understood(self) -> bool:
        """Whether the words have a meaning that the script can act on or ask the caller about.

        False if the guess is only LIKELY and a share of 0.3 or more of the utterance is unknown:
        the caller is then taken to speak another language.
        """
        meaning = self.meaning
        if meaning.certainty is Certainty.LIKELY and self.unknown >= _FOREIGN:
            return False
        return meaning.certainty is not Certainty.UNSURE and meaning.intent is not Intent.OTHER

    @property
    def intelligible(self) -> bool:
        """Whether the recogniser knows the words; False for other languages and babbling voices."""
        return self.confidence >= INTELLIGIBLE and self.unknown < _FOREIGN

    @property
    def sure(self) -> bool:
        """Whether the script may act on the meaning without asking the caller first."""
        meaning = self.meaning
        return self.understood and (
            meaning.certainty is Certainty.SURE or meaning.intent in HARMLESS
        )
