"""Rows 6, 7, 19, 20, 21 and 31: wishes that the service cannot fulfil at once."""

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
"""The words for each kind of buyer in a ticket: 个人购买 for ``personal``."""
MESSAGE = TicketKind.MESSAGE
_CALL_ME = frozenset({Intent.CANNOT_ANSWER_NOW, Intent.GIVE_NUMBER})
"""Intents by which the caller of a private call (row 7) asks to be called back."""
ANNOUNCED = 10
"""Upper limit for the length of an announcement such as 我要投诉, in characters. A caller whose
first words are no longer than this has only announced a complaint or suggestion, and is asked to go
on."""


@row("other_department")
async def other_department(row: Row, guest: Guest, wish: Meaning) -> Heard | None:
    """Row 6 客户想直接拨打本公司内部其他部门的电话时: take a message and the number to call back.

    ``wish`` is what the caller asked for. The message and the number become a ticket for the
    department that it names. An answer without words makes no ticket. Return Nobody if the caller
    is silent, otherwise None. Raise ChangedSubject if the caller states another wish.
    """
    await say(row.prompt("ask"))  # 您能否将具体情况和联系电话告诉我，我帮您联系好吗？
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
    """Row 7 工作间接到打来公司的私人电话时: say that the colleague may not answer, and goodbye.

    ``wish`` names the colleague whom the caller asked for. If the caller then gives a number or
    asks to be called back, make a message ticket for the colleague and return None. Otherwise
    return what the caller says after the goodbye.
    """
    await say_farewell(row.prompt("farewell"))
    heard = await listen(row.seconds)
    meaning = said(heard)
    if meaning is None or not (meaning.slots.digits or meaning.intent in _CALL_ME):
        return heard
    number = heard if meaning.slots.digits else None  # 或者请其留下联系电话
    await leave_ticket(guest, MESSAGE, wish.text, number, department=wish.slots.person)
    return None


@row("purchase_intent")
async def purchase_intent(row: Row, guest: Guest, wish: Meaning) -> None:
    """Row 19 想要问是否有购买意向时: ask for the kind of buyer and the number of accounts.

    What the caller has already said in ``wish`` is not asked for. Then the hotline says that it
    will send the list of numbers (我给您传份号码表). The answers become a sales-lead ticket, and a
    person calls back. Raise ChangedSubject if the caller states another wish.
    """
    buyer, count = wish.slots.buyer, wish.slots.count
    if buyer is None:
        await say(row.prompt("buyer"))  # 您是想以个人名义购买，还是以企业名义购买呢？
        if (meaning := said(await listen(row.seconds))) is not None:
            follow_unless(wish, meaning)
            buyer, count = meaning.slots.buyer, meaning.slots.count or count
    if count is None:
        await say(row.prompt("count"))  # 您需要几个工号呢？
        if (meaning := said(await listen(row.seconds))) is not None:
            follow_unless(wish, meaning)
            count = meaning.slots.count
    wanted = [_BUYERS[buyer]] if buyer else []
    wanted += [f"{count} 个工号"] if count else []
    await note(guest, TicketKind.SALES_LEAD, joined_speech(*wanted, wish.text))
    await say(row.prompt("number_list"))  # 我给您传份号码表，您先选个号吧。
    await leave_ticket(guest, TicketKind.SALES_LEAD, joined_speech(*wanted, wish.text))


@row("cannot_answer_now")
async def cannot_answer_now(row: Row, guest: Guest, wish: Meaning | None = None) -> Heard | None:
    """Row 20 无法当场答复的客户咨询: ask for the caller's number and name, and say goodbye.

    The number, the name and the caller's ``wish`` (None if it is unknown) become a callback ticket.
    Return what the caller says after the goodbye. If the caller does not want to be called back,
    make no ticket and return None.
    """
    if guest.phone is None:  # 请您留下您的联系电话我们查询后将尽快与您联系，好吗？
        told = wish is not None and bool(wish.slots.digits)
        await contact_number(
            guest, number_as_said(wish) if wish and told else await where_to_call_back(row)
        )
        if guest.phone is None:
            return None
    name = row.prompt("surname")  # 先生/女士：请问您贵姓？
    await leave_ticket(guest, TicketKind.CALLBACK, wish.text if wish else "", name=name)
    await say_farewell(row.prompt("farewell"))  # 谢谢您的合作，再见！
    return await listen(row.seconds)


@row("cannot_fulfil")
async def cannot_fulfil(row: Row) -> None:
    """Row 21 遇到客户提出的要求无法做到时: say 很抱歉，这超出我们的服务范围，恐怕我不能帮助您。

    The words apologise: the request is beyond the service, and we cannot help.
    """
    await say(row.prompt("out_of_scope"))


@row("suggestion")
async def suggestion(row: Row, guest: Guest, wish: Meaning) -> None:
    """Row 31 遇到客户提出建议时: hear the suggestion out, thank the caller, make a ticket.

    If ``wish`` only announces a suggestion (at most 10 characters), ask the caller to go on first.
    """
    told = wish.text
    if len(told) <= ANNOUNCED:
        system = await enter("system")
        await say(system.prompt("go_on"))
        first = await listen(row.seconds)
        told = await story(guest, TicketKind.SUGGESTION, wish.text, first) or told
    await say(row.prompt("thanks"))
    await keep(guest, TicketKind.SUGGESTION, told)


def follow_unless(wish: Meaning, meaning: Meaning) -> None:
    """Raise ChangedSubject if the caller's words ``meaning`` are certainly another wish.

    ``wish`` is the wish that is being served. If both have the same intent, or if ``meaning`` is an
    answer such as yes, nothing is raised.
    """
    if meaning.intent is not wish.intent:
        follow(meaning)
