"""A script that makes a ticket goes on when it is written, or certainly will not be."""

from dataclasses import replace

from ivr.dialogue import events
from ivr.dialogue.call import TICKET_SECONDS, Call
from ivr.dialogue.commands import HangUp, MakeTicket, Play
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Row
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import enter, make_ticket, say

ROWS = {"suggestion": Row(31, "suggestion", "", {}), "system": Row(0, "system", "", {})}
PRAISE = Ticket(TicketKind.SUGGESTION, transcript="多开几个窗口")


async def _sorry(outcome: Outcome) -> Outcome:
    await say(Prompt("system", "apology", "对不起"))
    return outcome


def call_of(*tickets: Ticket) -> tuple[Call, list[str | None]]:
    """Return a call that waits for the first of its tickets, and the numbers it is given."""
    numbers: list[str | None] = []

    async def script() -> Outcome:
        await enter("suggestion")
        for ticket in tickets:
            numbers.append(await make_ticket(ticket))
        return Outcome.STAYED_ON

    call = Call(script, _sorry, ROWS.__getitem__)
    call.start(0.0)
    return call, numbers


def test_the_script_goes_on_with_the_number() -> None:
    call, numbers = call_of(PRAISE)
    assert call.commands()[1:] == [MakeTicket(replace(PRAISE, row="suggestion"), 1)]
    assert numbers == []
    call.receive(events.TicketMade(1, "582369"), 0.01)
    assert numbers == ["582369"]
    assert call.commands() == [HangUp(Outcome.STAYED_ON)]


def test_a_ticket_that_could_not_be_written_has_no_number() -> None:
    call, numbers = call_of(PRAISE)
    call.receive(events.TicketMade(1, None), 0.01)
    assert numbers == [None]


def test_a_ticket_is_not_waited_for_longer_than_its_deadline() -> None:
    """A number that comes too late is not taken for the next ticket's."""
    call, numbers = call_of(PRAISE, PRAISE)
    assert call.next_deadline() == TICKET_SECONDS
    call.wake(TICKET_SECONDS)
    assert numbers == [None]
    call.receive(events.TicketMade(1, "582369"), TICKET_SECONDS + 0.1)
    assert numbers == [None]
    call.receive(events.TicketMade(2, "735298"), TICKET_SECONDS + 0.2)
    assert numbers == [None, "735298"]


def test_other_events_do_not_end_the_wait_for_a_ticket() -> None:
    call, numbers = call_of(PRAISE)
    call.receive(events.SpeechStarted(0.1), 0.2)
    call.receive(events.KeyPressed("1"), 0.3)
    call.receive(events.SpeechEnded(0.1), 0.7)
    call.receive(events.LineChanged(events.Condition.FAX), 0.8)
    assert numbers == []
    assert call.next_deadline() == TICKET_SECONDS


def test_a_call_that_is_ended_during_the_wait_says_its_last_words() -> None:
    call, numbers = call_of(PRAISE)
    call.commands()
    call.end_with(Outcome.DRAINED, 0.5)
    call.receive(events.TicketMade(1, "582369"), 0.6)
    assert [type(command) for command in call.commands()] == [Play]
    assert numbers == []
    call.receive(events.PromptFinished(1), 1.0)
    assert call.outcome is Outcome.DRAINED
