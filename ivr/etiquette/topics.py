"""The choice of the row that answers what the caller wants."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from ivr.dialogue.meaning import Intent, Meaning
from ivr.dialogue.verbs import Heard, Request
from ivr.etiquette.business import (
    cannot_answer_now,
    cannot_fulfil,
    other_department,
    private_call,
    purchase_intent,
    suggestion,
)
from ivr.etiquette.closing import closing, thanks
from ivr.etiquette.complaints import attitude_complaint, complaint_deferred
from ivr.etiquette.conduct import abusive_caller, agent_identity, invitation, nuisance_call
from ivr.etiquette.explaining import (
    answered_at_once,
    ask_topic,
    company_facts,
    explain_again,
    slow_service,
)
from ivr.etiquette.guest import Guest
from ivr.etiquette.line import cannot_hear_agent
from ivr.etiquette.looking_up import answered_by_look_up, ticket_status
from ivr.etiquette.opening import slow_answer, wrong_number
from ivr.etiquette.people import human_agent

Answering = Coroutine[Request, Any, Heard | None]
"""A running row. It returns what the caller says at its end, or None when row 33 (anything else?)
is to follow."""


async def answer_wish(guest: Guest, wish: Meaning) -> Heard | None:
    """Answer ``wish``, what the caller wants.

    If prompts/knowledge.toml has an answer, it is given. Otherwise the row of the etiquette sheet
    for the intent of ``wish`` runs. Return what the caller says at the end, or None if row 33
    (anything else?) is to follow.
    """
    known = guest.house.knowledge.find(wish)
    if known is not None and known.ask is not None:
        return await answered_by_look_up(guest, wish, known)
    if known is not None:
        return await answered_at_once(guest, known)
    return await ROWS[wish.intent](guest, wish)


async def hello(guest: Guest, wish: Meaning) -> Heard | None:
    """Answer a greeting such as 喂，你好 (hello).

    If the caller has not said yet what they want, ask what the call is about (row 14) and return
    the answer. Otherwise return None, so that row 33 (anything else?) follows.
    """
    return await ask_topic() if guest.is_new else None


async def question(guest: Guest, wish: Meaning) -> Heard | None:
    """Answer a question about the product, such as 想咨询一下 (I have a question).

    If the caller has not named the topic, ask for it (row 14). Otherwise row 20 takes their number,
    so that a person can call back with the answer. Return what the caller says then, or None if
    they do not want to be called back.
    """
    if wish.slots.topic is None:
        return await ask_topic()
    return await cannot_answer_now(guest, wish)


async def yes(guest: Guest, wish: Meaning) -> Heard | None:
    """Answer a yes, depending on our last question.

    After 请问还有什么可以帮助您？ (anything else?) ask for the topic (row 14) and return the
    answer. After any other question return None, so that row 33 (anything else?) follows.
    """
    return await ask_topic() if guest.was_asked_for_more else None


async def no(guest: Guest, wish: Meaning) -> Heard | None:
    """Answer a no, depending on our last question.

    After row 33 (anything else?) say goodbye. After row 16 (was it clear?) explain again. After any
    other question ask whether there is anything else. Return what the caller says then, or None if
    they do not want to be called back with an explanation.
    """
    if guest.was_asked_if_clear:
        return await not_understood(guest, wish)
    return await closing(nothing_more=guest.was_asked_for_more)


async def not_understood(guest: Guest, wish: Meaning) -> Heard | None:
    """Answer 没听明白 (I did not understand): repeat the last explanation (row 16).

    If it has been repeated three times, offer to call back (row 20). If nothing has been explained
    yet, ask for the topic (row 14). Return what the caller says then, or None if they do not want
    to be called back.
    """
    if not guest.explained:
        return await ask_topic()
    return await explain_again(guest) or await cannot_answer_now(guest, wish)


ROWS: Mapping[Intent, Callable[[Guest, Meaning], Answering]] = {
    Intent.CANNOT_HEAR_AGENT: lambda guest, wish: cannot_hear_agent(guest),
    Intent.WRONG_NUMBER: lambda guest, wish: wrong_number(),
    Intent.SLOW_ANSWER: lambda guest, wish: slow_answer(),
    Intent.OTHER_DEPARTMENT: other_department,
    Intent.PRIVATE_CALL: private_call,
    Intent.CONFIRM_UNDERSTOOD: not_understood,
    Intent.PURCHASE_INTENT: purchase_intent,
    Intent.CANNOT_ANSWER_NOW: cannot_answer_now,
    Intent.CANNOT_FULFIL: lambda guest, wish: cannot_fulfil(),
    Intent.SLOW_SERVICE: lambda guest, wish: slow_service(),
    Intent.ABUSIVE_CALLER: abusive_caller,
    Intent.ATTITUDE_COMPLAINT: attitude_complaint,
    Intent.COMPLAINT_DEFERRED: complaint_deferred,
    Intent.AGENT_IDENTITY: lambda guest, wish: agent_identity(guest),
    Intent.INVITATION: lambda guest, wish: invitation(),
    Intent.SUGGESTION: suggestion,
    Intent.NUISANCE_CALL: nuisance_call,
    Intent.CLOSING: lambda guest, wish: closing(nothing_more=True),
    Intent.THANKS: lambda guest, wish: thanks(),
    Intent.COMPANY_FACTS: lambda guest, wish: company_facts(guest, wish.slots.facts),
    Intent.PRODUCT_QUESTION: question,
    Intent.TICKET_STATUS: ticket_status,
    Intent.HUMAN_AGENT: human_agent,
    Intent.HELLO: hello,
    Intent.YES: yes,
    Intent.NO: no,
    Intent.GOODBYE: lambda guest, wish: closing(nothing_more=True),
    Intent.GIVE_NAME: lambda guest, wish: ask_topic(),
    Intent.GIVE_NUMBER: cannot_answer_now,
    Intent.REPEAT: not_understood,
    Intent.SLOWER: not_understood,
    Intent.HOLD_ON: hello,
    Intent.OTHER: question,
}
"""The script that answers each intent. Wishes that every row grants, such as 再说一遍 and 等一下,
have usually been granted before (:mod:`ivr.etiquette.courtesy`). They get here only if the caller
had to confirm them (row 15), or if they are about an explanation (row 16)."""
