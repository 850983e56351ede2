"""Callers who want a person, and callers who are connected to one."""

from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.dialogue.verbs import Heard, enter, say, transfer
from ivr.etiquette.business import cannot_answer_now
from ivr.etiquette.guest import Guest

MOST_TRANSFERS = 2
"""Unanswered transfers after which the caller is called back: they have waited long enough."""
WANTS_A_PERSON = Meaning("转人工", Intent.HUMAN_AGENT, Certainty.SURE, 1.0)
"""The wish of a caller who comes back from a transfer."""


async def human_agent(guest: Guest, wish: Meaning) -> Heard | None:
    """Connect the caller to people during working hours; otherwise take their number (20).

    It answers 转人工 and key 0.
    """
    if not guest.is_open:
        await say((await enter("system")).prompt("closed"))
    elif guest.transfers < MOST_TRANSFERS:
        await put_through(guest.house.transfers.human)
    return await cannot_answer_now(guest, wish)


async def nobody_answered(guest: Guest) -> Heard | None:
    """Tell a caller who comes back from a transfer that nobody is free; take their number (20)."""
    guest.transfers += 1
    await say((await enter("system")).prompt("nobody_free"))
    return await cannot_answer_now(guest, WANTS_A_PERSON)


async def put_through(target: str) -> None:
    """Connect the caller to the extension ``target``, which ends the call for the service.

    If ``target`` is empty, return at once.
    """
    if target:
        await say((await enter("system")).prompt("transferring"), barge_in=False)
        await transfer(target)
