"""Complaints: rows 23, 26, 27 and 28 of the sheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ivr.dialogue.meaning import Meaning
from ivr.dialogue.row import Row
from ivr.dialogue.ticket import TicketKind
from ivr.dialogue.verbs import Heard, enter, listen, say
from ivr.etiquette.business import ANNOUNCED
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import row
from ivr.etiquette.speaking import say_farewell
from ivr.etiquette.tickets import joined_speech, leave_ticket, story

Class = Literal["simple", "complex"]
_TIME_LIMITS: Mapping[Class, str] = {"simple": "简单投诉时限", "complex": "复杂投诉时限"}
ANYBODY = "default"
"""The class, in the table of service times, of customers who are in none."""
_COMPLEX = "复杂投诉"
"""Where prompts/company.toml names the words that make a complaint a complex one."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is complained of, and its class."""

    told: str
    kind: Class


def complaint(told: str, company: Mapping[str, str]) -> Complaint:
    """A complaint with its class."""
    complex = any(word in told for word in company.get(_COMPLEX, "").split())
    return Complaint(told, "complex" if complex else "simple")


def deferred_hours(guest: Guest, kind: Class) -> float:
    """As row 27 says them: the company's, or 2 and 24."""
    known = guest.company.get(_TIME_LIMITS[kind], "")
    return float(known) if known.isdecimal() else {"simple": 2.0, "complex": 24.0}[kind]


def accepted_hours(guest: Guest, kind: Class) -> float:
    """根据投诉的类别和客户类别的不同而不同，见服务时限标准 (28); else as row 27 says them."""
    table = guest.house.service_times.get(kind, {})
    return table.get(guest.customer_class or "", table.get(ANYBODY, deferred_hours(guest, kind)))


@row("attitude_complaint")
async def attitude_complaint(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """26 客户投诉客户代表态度不好: 您是否能将详细情况告诉我？ Recorded with his number (28)."""
    await say(row.prompt("ask"))
    first = await listen(row.seconds)
    details = await story(guest, TicketKind.COMPLAINT, wish.text, first)
    told = complaint(joined_speech(wish.text, details), guest.company)
    hours = accepted_hours(guest, told.kind)
    await leave_ticket(guest, TicketKind.COMPLAINT, told.told, hours=hours)
    return await complaint_accepted(hours)


@row("complaint_accepted")
async def complaint_accepted(row: Row, hours: float) -> Heard:
    """28 对客户投诉，在受理结束时: 在……小时内，给您明确的答复，再见。"""
    await say_farewell(row.prompt("farewell"), N=f"{hours:.0f}")
    return await listen(row.seconds)


@row("complaint_deferred")
async def complaint_deferred(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """27 无法当场回复的客户投诉: answered within 2 hours (simple) or 24 (complex)."""
    await ask_forgiveness()
    details = ""
    if len(wish.text) <= ANNOUNCED:
        system = await enter("system")
        await say(system.prompt("go_on"))
        first = await listen(row.seconds)
        details = await story(guest, TicketKind.COMPLAINT, wish.text, first)
    told = complaint(joined_speech(wish.text, details), guest.company)
    hours = deferred_hours(guest, told.kind)
    await leave_ticket(guest, TicketKind.COMPLAINT, told.told, hours=hours)
    await say_farewell(row.prompt(told.kind))
    return await listen(row.seconds)


@row("ask_forgiveness")
async def ask_forgiveness(row: Row) -> None:
    """23 需求客户谅解: 对不起，请您原谅。"""
    await say(row.prompt("forgive"))
