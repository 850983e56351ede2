"""The meaning of a caller's words: found by :mod:`ivr.understanding`, used by the rows.

The value of an intent that belongs to a row of the sheet is the id of that row. The phrase files,
the code and the records thus use the same word. The other intents occur in every conversation.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Intent(StrEnum):
    """The intent of an utterance: what the caller wants, or what they say about the call."""

    # Rows of the sheet.
    CANNOT_HEAR_AGENT = "cannot_hear_agent"
    """Row 3: the caller cannot hear us well, as in 您的声音太小，我听不清；大声一点。"""
    WRONG_NUMBER = "wrong_number"
    """Row 4: the caller has dialled a wrong number, as in 打错了；这里不是银行吗？"""
    SLOW_ANSWER = "slow_answer"
    """Row 5: the caller complains that nobody answered for long, as in 等了半天才接。"""
    OTHER_DEPARTMENT = "other_department"
    """Row 6: the caller wants another department, as in 帮我转财务部；我找技术部。"""
    PRIVATE_CALL = "private_call"
    """Row 7: the caller wants a person for a private talk, as in 我找小王，我是他朋友。"""
    CONFIRM_UNDERSTOOD = "confirm_understood"
    """Row 16: the caller has not understood us, as in 我没听明白，再解释一下。"""
    PURCHASE_INTENT = "purchase_intent"
    """Row 19: the caller wants to buy, as in 我想买企业QQ；想开几个工号。"""
    CANNOT_ANSWER_NOW = "cannot_answer_now"
    """Row 20: the caller asks to be called back, as in 你们查一下再给我回电话。"""
    CANNOT_FULFIL = "cannot_fulfil"
    """Row 21: the caller asks for something that we cannot do, as in 免费送我一个。"""
    SLOW_SERVICE = "slow_service"
    """Row 22: the caller complains that we are slow, as in 你怎么这么慢，能不能快点。"""
    ABUSIVE_CALLER = "abusive_caller"
    """Row 24: the caller swears at us (骂人的话)."""
    ATTITUDE_COMPLAINT = "attitude_complaint"
    """Row 26: the caller complains about an agent's manners, as in 你们客服态度太差了。"""
    COMPLAINT_DEFERRED = "complaint_deferred"
    """Row 27: the caller makes any other complaint, as in 我要投诉；你们的产品老掉线。"""
    AGENT_IDENTITY = "agent_identity"
    """Row 29: the caller asks who the agent is, as in 你叫什么名字；你今年多大；你工号多少。"""
    INVITATION = "invitation"
    """Row 30: the caller invites the agent, as in 晚上一起吃个饭吧。"""
    SUGGESTION = "suggestion"
    """Row 31: the caller makes a suggestion, as in 我给你们提个建议。"""
    NUISANCE_CALL = "nuisance_call"
    """Row 32: the caller pesters the agent (骚扰、无聊、纠缠), as in 陪我聊聊天嘛。"""
    CLOSING = "closing"
    """Row 33: the caller has no more questions, as in 没有了；就这些。"""
    THANKS = "thanks"
    """Row 34: the caller thanks us, as in 谢谢你；麻烦你了。"""
    COMPANY_FACTS = "company_facts"
    """Rows 36 and 18: the caller asks about the company, as in 你们公司在哪里；网址是什么。"""
    # Intents that every conversation needs.
    PRODUCT_QUESTION = "product_question"
    """Row 14: the caller asks about the product, as in 企业QQ怎么收费；有什么功能。"""
    TICKET_STATUS = "ticket_status"
    """Row 17: the caller asks for the state of a ticket, as in 查一下我的单子。"""
    HUMAN_AGENT = "human_agent"
    """The caller asks for a human agent, as in 转人工；我要找真人。"""
    REPEAT = "repeat"
    """The caller asks us to repeat, as in 再说一遍；你刚才说什么？"""
    SLOWER = "slower"
    """The caller asks us to speak more slowly, as in 说慢一点，我记一下。"""
    HOLD_ON = "hold_on"
    """The caller asks us to wait, as in 等一下；你别挂，我拿支笔。"""
    HELLO = "hello"
    """The caller greets us or asks whether anybody is there, as in 喂，你好，有人吗？"""
    YES = "yes"
    """The caller says yes, as in 是的；对；好。"""
    NO = "no"
    """The caller says no, as in 不是；不对；不用。"""
    GOODBYE = "goodbye"
    """The caller says goodbye, as in 再见；挂了啊。"""
    GIVE_NAME = "give_name"
    """The caller gives their name, as in 我姓张；免贵姓王。"""
    GIVE_NUMBER = "give_number"
    """The caller gives their telephone number, as in 我的电话是一三八……"""
    OTHER = "other"
    """The caller says something else or nonsense: none of the other intents fits."""


