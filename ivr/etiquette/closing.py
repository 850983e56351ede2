"""The end of a call: rows 33, 34 and 35 of the sheet."""

from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, listen, say
from ivr.etiquette.rows import is_silent, row
from ivr.etiquette.speaking import ask_for_more, say_farewell


@row("closing")
async def closing(row: Row, *, nothing_more: bool = False) -> Heard:
    """33 通话终了，应询问客户是否还有其它方面的咨询; nothing more: thank him and say goodbye.

    Nobody at the end means that the caller wants nothing more and has not hung up either.
    """
    if not nothing_more:
        await ask_for_more(row.prompt("ask"))
        heard = await listen(row.seconds)
        if not is_silent(heard):
            return heard
    await say_farewell(row.prompt("farewell"))
    return await listen(row.seconds)


@row("thanks")
async def thanks(row: Row) -> Heard:
    """34 结束时用户表示感谢: 不客气……再见！ It is for the caller to hang up first."""
    await say_farewell(row.prompt("farewell"))
    return await listen(row.seconds)


@row("caller_stays_on")
async def caller_stays_on(row: Row) -> Heard:
    """35 客户通话仍未挂电话: ask once more; 若仍未有回应, say so, 等 5 秒以后挂断电话。"""
    await ask_for_more(row.prompt("ask"))
    heard = await listen(row.seconds)
    if not is_silent(heard):
        return heard
    await say(row.prompt("goodbye"), barge_in=False)
    return await listen(row.seconds)
