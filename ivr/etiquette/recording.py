"""Who is recorded is told so before the first word of row 1, and where he may refuse, he can.

The sheet knows no recording: with the policy ``off`` its greeting stays the first thing that a
caller hears. A refusal is granted whenever it comes (:mod:`ivr.etiquette.courtesy`).
"""

from typing import Literal

from ivr.dialogue.meaning import Intent
from ivr.dialogue.verbs import Heard, Keys, drop_recording, enter, listen, record, say
from ivr.etiquette.contact import said
from ivr.etiquette.guest import Guest
from ivr.understanding.keywords import Keywords
from ivr.understanding.syllables import syllables_of

Policy = Literal["off", "on", "consent"]
"""Nobody is recorded; everybody is, and is told so; whoever does not refuse is."""

ANSWER_SECONDS = 1.5
"""How long a refusal is waited for before the greeting; a later one is granted all the same."""
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
    """Say that the call is recorded, and record it: with ``on`` from the first word, with
    ``consent`` from the moment on at which he could have refused."""
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
    """Whether he does not want to be recorded: by words at any time; until he has told what he
    wants, by key and by a mere 不同意 as well."""
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
    """好的，本次通话不录音。 Ends with what is heard then."""
    guest.may_refuse = False
    if guest.recorded:
        guest.recorded = False
        await drop_recording()
    await say((await enter("system")).prompt("not_recorded"))
    return await listen(seconds)
