"""The order of the rows in a call, from the greeting to the goodbye."""

from collections.abc import Mapping
from typing import assert_never

from ivr.dialogue.meaning import Meaning
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.verbs import Heard, Nobody, Unheard, enter, listen, say
from ivr.etiquette.asking_back import AskingBack, GivenUp
from ivr.etiquette.business import cannot_answer_now
from ivr.etiquette.closing import caller_stays_on, closing
from ivr.etiquette.coaching import Attended
from ivr.etiquette.contact import ChangedSubject
from ivr.etiquette.guest import Guest
from ivr.etiquette.line import CallOver
from ivr.etiquette.opening import greeting, no_sound
from ivr.etiquette.people import nobody_answered
from ivr.etiquette.recording import Policy, notice
from ivr.etiquette.rows import is_silent, is_there
from ivr.etiquette.speaking import say_farewell
from ivr.etiquette.topics import Answering, answer_wish


async def hotline(
    company: Mapping[str, str] | None = None,
    guest: Guest | None = None,
    *,
    returned: bool = False,
    recording: Policy = "off",
) -> Outcome:
    """Run the script of a whole call and return how the call ended.

    ``guest`` holds what is known of the caller. If it is None, a new guest is made with
    ``company``, the variables of prompts/company.toml. ``returned`` is True if the caller was put
    through to people and nobody answered. ``recording`` says whether the call is recorded. At any
    time a caller who is hard to hear is told why (rows 8, 9 and 10 of the etiquette sheet).
    """
    guest = guest or Guest(company or {})
    try:
        script = conversation(guest, returned=returned, recording=recording)
        return await Attended(script, guest)
    except CallOver as over:
        return over.outcome


async def conversation(
    guest: Guest, *, returned: bool = False, recording: Policy = "off"
) -> Outcome:
    """Greet the caller, then find out what they want and answer it, until the call ends.

    A caller who falls silent is asked whether there is anything else (row 33). One who stays on the
    line after the goodbye hears row 35. ``returned`` and ``recording`` are as in :func:`hotline`.
    Return how the call ended; the service then hangs up.
    """
    if not returned:  # a caller who comes back has heard the notice before
        await notice(guest, recording)
    heard = await (back_again(guest) if returned else greeting(guest.arrival))
    if is_silent(heard) and not returned:
        heard = await no_sound()
        if is_silent(heard):
            return Outcome.NO_SOUND
    while True:
        match made_out := await AskingBack(guest).make_out(heard):
            case Meaning() | GivenUp():
                heard = await answered(guest, made_out)
            case Nobody():
                if not guest.was_told_goodbye:
                    heard = await closing()
                elif is_silent(heard := await caller_stays_on()):
                    return Outcome.STAYED_ON
            case Unheard():
                heard = await keys_only()
                if not is_there(heard):
                    return Outcome.UNHEARD
            case _:
                assert_never(made_out)


async def answered(guest: Guest, wish: Meaning | GivenUp) -> Heard:
    """Answer ``wish`` by the row of the etiquette sheet for it; return what the caller says then.

    If the wish could not be understood (GivenUp), row 20 offers to call back.
    """
    return await dealt_with(
        guest, answer_wish(guest, wish) if isinstance(wish, Meaning) else cannot_answer_now(guest)
    )


async def back_again(guest: Guest) -> Heard:
    """Serve a caller who comes back because nobody answered a transfer to people.

    Say that nobody is free, and offer to call back (row 20). Return what the caller says then.
    """
    return await dealt_with(guest, nobody_answered(guest))


async def dealt_with(guest: Guest, doing: Answering) -> Heard:
    """Run ``doing``, the script of a row; if the caller states another wish, run the row for it.

    Return what the caller says at the end. If the last script returns None, ask whether there is
    anything else (row 33) and return the answer.
    """
    while True:
        try:
            heard = await doing
        except ChangedSubject as changed:
            guest.learn(changed.to)
            doing = answer_wish(guest, changed.to)
        else:
            return heard if heard is not None else await closing()


async def keys_only() -> Heard:
    """Say that we cannot hear the caller, ask them to press keys, and return what is heard.

    This is for calls whose audio does not reach us by a fault of the service. Row 2 is not used,
    because its words say that the caller's telephone is defective.
    """
    system = await enter("system")
    await say(system.prompt("keys_only"))
    return await listen(system.seconds)


async def last_words(outcome: Outcome) -> Outcome:
    """Say the last prompt of a call that must end early with ``outcome``; return ``outcome``.

    A call that has reached its time limit (Outcome.LIMIT) ends with the goodbye of row 33. Any
    other call, for example after an error, ends with the apology of the row ``system``.
    """
    if outcome is Outcome.LIMIT:
        await say_farewell((await enter("closing")).prompt("farewell"))
    else:
        await say((await enter("system")).prompt("apology"), barge_in=False)
    return outcome
