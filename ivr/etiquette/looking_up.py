"""Row 17: look something up, such as the state of a ticket, while the caller waits."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.dialogue.expected import Expected
from ivr.dialogue.look_up import FAILED, TICKET, Found, Query
from ivr.dialogue.meaning import Intent, Meaning
from ivr.dialogue.row import MUSIC, Prompt, Row
from ivr.dialogue.verbs import Heard, Keys, Say, enter, listen, look_up, play_music, result, say
from ivr.etiquette.business import cannot_answer_now, follow_unless
from ivr.etiquette.contact import NUMBER_ATTEMPTS, collected, follow, intent, number_as_said, said
from ivr.etiquette.explaining import explain, slow_service
from ivr.etiquette.guest import Guest
from ivr.etiquette.knowledge import ROW as KNOWLEDGE
from ivr.etiquette.knowledge import Answer
from ivr.etiquette.rows import is_silent, is_there, row

ROUNDS = 4
"""Maximum number of half minutes of music that are played while the caller waits for a look-up: 4 ×
30 s = 2 minutes. After that the hotline offers to call back (row 20)."""
KEYED_TICKET_DIGITS = 6
"""Number of digits of the shortest ticket number (ivr.records.numbers). A spoken number with at
least so many digits is looked up without waiting for more."""
_UNKNOWN = "unknown"
"""The result ``unknown`` of a look-up: nothing is filed under the number that the caller gave. The
caller is then asked for the number again."""
_REFUSALS = frozenset({Intent.NO, Intent.CLOSING, Intent.GOODBYE})
"""Intents by which a caller declines to wait or to give a number."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind of look-up that needs a number from the caller, such as the state of a ticket."""

    name: str
    """The name of the look-up, such as ``ticket``."""
    ask: Prompt
    """The prompt that asks the caller for the number."""
    found: Mapping[str, Prompt]
    """The prompt to say for each possible result of the look-up, by the name of the result."""
    shortest: int = 99
    """Least number of digits at which a spoken number is complete: the hotline waits for no more
    digits. With the default only a pause ends a number."""


async def ticket_status(guest: Guest, wish: Meaning) -> Heard | None:
    """Ask for the number of a ticket and tell its state.

    ``wish`` is the caller's question, such as 我上次投诉的事处理得怎么样了？ (what has become of my
    complaint?). Return what the caller says at the end, or None if row 33 (anything else?) is to
    follow.
    """
    system = await enter("system")
    found = {
        what: system.prompt(f"status_{what}") for what in ("open", "assigned", "done", "cancelled")
    }
    wanted = Wanted(TICKET, system.prompt("ticket_ask"), found, KEYED_TICKET_DIGITS)
    return await looked_up(guest, wish, wanted)


async def answered_by_look_up(guest: Guest, wish: Meaning, answer: Answer) -> Heard | None:
    """Answer a question of prompts/knowledge.toml by looking up a number that the caller gives.

    ``wish`` is the caller's question, and ``answer`` the answer of the file to it. Return what the
    caller says at the end, or None if row 33 (anything else?) is to follow.
    """
    await enter(KNOWLEDGE)
    assert answer.ask is not None  # parse_knowledge refuses such an answer without it
    return await looked_up(guest, wish, Wanted(answer.id, answer.ask, answer.found))


async def looked_up(guest: Guest, wish: Meaning, wanted: Wanted) -> Heard | None:
    """Ask for the number, look it up while the caller waits (row 17), and explain what was found.

    ``wanted`` is the kind of look-up; ``wish`` is the caller's question, which may hold the number.
    If nothing can be found out, row 20 offers to call back. Return what the caller says at the end,
    or None if row 33 (anything else?) is to follow. Raise ChangedSubject if the caller states
    another wish.
    """
    system = await enter("system")
    heard = number_as_said(wish)
    for attempt in range(NUMBER_ATTEMPTS + 1):
        digits, heard = await collected(heard, lambda said: len(said) >= wanted.shortest)
        if digits:
            found = await hold(guest, Query(wanted.name, digits))
            if not isinstance(found, Found):  # the caller does not want to wait
                return None if intent(found) in (Intent.NO, Intent.CLOSING) else found
            values = {"单号": digits, **found.values}
            if (answer := wanted.found.get(found.what)) is not None:
                return await explain(guest, [Say(answer, True, values, "slow")])
            if found.what != _UNKNOWN:
                break
            await say(system.prompt("unknown"), 单号=digits)
        elif attempt and (is_silent(heard) or intent(heard) in _REFUSALS):
            return heard if is_silent(heard) else None
        elif (meaning := said(heard)) is not None:
            follow_unless(wish, meaning)
        if attempt < NUMBER_ATTEMPTS:
            await say(wanted.ask)
            heard = await listen(system.seconds, Expected.NUMBER)
    return await cannot_answer_now(guest, wish)


@row("hold")
async def hold(row: Row, guest: Guest, query: Query) -> Found | Heard:
    """Row 17 查询相关资料，需客户等待时: ask the caller to wait, play music, thank them.

    应先征求客户的意见: ``query`` is not looked up before the caller agrees to wait. Return what was
    found. If the caller does not agree, or no longer wants to wait, return what they say.
    """
    await say(row.prompt("ask"))  # 请您稍等片刻，好吗？
    heard = await listen(row.seconds, Expected.YES_NO)
    if not is_there(heard) or _refuses(heard):
        return heard
    order = await look_up(query)  # 客户同意后应按静音键: music takes the place of the mute button
    if (other := await _music(order)) is not None:
        return other
    await say(row.prompt("thanks"))  # 感谢您的耐心等待。
    return await result(order) or FAILED


async def _music(order: int) -> Heard | None:
    """Play music until a look-up ends, at most for ROUNDS (4) rounds of half a minute.

    ``order`` is the number of the look-up in its call. Return what the caller says if they no
    longer want to wait, otherwise None.
    """
    for _ in range(ROUNDS):
        await play_music(MUSIC, order)
        if await result(order) is not None:
            return None
        heard = await listen(0.0)
        if _refuses(heard):
            return heard
        if intent(heard) is Intent.SLOW_SERVICE:
            await slow_service()
    return None


def _refuses(heard: Heard) -> bool:
    """Return True if the caller declines to wait (no, goodbye or the key 0), otherwise False.

    Raise ChangedSubject if the caller certainly states another wish.
    """
    if heard == Keys("0") or intent(heard) in _REFUSALS:
        return True
    meaning = said(heard)
    if meaning is not None and meaning.intent not in (Intent.SLOW_SERVICE, Intent.TICKET_STATUS):
        follow(meaning)
    return False
