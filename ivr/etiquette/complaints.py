"""Rows 23, 26, 27 and 28: complaints."""

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
"""For each class of complaint, the name of its variable in prompts/company.toml: 简单投诉时限 for a
simple complaint. The variable holds the hours within which row 27 promises an answer."""
ANYBODY = "default"
"""The key ``default`` in the table of service times (row 28). Its hours hold for each class of
customer that the table does not name."""
_COMPLEX = "复杂投诉"
"""Name of a variable of prompts/company.toml. Its value is a list of words, separated by spaces; a
complaint that contains one of the words is complex."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint: the caller's words (``told``) and its class (``kind``)."""

    told: str
    kind: Class


def complaint(told: str, company: Mapping[str, str]) -> Complaint:
    """Return the complaint that the caller stated in the words ``told``, with its class.

    The class is complex if ``told`` contains one of the words that the company's variable 复杂投诉
    (complex complaints) lists, otherwise simple.
    """
    complex = any(word in told for word in company.get(_COMPLEX, "").split())
    return Complaint(told, "complex" if complex else "simple")


def deferred_hours(guest: Guest, kind: Class) -> float:
    """Return the hours within which row 27 promises an answer to a complaint of the class ``kind``.

    The hours are those of prompts/company.toml. If it has none, they are 2 for a simple complaint
    and 24 for a complex one.
    """
    known = guest.company.get(_TIME_LIMITS[kind], "")
    return float(known) if known.isdecimal() else {"simple": 2.0, "complex": 24.0}[kind]


def accepted_hours(guest: Guest, kind: Class) -> float:
    """Return the hours within which row 28 promises an answer, from the table of service times.

    They depend on the class of the complaint (``kind``) and on the class of customer
    (根据投诉的类别和客户类别的不同而不同). If the table has no entry, they are those of row 27.
    """
    table = guest.house.service_times.get(kind, {})
    return table.get(guest.customer_class or "", table.get(ANYBODY, deferred_hours(guest, kind)))


@row("attitude_complaint")
async def attitude_complaint(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """Row 26 遇到客户投诉客户代表态度不好时: apologise, ask for details, record the complaint.

    The complaint and the number to call back become a complaint ticket. Then row 28 promises an
    answer and says goodbye. Return what the caller says after that goodbye.
    """
    await say(row.prompt("ask"))  # 您是否能将详细情况告诉我？
    first = await listen(row.seconds)
    # 认真记录客户投诉内容，并请客户留下联系方式，提交组长或主管处理。
    details = await story(guest, TicketKind.COMPLAINT, wish.text, first)
    told = complaint(joined_speech(wish.text, details), guest.company)
    hours = accepted_hours(guest, told.kind)
    await leave_ticket(guest, TicketKind.COMPLAINT, told.told, hours=hours)
    return await complaint_accepted(hours)


@row("complaint_accepted")
async def complaint_accepted(row: Row, hours: float) -> Heard:
    """Row 28 对客户投诉，在受理结束时: promise an answer within ``hours``, and say goodbye.

    Return what the caller says after the goodbye.
    """
    await say_farewell(row.prompt("farewell"), N=f"{hours:.0f}")
    return await listen(row.seconds)


@row("complaint_deferred")
async def complaint_deferred(row: Row, guest: Guest, wish: Meaning) -> Heard:
    """Row 27 遇到无法当场回复的客户投诉: hear the complaint, and promise an answer.

    The answer is promised within 2 hours for a simple complaint and within 24 hours for a complex
    one; the company may set other times. The promised time is the deadline of the complaint
    ticket. Return what the caller says after the goodbye.
    """
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
    """Row 23 需求客户谅解时: say 对不起，请您原谅。 (We are sorry, please forgive us.)"""
    await say(row.prompt("forgive"))
