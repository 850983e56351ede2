"""Connect callers to people, and offer to call back if nobody answers."""

from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.dialogue.verbs import Heard, enter, say, transfer
from ivr.etiquette.business import cannot_answer_now
from ivr.etiquette.guest import Guest

MOST_TRANSFERS = 2
"""Maximum number of unanswered transfers in a call. After them the hotline offers to call back,
because the caller has waited long enough."""
WANTS_A_PERSON = Meaning("转人工", Intent.HUMAN_AGENT, Certainty.SURE, 1.0)
"""The wish to speak to a person (转人工). It stands for the wish of a caller who comes back after
an unanswered transfer."""


async def human_agent(guest: Guest, wish: Meaning) -> Heard | None:
    """Transfer the call to people: the caller has said 转人工 or pressed 0.

    A transfer ends the call for the service. There is no transfer outside working hours or after
    MOST_TRANSFERS (2) unanswered transfers. Row 20 then takes the caller's number. Return what they
    say after row 20, or None if they do not want to be called back.
    """
    if not guest.is_open:
        await say((await enter("system")).prompt("closed"))
    elif guest.transfers < MOST_TRANSFERS:
        await put_through(guest.house.transfers.human)
    return await cannot_answer_now(guest, wish)


async def nobody_answered(guest: Guest) -> Heard | None:
    """Say that nobody is free, after an unanswered transfer, and offer to call back (row 20).

    Return what the caller says after row 20, or None if they do not want to be called back.
    """
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
