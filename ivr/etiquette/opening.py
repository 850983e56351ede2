"""The first words of a call, and callers who wanted somebody else: rows 1, 2, 4 and 5."""

from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, listen, say
from ivr.etiquette.house import Arrival
from ivr.etiquette.rows import is_silent, row


@row("greeting")
async def greeting(row: Row, arrival: Arrival) -> Heard:
    """1 客户打来电话，客服人员的第一句话: greet, and wait for the caller to speak.

    Who has waited long hears an apology at once (5), unless he has broken in already.
    """
    await say(row.prompt("ask"))
    if not arrival.was_slow:
        return await listen(row.seconds)
    heard = await listen(0.0)
    return await slow_answer() if is_silent(heard) else heard


@row("no_sound")
async def no_sound(row: Row) -> Heard:
    """2 电话没有声音: 问一遍，等五秒；再问，再等；请客户换一部电话，再等五秒。

    Nobody at the end means: 挂机. Whoever speaks, even in the last five seconds, keeps the call.
    """
    for _ in range(row.tries):
        await say(row.prompt("ask"))
        heard = await listen(row.seconds)  # 稍停五秒，还是无声
        if not is_silent(heard):
            return heard
    await say(row.prompt("farewell"), barge_in=False)
    return await listen(row.seconds)  # 再稍停五秒，挂机


@row("wrong_number")
async def wrong_number(row: Row) -> Heard:
    """4 用户拨错号: 这里是……的。请您查证后再拨。 He hangs up, or has something to ask after all."""
    await say(row.prompt("explain"))
    return await listen(row.seconds)


@row("slow_answer")
async def slow_answer(row: Row) -> Heard:
    """5 客户投诉热线难拨通，应答慢: 让您久等了！请问有什么可以帮助您？"""
    await say(row.prompt("ask"))
    return await listen(row.seconds)
