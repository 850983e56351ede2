"""Telling the caller what he wants to know: rows 14, 16, 18, 22 and 36 of the sheet."""

from collections.abc import Sequence
from dataclasses import replace

from ivr.dialogue.meaning import Fact
from ivr.dialogue.row import Prompt, Rendering, Row
from ivr.dialogue.verbs import Ask, Heard, Say, enter, listen, say
from ivr.etiquette.contact import follow, said
from ivr.etiquette.guest import Guest
from ivr.etiquette.knowledge import ROW as KNOWLEDGE
from ivr.etiquette.knowledge import Answer
from ivr.etiquette.rows import row
from ivr.etiquette.speaking import ask_if_clear

_FACTS: dict[Fact, str] = {
    "company": "name",
    "address": "address",
    "website": "website",
    "phone": "phone",
}
EXPLANATIONS = 3
"""So often the same is explained again; who does not understand it then is called back."""


@row("ask_topic")
async def ask_topic(row: Row) -> Heard:
    """14 想要问客户要咨询哪方面的问题: 请问您需要了解企业 QQ 哪方面的信息？"""
    await say(row.prompt("ask"))
    return await listen(row.seconds)


@row("take_note")
async def take_note(row: Row) -> Heard:
    """18 提供的信息较长，需要客户记录: 麻烦您记录一下，好吗？ Then it is spoken slowly."""
    await say(row.prompt("ask"))
    return await listen(row.seconds)


async def announced() -> None:
    """Have him take a pen (18); who says something else instead is followed."""
    if (meaning := said(await take_note())) is not None:
        follow(meaning)


@row("company_facts")
async def company_facts(row: Row, guest: Guest, facts: tuple[Fact, ...]) -> Heard:
    """36 备注: the company's name, address, website, number; slowly, to be written down (18).

    Who asks for a part of what he has just heard has his pen in his hand.
    """
    wanted = [_FACTS[fact] for fact in facts] or list(_FACTS.values())
    sentences = [Say(row.prompt(key), True, {}, "slow") for key in wanted]
    known = {sentence.prompt for sentence in guest.explained}
    if not (guest.was_asked_if_clear and known.issuperset(one.prompt for one in sentences)):
        await announced()
    return await explain(guest, sentences)


async def answered_at_once(guest: Guest, answer: Answer) -> Heard:
    """What the company knows (prompts/knowledge.toml), and whether it is clear (16)."""
    await enter(KNOWLEDGE)
    if answer.write_down:
        await announced()
    pace: Rendering = "slow" if answer.write_down else "normal"
    sentences = [Say(prompt, True, {}, pace) for prompt in answer.say]
    return await explain(guest, sentences, answer.in_other_words)


async def explain(
    guest: Guest, sentences: Sequence[Say], in_other_words: Sequence[Prompt] = ()
) -> Heard:
    """Tell him, and ask whether it is clear; both are remembered, to be explained again."""
    guest.explained, guest.explanations = list(sentences), 0
    guest.in_other_words = [Say(prompt, True) for prompt in in_other_words]
    for sentence in sentences:
        await Ask(sentence)
    return await confirm_understood()


@row("confirm_understood")
async def confirm_understood(row: Row, *, again: bool = False) -> Heard:
    """16 向客户解释完毕后，应向客户确认是否明了: 请问我刚才的解释您是否明白？ 是否清楚？"""
    await ask_if_clear(row.prompt("clear" if again else "understood"))
    return await listen(row.seconds)


async def explain_again(guest: Guest) -> Heard | None:
    """16 not wholly understood: 重新解释，直到客户明白为止; in other words, then slowly.

    None when there is nothing to explain, or nothing helps.
    """
    if not guest.explained or guest.explanations == EXPLANATIONS:
        return None
    guest.explanations += 1
    differently = guest.in_other_words if guest.explanations == 1 else []
    for sentence in differently or guest.explained:
        await Ask(sentence if differently else replace(sentence, rendering="slow"))
    return await confirm_understood(again=True)


@row("slow_service")
async def slow_service(row: Row) -> None:
    """22 客户责怪客户代表动作慢: 对不起，让您久等了，我将尽快帮您处理。"""
    await say(row.prompt("apology"))
