"""Callers who are rude, curious, kind or a nuisance: rows 24, 29, 30 and 32 of the sheet."""

from ivr.dialogue.look_up import CALLER, Query
from ivr.dialogue.meaning import Intent, Meaning
from ivr.dialogue.row import Row
from ivr.dialogue.ticket import TicketKind
from ivr.dialogue.verbs import Heard, listen, look_up, result, say
from ivr.etiquette.guest import Guest
from ivr.etiquette.people import put_through
from ivr.etiquette.rows import is_there, row
from ivr.etiquette.tickets import report

SUPERVISOR_AFTER = 2
"""Insults in a call: the first is borne alone, with the next one the supervisor is told."""
KNOWN_AFTER = 3
"""Calls of a number that were reported before: then its first insult is reported, too."""


@row("abusive_caller")
async def abusive_caller(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """24 破口大骂: calm, 请问有什么可以帮助您？ 若无法处理，应马上报告现场业务主管。"""
    history = await _history(guest, Intent.ABUSIVE_CALLER)
    insists = guest.times.get(Intent.ABUSIVE_CALLER, 0) >= SUPERVISOR_AFTER
    if insists:
        await _tell_supervisor(guest, wish, TicketKind.ABUSE)
        if guest.is_open:
            await put_through(guest.house.transfers.supervisor)
    await say(row.prompt("ask"))
    if not insists and await _known(history, TicketKind.ABUSE):
        await _tell_supervisor(guest, wish, TicketKind.ABUSE)
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
    """32 骚扰电话: 请您挂机。 若仍纠缠不休: 将来话转接到自动台，报告现场主管。

    A number that is known for it goes there as soon as it speaks again.
    """
    history = await _history(guest, Intent.NUISANCE_CALL)
    if guest.times.get(Intent.NUISANCE_CALL, 0) >= SUPERVISOR_AFTER:
        await _to_automatic_desk(guest, wish)
    await say(row.prompt("refuse"))
    known = await _known(history, TicketKind.NUISANCE)
    heard = await listen(row.seconds)
    if known and is_there(heard):
        await _to_automatic_desk(guest, wish)
    return heard


async def _to_automatic_desk(guest: Guest, wish: Meaning) -> None:
    await _tell_supervisor(guest, wish, TicketKind.NUISANCE)
    await put_through(guest.house.transfers.automatic)


async def _tell_supervisor(guest: Guest, wish: Meaning, kind: TicketKind) -> None:
    """At once, and once in a call."""
    if wish.intent not in guest.reported:
        guest.reported.add(wish.intent)
        await report(guest, kind, wish.text)


async def _history(guest: Guest, offence: Intent) -> int | None:
    """Ask the records what this number has done before, at its first offence in this call."""
    if guest.times.get(offence, 0) != 1 or not guest.arrival.caller:
        return None
    return await look_up(Query(CALLER, guest.arrival.caller))


async def _known(history: int | None, kind: TicketKind) -> bool:
    """Whether it was reported often; the records have had the length of a sentence to say so."""
    found = None if history is None else await result(history)
    return found is not None and int(found.values.get(kind, "0")) >= KNOWN_AFTER
