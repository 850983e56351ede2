"""Wishes that every row grants: say it again, speak slowly, wait, and stop recording."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from ivr.dialogue.meaning import Certainty, Intent
from ivr.dialogue.verbs import Ask, Heard, Request, Say, enter, listen, say
from ivr.etiquette.contact import said
from ivr.etiquette.guest import Guest
from ivr.etiquette.recording import not_recorded, refuses

HOLD_SECONDS = 20.0
"""Seconds that the hotline listens after the caller has asked us to wait: enough to find a pen or
to ask a colleague."""


def grant(guest: Guest, heard: Heard, seconds: float) -> Coroutine[Request, Any, Heard] | None:
    """Return the script that grants the wish in ``heard``, if every row of the sheet grants it.

    There are four such wishes: that we repeat, speak slowly, wait, or do not record. The script
    says a prompt, listens for ``seconds`` (20 s for a caller who asks us to wait) and returns what
    is heard. Return None if ``heard`` has none of these wishes, or if the caller wants to hear an
    explanation again, which row 16 grants.
    """
    if refuses(guest, heard):
        return not_recorded(guest, seconds)
    meaning, last = said(heard), guest.said
    if meaning is None or meaning.certainty is not Certainty.SURE:
        return None
    match meaning.intent:
        case Intent.REPEAT | Intent.SLOWER if guest.was_asked_if_clear:
            return None  # the caller wants the explanation again, which is row 16
        case Intent.REPEAT if last is not None:
            return _again(last, seconds)
        case Intent.SLOWER if last is not None:
            return _again(replace(last, rendering="slow"), seconds)
        case Intent.HOLD_ON:
            return _hold()
        case _:
            return None


async def _again(last: Say, seconds: float) -> Heard:
    """Say the prompt ``last`` again and return what is heard in the ``seconds`` after it."""
    await Ask(last)
    return await listen(seconds)


async def _hold() -> Heard:
    """Tell the caller to take the time they need; return what is heard in 20 s (HOLD_SECONDS)."""
    system = await enter("system")
    await say(system.prompt("take_your_time"))
    return await listen(HOLD_SECONDS)
