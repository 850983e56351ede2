"""Rows 1, 2, 4 and 5: the first words of a call, and callers who wanted somebody else."""

from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, listen, say
from ivr.etiquette.house import Arrival
from ivr.etiquette.rows import is_silent, row


@row("greeting")
async def greeting(row: Row, arrival: Arrival) -> Heard:
    """Row 1 客户打来电话，客服人员的第一句话: greet the caller and return what they say.

    A caller who has waited in a queue or for more than three rings hears the apology of row 5 after
    the greeting, unless they have spoken or pressed a key during the greeting.
    """
    await say(row.prompt("ask"))
    if not arrival.was_slow:
        return await listen(row.seconds)
    heard = await listen(0.0)
    return await slow_answer() if is_silent(heard) else heard


@row("no_sound")
async def no_sound(row: Row) -> Heard:
    """Row 2 如果遇到电话没有声音时: ask, wait 5 s, ask again, wait 5 s, say goodbye, wait 5 s.

    Return what the caller says as soon as they speak. The result Nobody means that they were silent
    all the time, so the service may hang up.
    """
    for _ in range(row.tries):
        await say(row.prompt("ask"))
        heard = await listen(row.seconds)  # 稍停五秒，还是无声
        if not is_silent(heard):
            return heard
    await say(
        row.prompt("farewell"), barge_in=False
    )  # 对方还是毫无反应: 请您换一部电话再打来好吗？
    return await listen(row.seconds)  # 再稍停五秒，挂机


@row("wrong_number")
async def wrong_number(row: Row) -> Heard:
    """Row 4 用户拨错号时: say whom the caller has reached, and 请您查证后再拨。

    请您查证后再拨 asks the caller to check the number and dial again. Return what the caller says:
    they may have a question after all.
    """
    await say(row.prompt("explain"))
    return await listen(row.seconds)


@row("slow_answer")
async def slow_answer(row: Row) -> Heard:
    """Row 5 遇到客户投诉热线难拨通，应答慢时: apologise and ask 请问有什么可以帮助您？

    The question is how we can help. Return what the caller says.
    """
    await say(row.prompt("ask"))
    return await listen(row.seconds)
