"""Rows 24, 29, 30 and 32: callers who are rude, curious, kind or a nuisance."""

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
"""The supervisor gets a ticket at the second offence of one kind (abuse, nuisance) in a call. The
first offence is only answered, unless the number has KNOWN_AFTER (3) earlier reports."""
KNOWN_AFTER = 3
"""Least number of earlier reports about the calling number at which the supervisor gets a ticket at
the first offence in a call."""


@row("abusive_caller")
async def abusive_caller(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """Row 24 遇到客户情绪激烈，破口大骂: stay calm and ask 请问有什么可以帮助您？

    The question is how we can help. 若无法处理，应马上报告现场业务主管: at the second insult the
    supervisor gets a ticket, and during working hours the call is transferred to them. If the
    calling number has at least KNOWN_AFTER (3) earlier reports, the supervisor gets the ticket at
    the first insult. Return what the caller says.
    """
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
    """Row 29 遇到客户询问客服人员个人信息超出话述标准时: say 我的工号是……号。

    The words give the agent's staff number. If the caller asks again (若客户坚持要求), say that the
    company's rule allows us to give this number only.
    """
    if guest.times.get(Intent.AGENT_IDENTITY, 0) > 1:
        await say(row.prompt("rule"))
    else:
        await say(row.prompt("number"), N=guest.company.get("工号", ""))


@row("invitation")
async def invitation(row: Row) -> None:
    """Row 30 遇到客户善意的约会时: say 非常感谢！对不起，我不能接受，再次谢谢您！

    The words decline the invitation with thanks.
    """
    await say(row.prompt("decline"))


@row("nuisance_call")
async def nuisance_call(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """Row 32 遇到骚扰电话时: say that this is no service of ours, and 请您挂机。

    请您挂机 asks the caller to hang up. At the second offence in a call the supervisor gets a
    ticket, and the caller is connected to the automatic desk (将来话转接到自动台). If the calling
    number has at least KNOWN_AFTER (3) earlier reports, this happens as soon as the caller answers
    the prompt. Otherwise return what the caller says.
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
    """Report the nuisance call to the supervisor, and connect it to the automatic desk.

    The automatic desk is an extension in the settings. If there is none, the call goes on.
    """
    await _tell_supervisor(guest, wish, TicketKind.NUISANCE)
    await put_through(guest.house.transfers.automatic)


async def _tell_supervisor(guest: Guest, wish: Meaning, kind: TicketKind) -> None:
    """Make a ticket of ``kind`` for the supervisor with the caller's words in ``wish``.

    If the offence, the intent of ``wish``, was reported before in this call, do nothing.
    """
    if wish.intent not in guest.reported:
        guest.reported.add(wish.intent)
        await report(guest, kind, wish.text)


async def _history(guest: Guest, offence: Intent) -> int | None:
    """Begin to look up earlier reports about the calling number; return the number of the look-up.

    :func:`~ivr.dialogue.verbs.result` gives the result for that number. Return None, without a
    look-up, if the calling number is withheld, or unless the caller has expressed the intent
    ``offence`` exactly once in this call.
    """
    if guest.times.get(offence, 0) != 1 or not guest.arrival.caller:
        return None
    return await look_up(Query(CALLER, guest.arrival.caller))


async def _known(history: int | None, kind: TicketKind) -> bool:
    """Return True if the look-up with the number ``history`` found at least KNOWN_AFTER reports.

    KNOWN_AFTER is 3; only reports of ``kind`` count. Return False for fewer reports, for a look-up
    that has not ended yet, and if ``history`` is None (nothing was looked up). The rows call this
    function after a prompt, during which the look-up can end.
    """
    found = None if history is None else await result(history)
    return found is not None and int(found.values.get(kind, "0")) >= KNOWN_AFTER
