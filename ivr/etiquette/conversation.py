"""How the rows follow one another, from the first word to the last."""

from ivr.dialogue.outcome import Outcome
from ivr.dialogue.verbs import Heard, Unheard, enter, listen, say
from ivr.etiquette.closing import caller_stays_on, closing
from ivr.etiquette.coaching import Coached
from ivr.etiquette.line import CallOver
from ivr.etiquette.opening import greeting, no_sound
from ivr.etiquette.rows import is_silent, is_there


async def hotline() -> Outcome:
    """A whole call: who is hard to hear is told why (8, 9, 10), whichever row listens."""
    try:
        return await Coached(conversation())
    except CallOver as over:
        return over.outcome


async def conversation() -> Outcome:
    """From the greeting to the end.

    What the caller wants is not understood yet: whoever speaks is somebody, and is asked what
    else he needs until he falls silent (33), then whether he is still there (35).
    """
    heard = await greeting()
    if is_silent(heard):
        heard = await no_sound()
        if is_silent(heard):
            return Outcome.NO_SOUND
    while not is_silent(heard):
        if isinstance(heard, Unheard):
            heard = await keys_only()
            if not is_there(heard):
                return Outcome.UNHEARD
        heard = await closing()
        if is_silent(heard):
            heard = await caller_stays_on()
    return Outcome.STAYED_ON


async def keys_only() -> Heard:
    """Our own ear has failed: say so instead of blaming the caller's telephone (2)."""
    system = await enter("system")
    await say(system.prompt("keys_only"))
    return await listen(system.seconds)


async def last_words(outcome: Outcome) -> Outcome:
    """What a caller hears when his call must be ended from outside, so that it is never silence."""
    if outcome is Outcome.LIMIT:
        await say((await enter("closing")).prompt("farewell"), barge_in=False)
    else:
        await say((await enter("system")).prompt("apology"), barge_in=False)
    return outcome
