"""Callers who want a person: put through during working hours, else called back."""

import pytest

from ivr.dialogue.ticket import TicketKind
from ivr.etiquette.house import Transfers
from ivr.etiquette.sheet import Sheet
from tests.etiquette.turns import NIGHT, NUMBER, calling, wants


@pytest.mark.parametrize("asks", ["转人工", "0"])
def test_a_caller_who_wants_a_person_is_put_through(sheet: Sheet, asks: str) -> None:
    """The caller says 转人工 or presses 0; the extension is that of the settings."""
    caller = calling(sheet)
    caller.hears("greeting.ask")
    if asks == "0":
        caller.presses("0")
    else:
        caller.says(asks)
    caller.hears("system.transferring")
    caller.is_put_through("human")


@pytest.mark.row("cannot_answer_now")
def test_a_caller_at_night_hears_the_hours_and_is_called_back(sheet: Sheet) -> None:
    """Row 20: 请您留下您的联系电话。"""
    caller = wants(calling(sheet, NIGHT), "转人工")
    caller.hears("system.closed")
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("cannot_answer_now")
def test_a_caller_whom_nobody_answered_is_called_back(sheet: Sheet) -> None:
    """The PBX returns the call to the service, which takes number and name (20)."""
    caller = calling(sheet, returned=True)
    caller.hears("system.nobody_free")
    caller.hears("cannot_answer_now.phone")
    caller.says(NUMBER)
    caller.hears("system.number_check")
    caller.says("对")
    caller.hears("cannot_answer_now.surname")
    caller.says("我姓张")
    caller.hears("system.ticket")
    assert [ticket.kind for ticket in caller.tickets] == [TicketKind.CALLBACK]


def test_a_second_transfer_is_tried_and_no_third(sheet: Sheet) -> None:
    for transfers, prompt in ((1, "system.transferring"), (2, "cannot_answer_now.phone")):
        caller = calling(sheet)
        caller.guest.transfers = transfers
        wants(caller, "转人工")
        caller.hears_begin(prompt)


@pytest.mark.row("cannot_answer_now")
def test_without_an_extension_for_people_the_caller_is_called_back(sheet: Sheet) -> None:
    caller = wants(calling(sheet, transfers=Transfers()), "转人工")
    caller.hears_begin("cannot_answer_now.phone")
