"""Conversations that cross the rows (conversations.toml), in virtual time."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ivr.dialogue.look_up import Found
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.house import Arrival, House, Transfers
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller

_FILE = Path(__file__).with_name("conversations.toml")
CONVERSATIONS = tomllib.loads(_FILE.read_text(encoding="utf-8"))["conversation"]


def lines_of(conversation: dict[str, Any]) -> list[list[str]]:
    """Return the turns of a conversation, each as its words."""
    return [line.split() for line in conversation["turns"].strip().splitlines()]


def have(caller: Caller, lines: list[list[str]]) -> None:
    """Have the conversation that these lines tell; a deviation fails the test."""
    for who, *rest in lines:
        words = " ".join(rest)
        match who:
            case "bot":
                caller.hears(words)
            case "caller":
                caller.stays_silent(0.5)
                caller.says(words)
            case "silent":
                caller.stays_silent(float(words))
            case "music":
                caller.hears_begin("music.hold", float(words))
            case "keys":
                for key in words:
                    caller.presses(key)
            case "mumbles":
                caller.mumbles()
            case "foreign":
                caller.mumbles(confidence=0.8)
            case "hangs":
                caller.hangs_up()
                caller.is_gone()
            case "ends" if words == "transferred":
                caller.is_put_through("human")
            case "ends":
                caller.is_hung_up_on(Outcome(words))
            case "tickets":
                assert [ticket.kind for ticket in caller.tickets] == rest
            case _:
                raise ValueError(f"a turn begins with {who!r}: use a word from the head of {_FILE}")


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: str(one["title"]))
def test_a_whole_conversation(sheet: Sheet, conversation: dict[str, Any]) -> None:
    """Each turn is as the sheet has it, and each ticket is kept."""
    transfers = Transfers(conversation.get("human", ""))
    arrival = Arrival(rings=conversation.get("rings", 1))
    caller = Caller(sheet, house=House(transfers, knowledge=sheet.knowledge), arrival=arrival)
    caller.finds = lambda query: (5.0, Found("assigned"))
    lines = lines_of(conversation)
    have(caller, lines)
    if not any(who == "tickets" for who, *_ in lines):
        assert caller.tickets == []


def test_there_are_twenty_conversations_of_four_to_sixteen_turns() -> None:
    """Turns are what the caller does."""
    deeds = ("caller", "silent", "keys", "mumbles", "foreign", "hangs")
    turns = [sum(who in deeds for who, *_ in lines_of(one)) for one in CONVERSATIONS]
    assert len(turns) >= 20
    assert min(turns) >= 4
    assert max(turns) <= 16