class Certainty(StrEnum):
    """The certainty of a guessed meaning: it decides what the script does with the guess."""

    SURE = "sure"
    """The script acts on the meaning at once."""
    LIKELY = "likely"
    """The script first asks whether the guess is right: 请问您说的是……的意思吗？ (row 15)"""
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
    """A complete and valid mobile or land-line number, as digits: 13812345678, 66385255. The area
    code is included if it was said: 037166385255."""
    digits: str = ""
    """All spoken digits, after the caller's corrections; not always a valid number."""
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
    """The best guess at the meaning of a caller's words, with the probability that it is right."""

    text: str
    """The words, as recognised."""
    intent: Intent
    certainty: Certainty
    score: float
    """Probability that the guess is right, 0 to 1. `ivr bench understand` calibrates it."""
    runner_up: Intent | None = None
    runner_up_score: float = 0.0
    slots: Slots = field(default_factory=Slots)
    why: tuple[str, ...] = ()
    """The parts of the text on which the intent is mainly based, the strongest first."""


HARMLESS = frozenset({Intent.YES, Intent.NO, Intent.HELLO, Intent.GIVE_NAME, Intent.GIVE_NUMBER})
"""Intents that the script acts on even if the guess is only LIKELY. A question whether the guess is
right would disturb the caller more than an error."""

INTELLIGIBLE = 0.9
"""Lower limit for the recogniser's mean confidence, 0 to 1; below it the words count as
unintelligible. Most speech in other languages is below it. Median confidence, measured with the
built-in tiny model: 1.00 for known sentences, 0.94 for other Mandarin, 0.84 for other languages."""

_FOREIGN = 0.3
"""Upper limit for the share of an utterance, 0 to 1, that matches no word of the recogniser's
vocabulary. From this share on, the caller is taken to speak another language."""


@dataclass(frozen=True, slots=True)
class LikelyNumber:
    """A telephone number that the caller may have said."""

    digits: str
    probability: float
    """Probability that the caller has said it, 0 to 1. The sum over all numbers may be below 1."""


@dataclass(frozen=True, slots=True)
class Words:
    """The recognised words of an utterance and their meaning."""

    meaning: Meaning
    confidence: float = 1.0
    """The recogniser's mean confidence over the words, 0 to 1. It cannot be used to reject
    nonsense, because it is high for nonsense, too."""
    unknown: float = 0.0
    """The share of the utterance, 0 to 1, that matches no word of the recogniser's vocabulary."""
    numbers: tuple[LikelyNumber, ...] = ()
    """The telephone numbers that the caller may have said, in an answer to a question for a number
    or for yes or no. Empty if the recogniser found no number, or gives no alternatives."""

    @property
    def none(self) -> bool:
        """True if the utterance is a sound without words, such as a cough or a breath.

        False if words were recognised, or if a part of it may be words that the recogniser does not
        know.
        """
        return not self.meaning.text and self.unknown == 0.0

    @property
    def understood(self) -> bool:
        """True if the words have a meaning that the script can act on or ask the caller about.

        False if no meaning fits (UNSURE or OTHER). False also if the meaning is only LIKELY and at
        least 0.3 of the utterance is in no word that the recogniser knows: the caller then probably
        speaks another language.
        """
        meaning = self.meaning
        if meaning.certainty is Certainty.LIKELY and self.unknown >= _FOREIGN:
            return False
        return meaning.certainty is not Certainty.UNSURE and meaning.intent is not Intent.OTHER

    @property
    def intelligible(self) -> bool:
        """True if the recogniser is confident of the words and knows most of the utterance.

        False if its mean confidence is below INTELLIGIBLE (0.9), or if at least 0.3 of the
        utterance is in no word that it knows, as with other languages and many voices at once.
        """
        return self.confidence >= INTELLIGIBLE and self.unknown < _FOREIGN

    @property
    def sure(self) -> bool:
        """True if the script may act on the meaning at once; False if it must first ask the caller
        whether the guess is right, or if the words were not understood."""
        meaning = self.meaning
        return self.understood and (
            meaning.certainty is Certainty.SURE or meaning.intent in HARMLESS
        )
