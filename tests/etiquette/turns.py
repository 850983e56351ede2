"""Turns that the callers of several tests take, and a house with people in it."""

# ruff: noqa: DTZ001 - the company's own time, as the rows get it

from collections.abc import Mapping
from datetime import date, datetime

from ivr.dialogue.events import Condition
from ivr.etiquette.hours import parse_hours
from ivr.etiquette.house import Arrival, House, Transfers
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller

NUMBER = "一三八零零零零一二三四"
WEEK = {"mon": "09:00-12:00 13:30-18:00", "fri": "09:00-18:00"}
HOURS = parse_hours(WEEK, [date(2026, 11, 27)], [date(2026, 11, 28)])
MONDAY = datetime(2026, 11, 23, 10, 0)
NIGHT = datetime(2026, 11, 23, 22, 0)
TRANSFERS = Transfers("human", "supervisor", "automatic")


def wants(caller: Caller, *sayings: str) -> Caller:
    """Let the caller say each of these after the greeting; return the caller."""
    caller.hears("greeting.ask")
    for text in sayings:
        caller.stays_silent(0.5)
        caller.says(text)
    return caller


def leaves_their_number(caller: Caller) -> None:
    """Answer the questions of rows 20 and 12 for the number and the name."""
    caller.hears("cannot_answer_now.phone")
    caller.says(NUMBER)
    caller.hears("system.number_check")
    caller.says("对")
    caller.hears("ask_name.surname")
    caller.says("我姓张")
    caller.hears("system.ticket")


def calling(
    sheet: Sheet,
    local: datetime = MONDAY,
    *,
    transfers: Transfers = TRANSFERS,
    caller: str = "",
    returned: bool = False,
    service_times: Mapping[str, Mapping[str, float]] = {},
    customers: Mapping[str, str] = {},
) -> Caller:
    """Return a caller of a house with people in it, who calls at ``local``."""
    built = House(transfers, HOURS, sheet.knowledge, service_times, customers)
    return Caller(sheet, house=built, arrival=Arrival(caller, local), returned=returned)


def speaks(caller: Caller, condition: Condition, *, understood: bool | None = None) -> None:
    """Let the caller say something over a line in this condition.

    By default it is understood if and only if the condition is OK.
    """
    caller.is_on(condition)
    if condition is Condition.OK if understood is None else understood:
        caller.says("你好")
    else:
        caller.mumbles()
