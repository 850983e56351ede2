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
    """Transfer a caller who asks for a person (转人工 or key 0); this ends the script.

    ``wish`` is that request. Outside working hours, after MOST_TRANSFERS (2) unanswered transfers,
    or if the settings name no extension, row 20 offers to call back instead. Then return what the
    caller says after row 20, or None if they do not want to be called back.
    """
    if not guest.is_open:
        await say((await enter("system")).prompt("closed"))
    elif guest.transfers < MOST_TRANSFERS:
        await put_through(guest.house.transfers.human)
    return await cannot_answer_now(guest, wish)


async def nobody_answered(guest: Guest) -> Heard | None:
    """Say that nobody is free, and offer to call back (row 20 of the etiquette sheet).

    This is for a caller who comes back because nobody answered the transfer. Return what the caller
    says after row 20, or None if they do not want to be called back.
    """
    guest.transfers += 1
    await say((await enter("system")).prompt("nobody_free"))
    return await cannot_answer_now(guest, WANTS_A_PERSON)


async def put_through(target: str) -> None:
    """Connect the caller to the extension ``target`` of the PBX; this ends the script of the call.

    If ``target`` is empty (there is no such extension), do nothing.
    """
    if target:
        await say((await enter("system")).prompt("transferring"), barge_in=False)
        await transfer(target)
