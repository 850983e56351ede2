"""Rows 3, 8, 9 and 10: callers and lines that are hard to hear; and fax machines that call.

:mod:`ivr.etiquette.coaching` decides when a caller is told what is wrong with their line.
"""

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Ask, Heard, Speech, enter, listen, say
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import is_silent, row
from ivr.etiquette.speaking import say_aside, say_farewell

LOUDEST = 2
"""Maximum number of times that our prompts become louder in a call. After that the caller is asked
to use another telephone."""


class CallOver(Exception):
    """Raised by the script of a row to end the call; ``outcome`` says how the call ended."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@row("cannot_hear_agent")
async def cannot_hear_agent(row: Row, guest: Guest) -> Heard:
    """Row 3 遇到客户抱怨客服人员声音小或者听不清楚时: speak louder for the rest of the call.

    对不起，（稍微提高音量）: apologise and raise the volume. The second complaint raises it once
    more. At the third complaint the caller is asked to use another telephone. Return what the
    caller says.
    """
    guest.louder += 1
    if guest.louder > LOUDEST:
        await say((await enter("system")).prompt("other_phone"))
    else:
        await say(row.prompt("ask"))
    return await listen(row.seconds)


@row("low_volume")
async def low_volume(row: Row) -> Heard:
    """Row 8 遇到客户声音小听不清楚时: ask the caller to speak up, then to use another telephone.

    Return what the caller says as soon as they can be heard. Raise CallOver if they cannot be heard
    after the second request either.
    """
    await say_aside(row.prompt("louder"))  # 请您大声一点，好吗？
    heard = await listen(row.seconds)
    if not _still(Condition.TOO_QUIET, heard):
        return heard
    # 若仍听不清楚，客户代表：您的电话声音太小，请您换一部电话再次打来，好吗？然后过 5 秒挂机
    other_phone = say_aside(row.prompt("other_phone"), barge_in=False)
    heard = await _heard_after(other_phone, row.seconds, Condition.TOO_QUIET)
    if _still(Condition.TOO_QUIET, heard):
        raise CallOver(Outcome.TOO_QUIET)
    return heard


@row("speakerphone")
async def speakerphone(row: Row) -> Heard:
    """Row 9 因用户使用免提而无法听清时: ask 请您拿起话筒说话好吗？

    The prompt asks the caller to take the handset instead of speaking hands-free. Return what the
    caller says, even if they stay hands-free.
    """
    await say_aside(row.prompt("handset"))
    return await listen(row.seconds)


@row("noisy_line")
async def noisy_line(row: Row) -> Heard:
    """Row 10 遇到电话杂音太大听不清楚时: ask the caller to call again from another telephone.

    稍停 5 秒，挂机: raise CallOver 5 s after the prompt, which ends the call. If the caller is
    heard clearly within these 5 s, return what they say instead.
    """
    goodbye = say(row.prompt("farewell"), barge_in=False)
    heard = await _heard_after(goodbye, row.seconds, Condition.NOISE)
    if _still(Condition.NOISE, heard):
        raise CallOver(Outcome.NOISY_LINE)
    return heard


async def fax() -> Heard:
    """Say goodbye to a fax machine that has called, and end the call by raising CallOver.

    If a person speaks after the goodbye, return what they say instead. The wait for a person ends
    as soon as the tones of the fax machine are heard again.
    """
    closing = await enter("closing")
    goodbye = say_farewell(closing.prompt("farewell"))
    heard = await _heard_after(goodbye, closing.seconds, Condition.FAX)
    if is_silent(heard):
        raise CallOver(Outcome.FAX)
    return heard


async def _heard_after(goodbye: Ask[None], seconds: float, trouble: Condition) -> Heard:
    """Say ``goodbye`` on a bad telephone line; return what is heard in the ``seconds`` after it.

    ``trouble`` is the bad condition of the line. Speech that ``trouble`` makes unintelligible does
    not end the wait: 等 5 秒 (wait 5 seconds) means 5 whole seconds.
    """
    await goodbye
    heard = await listen(seconds)
    while isinstance(heard, Speech) and _still(trouble, heard) and heard.left > 0:
        heard = await listen(heard.left)
    return heard


def _still(trouble: Condition, heard: Heard) -> bool:
    """Return True if ``heard`` is silence, or speech that ``trouble`` makes unintelligible.

    Return False for intelligible speech, a key, or lost audio. The etiquette sheet says:
    若仍听不清楚 (if the caller still cannot be heard clearly).
    """
    return is_silent(heard) or trouble_of(heard) is trouble


def doubt_of(heard: Heard) -> Condition | None:
    """Return the defect of the telephone line that the caller is to mend after uncertain words.

    It is TOO_QUIET (row 8: please speak up) or HANDS_FREE (row 9: please take the handset). Return
    None if ``heard`` has no words or certain words, or if the line has neither condition. NOISE is
    never returned, because row 10, which answers it, says goodbye.
    """
    if not isinstance(heard, Speech) or heard.words is None or heard.words.sure:
        return None
    mendable = heard.condition in (Condition.TOO_QUIET, Condition.HANDS_FREE)
    return heard.condition if mendable else None


def trouble_of(heard: Heard) -> Condition | None:
    """Return the bad condition of the telephone line that kept ``heard`` from being understood.

    Return None if the caller was understood, if the line is good, or if nobody spoke. On a bad line
    a meaning that is only a guess counts as understood only if the recogniser is confident of the
    words: it finds questions in quiet foreign speech. In noise the same holds for a sure meaning:
    it finds digits in the talk of a television.
    """
    if not isinstance(heard, Speech) or heard.condition is Condition.OK:
        return None
    words = heard.words
    if words is None or not words.understood:
        return heard.condition
    sure = words.sure and heard.condition is not Condition.NOISE
    return None if sure or words.intelligible else heard.condition
