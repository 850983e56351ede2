"""The words that a call is told in: the records of every call are written and read with them."""

from typing import get_args

from ivr.dialogue.commands import Command
from ivr.dialogue.events import Event
from ivr.dialogue.verbs import Request

STORED = {
    "BeginLookUp", "CallerHungUp", "DropRecording", "EarOpened", "EnterRow", "HandBack", "HangUp",
    "KeyPressed", "LineChanged", "LineLost", "LookedUp", "MakeTicket", "Play", "PromptFailed",
    "PromptFinished", "SpeechDismissed", "SpeechEnded", "SpeechPossible", "SpeechStarted",
    "StartRecording", "StopPlaying", "TicketMade", "Transfer", "WordsAppeared",
}  # fmt: skip
"""Column ``what`` of the table ``steps``, as databases in the field have it."""


def test_the_names_in_the_records_stay_what_they_were() -> None:
    assert {one.__name__ for one in (*get_args(Command), *get_args(Event))} == STORED


def test_a_request_that_the_shell_carries_out_is_its_command() -> None:
    """One dataclass serves both; only what a command cannot say has a request of its own."""
    own = {one.__name__ for one in set(get_args(Request)) - set(get_args(Command))}
    assert own == {"Say", "Listen", "Draft", "Result"}
