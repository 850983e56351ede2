"""Telling the caller what he wants to know: rows 14, 16, 18, 22 and 36 of the sheet."""

from ivr.dialogue.meaning import Fact
from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Ask, Heard, Say, listen, say
from ivr.etiquette.contact import follow, said
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import row

_FACTS: dict[Fact, str] = {
    "company": "name",
    "address": "address",
    "website": "website",
    "phone": "phone",
}


@row("ask_topic")
async def ask_topic(row: Row) -> Heard:
    """14 想要问客户要咨询哪方面的问题: 请问您需要了解企业 QQ 哪方面的信息？"""
    await say(row.prompt("ask"))
    return await listen(row.seconds)


@row("take_note")
async def take_note(row: Row) -> Heard:
    """18 提供的信息较长，需要客户记录: 麻烦您记录一下，好吗？ Then it is spoken slowly."""
    await say(row.prompt("ask"))
    return await listen(row.seconds)


@row("company_facts")
async def company_facts(row: Row, guest: Guest, facts: tuple[Fact, ...]) -> Heard | None:
    """36 备注: the company's name, address, website, number; slowly, to be written down (18)."""
    if (meaning := said(await take_note())) is not None:
        follow(meaning)
    wanted = [_FACTS[fact] for fact in facts] or list(_FACTS.values())
    guest.explained = [Say(row.prompt(key), True, {}, "slow") for key in wanted]
    for sentence in guest.explained:
        await Ask(sentence)
    return await confirm_understood()


@row("confirm_understood")
async def confirm_understood(row: Row) -> Heard:
    """16 向客户解释完毕后，应向客户确认是否明了: 请问我刚才的解释您是否明白？"""
    await say(row.prompt("understood"))
    return await listen(row.seconds)


async def explain_again(guest: Guest) -> Heard | None:
    """16 not wholly understood: 再次解释不明白的部分，直至客户明白为止。"""
    for sentence in guest.explained:
        await Ask(sentence)
    return await confirm_understood() if guest.explained else None


@row("slow_service")
async def slow_service(row: Row) -> None:
    """22 客户责怪客户代表动作慢: 对不起，让您久等了，我将尽快帮您处理。"""
    await say(row.prompt("apology"))
