"""What any row grants a caller at any moment: say it again, more slowly, wait for him, and not
record him."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from ivr.dialogue.meaning import Certainty, Intent
from ivr.dialogue.verbs import Ask, Heard, Request, Say, enter, listen, say
from ivr.etiquette.contact import said
from ivr.etiquette.guest import Guest
from ivr.etiquette.recording import not_recorded, refuses

HOLD_SECONDS = 20.0
"""How long who asks us to wait is waited for: to find a pen, to ask somebody in the next room."""


def obliging(guest: Guest, heard: Heard, seconds: float) -> Coroutine[Request, Any, Heard] | None:
    """The script that does what ``heard`` asks for, ending with what is heard then; or None.

    ``seconds`` is how long the row listens.
    """
    if refuses(guest, heard):
        return not_recorded(guest, seconds)
    meaning, last = said(heard), guest.said
    if meaning is None or meaning.certainty is not Certainty.SURE:
        return None
    match meaning.intent:
        case Intent.REPEAT | Intent.SLOWER if guest.was_asked_if_clear:
            return None  # it is the explanation that he wants again (16)
        case Intent.REPEAT if last is not None:
            return _again(last, seconds)
        case Intent.SLOWER if last is not None:
            return _again(replace(last, rendering="slow"), seconds)
        case Intent.HOLD_ON:
            return _hold()
        case _:
            return None


async def _again(last: Say, seconds: float) -> Heard:
    await Ask(last)
    return await listen(seconds)


async def _hold() -> Heard:
    system = await enter("system")
    await say(system.prompt("take_your_time"))
    return await listen(HOLD_SECONDS)
