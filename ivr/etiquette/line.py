"""What is wrong with the caller's line: rows 8, 9 and 10 of the sheet.

Coaching comes only when it matters (a caller who is understood is not bothered), and each row at
most once in a call: who stays hands-free is served as well as can be.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, Nobody, Request, Speech, enter, listen, say
from ivr.etiquette.rows import is_silent, row

HOLD_LISTENS = 12
"""How often a caller who plays us music is waited for, five seconds each: a minute on hold."""


class CallOver(Exception):
    """The call ends here, wherever in the conversation that is."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@row("low_volume")
async def low_volume(row: Row) -> Heard:
    """8 客户声音小: 请您大声一点; 客户保持自己的音量不变: another telephone, 5 s, 挂机。"""
    await say(row.prompt("louder"))
    heard = await listen(row.seconds)
    if not _still(Condition.TOO_QUIET, heard):
        return heard
    await say(row.prompt("other_phone"), barge_in=False)
    heard = await listen(row.seconds)
    if _still(Condition.TOO_QUIET, heard):
        raise CallOver(Outcome.TOO_QUIET)
    return heard


@row("speakerphone")
async def speakerphone(row: Row) -> Heard:
    """9 因用户使用免提而无法听清: 请您拿起话筒说话好吗？"""
    await say(row.prompt("handset"))
    return await listen(row.seconds)


@row("noisy_line")
async def noisy_line(row: Row) -> Heard:
    """10 电话杂音太大: 请您换一部电话再次打来，再见！ 5 s, 挂机; who is clear by then stays."""
    await say(row.prompt("farewell"), barge_in=False)
    heard = await listen(row.seconds)
    if _still(Condition.NOISE, heard):
        raise CallOver(Outcome.NOISY_LINE)
    return heard


def _still(condition: Condition, heard: Heard) -> bool:
    """Whether nothing has become better: the same again, or no answer at all."""
    return is_silent(heard) or (isinstance(heard, Speech) and heard.condition is condition)


_Script = Callable[[], Coroutine[Request, Any, Heard]]
_SPOKEN: dict[Condition, _Script] = {
    Condition.TOO_QUIET: low_volume,
    Condition.HANDS_FREE: speakerphone,
    Condition.NOISE: noisy_line,
}


class Coach:
    """Deals with the line before a conversation goes on; one for each call."""

    def __init__(self) -> None:
        self._had: set[_Script] = set()

    async def clear(self, heard: Heard) -> Heard:
        """What is heard once all has been done about the line that the sheet allows."""
        if isinstance(heard, Nobody):
            heard = await _machine(heard)
        while (script := self._due(heard)) is not None:
            self._had.add(script)
            heard = await script()
        return heard

    def _due(self, heard: Heard) -> _Script | None:
        script = None
        if isinstance(heard, Speech) and not heard.understood:
            script = _SPOKEN.get(heard.condition)
        elif isinstance(heard, Nobody) and heard.condition is Condition.NOISE:
            script = noisy_line  # so loud that nobody could be heard
        return None if script in self._had else script


async def _machine(heard: Heard) -> Heard:
    """Not a caller but his machine: a fax is said goodbye to, music on hold is waited out."""
    for _ in range(HOLD_LISTENS):
        match heard:
            case Nobody(Condition.FAX):
                closing = await enter("closing")
                await say(closing.prompt("farewell"), barge_in=False)
                raise CallOver(Outcome.FAX)
            case Nobody(Condition.MUSIC):
                heard = await listen(5.0)
            case _:
                break
    return heard
