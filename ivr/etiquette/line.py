"""What is wrong with the line: rows 3, 8, 9 and 10 of the sheet, and machines that call.

When what is wrong with the caller's is due to be told is decided in :mod:`ivr.etiquette.coaching`.
"""

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Ask, Heard, Speech, enter, listen, say
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import is_silent, row
from ivr.etiquette.speaking import say_aside, say_farewell

LOUDEST = 2
"""How often the volume can be raised."""


class CallOver(Exception):
    """The call ends here, wherever in the conversation that is."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@row("cannot_hear_agent")
async def cannot_hear_agent(row: Row, guest: Guest) -> Heard:
    """3 客户抱怨听不清楚: 对不起，（稍微提高音量）……; and everything after it stays louder.

    Again: louder still. Who cannot hear that either needs another telephone.
    """
    guest.louder += 1
    if guest.louder > LOUDEST:
        await say((await enter("system")).prompt("other_phone"))
    else:
        await say(row.prompt("ask"))
    return await listen(row.seconds)


@row("low_volume")
async def low_volume(row: Row) -> Heard:
    """8 客户声音小: 请您大声一点; 若仍听不清楚: 请您换一部电话; 然后过 5 秒挂机。"""
    await say_aside(row.prompt("louder"))
    heard = await listen(row.seconds)
    if not _still(Condition.TOO_QUIET, heard):
        return heard
    heard = await _goodbye(
        say_aside(row.prompt("other_phone"), barge_in=False), row.seconds, Condition.TOO_QUIET
    )
    if _still(Condition.TOO_QUIET, heard):
        raise CallOver(Outcome.TOO_QUIET)
    return heard


@row("speakerphone")
async def speakerphone(row: Row) -> Heard:
    """9 因用户使用免提而无法听清: 请您拿起话筒说话好吗？ Who does not is served all the same."""
    await say_aside(row.prompt("handset"))
    return await listen(row.seconds)


@row("noisy_line")
async def noisy_line(row: Row) -> Heard:
    """10 电话杂音太大: 请您换一部电话再次打来，再见！ 稍停 5 秒，挂机; who is clear stays."""
    heard = await _goodbye(
        say(row.prompt("farewell"), barge_in=False), row.seconds, Condition.NOISE
    )
    if _still(Condition.NOISE, heard):
        raise CallOver(Outcome.NOISY_LINE)
    return heard


async def fax() -> Heard:
    """A machine is thanked, too: a person may stand beside it. For a fax nobody waits."""
    closing = await enter("closing")
    heard = await _goodbye(say_farewell(closing.prompt("farewell")), closing.seconds, Condition.FAX)
    if is_silent(heard):
        raise CallOver(Outcome.FAX)
    return heard


async def _goodbye(goodbye: Ask[None], seconds: float, trouble: Condition) -> Heard:
    """Heard out; then 5 秒, all of them: an attempt that is no clearer does not shorten them."""
    await goodbye
    heard = await listen(seconds)
    while isinstance(heard, Speech) and _still(trouble, heard) and heard.left > 0:
        heard = await listen(heard.left)
    return heard


def _still(trouble: Condition, heard: Heard) -> bool:
    """若仍听不清楚: the same again, or no answer at all."""
    return is_silent(heard) or trouble_of(heard) is trouble


def doubt_of(heard: Heard) -> Condition | None:
    """What he may be asked to mend before a guess at his words is asked about; None: nothing.

    Speaking up (8) and taking the handset (9) are small favours and help for the rest of the call;
    noise he cannot mend, and is told goodbye for it (10): there a guess is tried first.
    """
    if not isinstance(heard, Speech) or heard.words is None or heard.words.sure:
        return None
    mendable = heard.condition in (Condition.TOO_QUIET, Condition.HANDS_FREE)
    return heard.condition if mendable else None


def trouble_of(heard: Heard) -> Condition | None:
    """What kept us from understanding what somebody said; None also when nobody spoke.

    In noise only clear words count: a television is heard as digits and means something, too.
    """
    if not isinstance(heard, Speech) or heard.condition is Condition.OK:
        return None
    clear = heard.words is not None and heard.words.intelligible
    understood = heard.understood and (clear or heard.condition is not Condition.NOISE)
    return None if understood else heard.condition
