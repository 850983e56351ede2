"""Callers who are rude, curious, kind or a nuisance: rows 24, 29, 30 and 32 of the sheet."""

from ivr.dialogue.meaning import Intent, Meaning
from ivr.dialogue.row import Row
from ivr.dialogue.ticket import TicketKind
from ivr.dialogue.verbs import Heard, listen, say
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import row
from ivr.etiquette.tickets import report

SUPERVISOR_AFTER = 2
"""Insults that are borne alone; with the next one the supervisor is told."""


@row("abusive_caller")
async def abusive_caller(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """24 破口大骂: calm, 请问有什么可以帮助您？ Who goes on is reported to the supervisor."""
    if guest.times.get(Intent.ABUSIVE_CALLER, 0) == SUPERVISOR_AFTER:
        await report(guest, TicketKind.ABUSE, wish.text)
    await say(row.prompt("ask"))
    return await listen(row.seconds)


@row("agent_identity")
async def agent_identity(row: Row, guest: Guest) -> None:
    """29 询问客服人员个人信息: 我的工号是……号; who insists hears the rule."""
    if guest.times.get(Intent.AGENT_IDENTITY, 0) > 1:
        await say(row.prompt("rule"))
    else:
        await say(row.prompt("number"), N=guest.company.get("工号", ""))


@row("invitation")
async def invitation(row: Row) -> None:
    """30 客户善意的约会: 非常感谢！对不起，我不能接受，再次谢谢您！"""
    await say(row.prompt("decline"))


@row("nuisance_call")
async def nuisance_call(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """32 骚扰电话: 请您挂机。 Who does not is reported to the supervisor."""
    if guest.times.get(Intent.NUISANCE_CALL, 0) == SUPERVISOR_AFTER:
        await report(guest, TicketKind.NUISANCE, wish.text)
    await say(row.prompt("refuse"))
    return await listen(row.seconds)
