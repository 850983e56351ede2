"""The end of a call: rows 33 and 35 of the sheet."""

from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, listen, say
from ivr.etiquette.rows import is_silent, row


@row("closing")
async def closing(row: Row) -> Heard:
    """33 通话终了，应询问客户是否还有其它方面的咨询; nothing more: thank him and say goodbye.

    Nobody at the end means that the caller wants nothing more and has not hung up either.
    """
    await say(row.prompt("ask"))
    heard = await listen(row.seconds)
    if not is_silent(heard):
        return heard
    await say(row.prompt("farewell"), barge_in=False)
    return await listen(row.seconds)


@row("caller_stays_on")
async def caller_stays_on(row: Row) -> Heard:
    """35 客户通话仍未挂电话: ask once more; 若仍未有回应, say so, 等 5 秒以后挂断电话。"""
    await say(row.prompt("ask"))
    heard = await listen(row.seconds)
    if not is_silent(heard):
        return heard
    await say(row.prompt("goodbye"), barge_in=False)
    return await listen(row.seconds)
