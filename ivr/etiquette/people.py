"""Callers who want a person, and callers who are sent to one."""

from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.dialogue.verbs import Heard, enter, say, transfer
from ivr.etiquette.business import cannot_answer_now
from ivr.etiquette.guest import Guest

MOST_TRANSFERS = 2
"""After so many that nobody answered he is called back: he has waited long enough."""
WANTS_A_PERSON = Meaning("转人工", Intent.HUMAN_AGENT, Certainty.SURE, 1.0)


async def human_agent(guest: Guest, wish: Meaning) -> Heard | None:
    """转人工, or key 0: put through while people work; else he is called back (20)."""
    if not guest.is_open:
        await say((await enter("system")).prompt("closed"))
    elif guest.transfers < MOST_TRANSFERS:
        await put_through(guest.house.transfers.human)
    return await cannot_answer_now(guest, wish)


async def nobody_answered(guest: Guest) -> Heard | None:
    """He was put through, and comes back: nobody was free. His number is taken (20)."""
    guest.transfers += 1
    await say((await enter("system")).prompt("nobody_free"))
    return await cannot_answer_now(guest, WANTS_A_PERSON)


async def put_through(target: str) -> None:
    """Connect him, where the house has such a place; the call ends here then."""
    if target:
        await say((await enter("system")).prompt("transferring"), barge_in=False)
        await transfer(target)
