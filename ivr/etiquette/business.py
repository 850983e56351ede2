"""Wishes that a machine cannot fulfil on the spot: rows 6, 7, 19, 20, 21 and 31 of the sheet."""

from ivr.dialogue.meaning import Buyer, Intent, Meaning
from ivr.dialogue.row import Row
from ivr.dialogue.ticket import TicketKind
from ivr.dialogue.verbs import Heard, enter, listen, say
from ivr.etiquette.contact import contact_number, follow, number_as_said, said
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import is_silent, row
from ivr.etiquette.speaking import say_farewell
from ivr.etiquette.tickets import joined_speech, keep, leave_ticket, note, story, where_to_call_back

_BUYERS: dict[Buyer, str] = {"personal": "个人购买", "company": "企业购买"}
MESSAGE = TicketKind.MESSAGE
_CALL_ME = frozenset({Intent.CANNOT_ANSWER_NOW, Intent.GIVE_NUMBER})
ANNOUNCED = 10
"""Characters: who says no more than this has only announced what he wants to tell."""


@row("other_department")
async def other_department(row: Row, guest: Guest, wish: Meaning) -> Heard | None:
    """6 想直接拨打本公司内部其他部门: 您能否将具体情况和联系电话告诉我，我帮您联系好吗？"""
    await say(row.prompt("ask"))
    heard = await listen(row.seconds)
    if is_silent(heard):
        return heard
    if (meaning := said(heard)) is not None:
        follow_unless(wish, meaning)
        with_number = heard if meaning.slots.digits else None
        told = meaning.text if with_number else await story(guest, MESSAGE, wish.text, heard)
        department = wish.slots.department
        await leave_ticket(
            guest, MESSAGE, joined_speech(wish.text, told), with_number, department=department
        )
    return None


@row("private_call")
async def private_call(row: Row, guest: Guest, wish: Meaning) -> Heard | None:
    """7 打来公司的私人电话: 请您下班后再与她联系，再见！ Or, if he wants, his number is taken."""
    await say_farewell(row.prompt("farewell"))
    heard = await listen(row.seconds)
    meaning = said(heard)
    if meaning is None or not (meaning.slots.digits or meaning.intent in _CALL_ME):
        return heard
    number = heard if meaning.slots.digits else None
    await leave_ticket(guest, MESSAGE, wish.text, number, department=wish.slots.person)
    return None


@row("purchase_intent")
async def purchase_intent(row: Row, guest: Guest, wish: Meaning) -> None:
    """19 购买意向: 个人名义还是企业名义？ 几个工号？ 给您传份号码表。 Then somebody calls back."""
    buyer, count = wish.slots.buyer, wish.slots.count
    if buyer is None:
        await say(row.prompt("buyer"))
        if (meaning := said(await listen(row.seconds))) is not None:
            follow_unless(wish, meaning)
            buyer, count = meaning.slots.buyer, meaning.slots.count or count
    if count is None:
        await say(row.prompt("count"))
        if (meaning := said(await listen(row.seconds))) is not None:
            follow_unless(wish, meaning)
            count = meaning.slots.count
    wanted = [_BUYERS[buyer]] if buyer else []
    wanted += [f"{count} 个工号"] if count else []
    await note(guest, TicketKind.SALES_LEAD, joined_speech(*wanted, wish.text))
    await say(row.prompt("number_list"))
    await leave_ticket(guest, TicketKind.SALES_LEAD, joined_speech(*wanted, wish.text))


@row("cannot_answer_now")
async def cannot_answer_now(row: Row, guest: Guest, wish: Meaning | None = None) -> Heard | None:
    """20 无法当场答复: 请您留下您的联系电话；请问您贵姓？；谢谢您的合作，再见！

    Who does not want to be called back is asked what else he needs.
    """
    if guest.phone is None:
        told = wish is not None and bool(wish.slots.digits)
        await contact_number(
            guest, number_as_said(wish) if wish and told else await where_to_call_back()
        )
        if guest.phone is None:
            return None
    name = row.prompt("surname")
    await leave_ticket(guest, TicketKind.CALLBACK, wish.text if wish else "", name=name)
    await say_farewell(row.prompt("farewell"))
    return await listen(row.seconds)


@row("cannot_fulfil")
async def cannot_fulfil(row: Row) -> None:
    """21 客户提出的要求无法做到: 很抱歉，这超出我们的服务范围，恐怕我不能帮助您。"""
    await say(row.prompt("out_of_scope"))


@row("suggestion")
async def suggestion(row: Row, guest: Guest, wish: Meaning) -> None:
    """31 客户提出建议: heard to its end, thanked for, and passed on."""
    told = wish.text
    if len(told) <= ANNOUNCED:
        system = await enter("system")
        await say(system.prompt("go_on"))
        first = await listen(row.seconds)
        told = await story(guest, TicketKind.SUGGESTION, wish.text, first) or told
    await say(row.prompt("thanks"))
    await keep(guest, TicketKind.SUGGESTION, told)


def follow_unless(wish: Meaning, meaning: Meaning) -> None:
    """Follow the caller to another subject; the same one again is an answer."""
    if meaning.intent is not wish.intent:
        follow(meaning)
