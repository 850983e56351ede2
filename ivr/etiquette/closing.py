"""Rows 33, 34 and 35: the end of a call."""

from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, listen, say
from ivr.etiquette.rows import is_silent, row
from ivr.etiquette.speaking import ask_for_more, say_farewell


@row("closing")
async def closing(row: Row, *, nothing_more: bool = False) -> Heard:
    """Row 33 通话终了时: ask 请问还有什么可以帮助您？; if the caller is silent, say goodbye.

    The question is whether there is anything else. It is left out if ``nothing_more`` is True: the
    caller has already said that they want nothing else. Return what the caller says. The result
    Nobody means that they are silent after the goodbye and have not hung up.
    """
    if not nothing_more:
        await ask_for_more(row.prompt("ask"))
        heard = await listen(row.seconds)
        if not is_silent(heard):
            return heard
    # 在确保客户没有其他方面的咨询后礼貌地说：“感谢您的来电，若有问题请再次来电，谢谢再见！”
    await say_farewell(row.prompt("farewell"))
    return await listen(row.seconds)


@row("thanks")
async def thanks(row: Row) -> Heard:
    """Row 34 结束时用户表示感谢: say 不客气……再见！ and wait for the caller to hang up.

    The words mean: you are welcome, goodbye. Return what the caller says instead of hanging up. The
    result Nobody means that they are silent and have not hung up.
    """
    await say_farewell(row.prompt("farewell"))
    return await listen(row.seconds)  # 等客户挂断电话，再挂断


@row("caller_stays_on")
async def caller_stays_on(row: Row) -> Heard:
    """Row 35 遇客户通话仍未挂电话: ask 请问还有什么可以帮助您？, then say 对不起，我挂线了。

    The first sentence asks whether there is anything else. The second one (sorry, I am hanging up)
    is only for a caller who stays silent after the first. Return what the caller says. The result
    Nobody means that they stayed silent, so the service may hang up.
    """
    await ask_for_more(row.prompt("ask"))
    heard = await listen(row.seconds)
    if not is_silent(heard):
        return heard
    await say(row.prompt("goodbye"), barge_in=False)  # 若客户仍未有回应：“对不起，我挂线了。”
    return await listen(row.seconds)  # 等 5 秒以后挂断电话
