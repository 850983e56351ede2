"""The notice that a call is recorded, which comes before row 1, and refusals to be recorded.

The sheet does not mention recording: with the policy ``off`` its greeting stays the first thing
that a caller hears. With the policy ``consent`` a caller may refuse at any moment of the call
(:mod:`ivr.etiquette.courtesy`).
"""

from typing import Literal

from ivr.dialogue.meaning import Intent
from ivr.dialogue.verbs import Heard, Keys, drop_recording, enter, listen, record, say
from ivr.etiquette.contact import said
from ivr.etiquette.guest import Guest
from ivr.understanding.keywords import Keywords
from ivr.understanding.syllables import syllables_of

Policy = Literal["off", "on", "consent"]
"""``off``: no call is recorded. ``on``: every call is recorded, and the caller is told so.
``consent``: a call is recorded unless its caller refuses."""

ANSWER_SECONDS = 1.5
"""Seconds between the notice and the greeting in which the hotline listens for a refusal. The
caller may refuse later as well."""
REFUSAL_KEY = "0"
_REFUSALS = Keywords({
    "of the recording": (
        "不要录音", "不用录音", "别录音", "别给我录音", "不录音", "不能录音", "不想录音",
        "不愿意录音", "不许录音", "不准录音", "不希望录音", "不想被录音", "不同意录音",
        "拒绝录音", "停止录音", "取消录音",
    ),
    "of what was just said": ("不同意", "不要录", "别录", "拒绝"),
})  # fmt: skip


async def notice(guest: Guest, policy: Policy) -> None:
    """Say that the call is recorded, and begin the recording.

    With the policy ``on`` the recording begins before the notice. With ``consent`` it begins
    ANSWER_SECONDS (1.5 s) after the notice, unless the caller refuses. With ``off`` nothing is
    said or recorded.
    """
    if policy == "off":
        return
    system = await enter("system")
    if policy == "on":
        await record()
        await say(system.prompt("recorded"), barge_in=False)
        return
    guest.may_refuse = True
    await say(system.prompt("recorded_unless"), barge_in=False)
    await listen(ANSWER_SECONDS)
    if guest.may_refuse:
        guest.recorded = True
        await record()


def refuses(guest: Guest, heard: Heard) -> bool:
    """Return True if ``heard`` refuses the recording, otherwise False.

    Words that name the recording, such as 不要录音 (do not record), refuse it at any time. The key
    0 (REFUSAL_KEY) and 不同意 (I do not agree) refuse it only as long as the caller has not said
    what they want. Any other no refuses it only before the recording has begun. Always return
    False if the caller was not told that they may refuse, or has refused already.
    """
    if not guest.may_refuse:
        return False
    if isinstance(heard, Keys):
        return guest.is_new and heard.digits == REFUSAL_KEY
    if (meaning := said(heard)) is None:
        return False
    match _REFUSALS.first(syllables_of(meaning.text).sounds):
        case "of the recording":
            return True
        case "of what was just said":
            return guest.is_new
        case _:
            return meaning.intent is Intent.NO and not guest.recorded


async def not_recorded(guest: Guest, seconds: float) -> Heard:
    """Delete the recording of the call, if there is one, and say that the call is not recorded.

    Return what is heard in the ``seconds`` after that.
    """
    guest.may_refuse = False
    if guest.recorded:
        guest.recorded = False
        await drop_recording()
    await say((await enter("system")).prompt("not_recorded"))
    return await listen(seconds)
