"""Rows 14, 16, 18, 22 and 36: tell the caller what they want to know."""

from collections.abc import Sequence
from dataclasses import replace

from ivr.dialogue.expected import Expected
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
"""The key of the prompt in row 36 that tells a fact, by fact: ``name`` for ``company``."""
EXPLANATIONS = 3
"""Maximum number of times that one explanation is repeated; after that a person calls the caller
back (row 20)."""


@row("ask_topic")
async def ask_topic(row: Row) -> Heard:
    """Row 14 想要问客户要咨询企业 QQ 哪方面的问题时: ask 请问您需要了解……哪方面的信息？

    The question is what the caller wants to know about the product. Return the answer.
    """
    await say(row.prompt("ask"))
    return await listen(row.seconds)


@row("take_note")
async def take_note(row: Row) -> Heard:
    """Row 18 提供的信息较长，需要客户记录下相关内容时: ask 麻烦您记录一下，好吗？

    The question is whether the caller would please write something down. Return the answer. The
    script that asked then says the information.
    """
    await say(row.prompt("ask"))
    return await listen(row.seconds, Expected.YES_NO)


async def announced() -> None:
    """Ask the caller to write down what follows (row 18).

    Raise ChangedSubject when they state another wish instead.
    """
    if (meaning := said(await take_note())) is not None:
        follow(meaning)


@row("company_facts")
async def company_facts(row: Row, guest: Guest, facts: tuple[Fact, ...]) -> Heard:
    """Row 36 备注: tell the company's name, address, website or number, slowly.

    ``facts`` are those that were asked for; an empty tuple means all. First row 18 asks the caller
    to write them down, unless the caller has just heard the same facts. At the end row 16 asks
    whether they were clear. Return the answer to that question. Raise ChangedSubject if the caller
    answers row 18 with another wish.
    """
    wanted = [_FACTS[fact] for fact in facts] or list(_FACTS.values())
    sentences = [Say(row.prompt(key), True, {}, "slow") for key in wanted]
    known = {sentence.prompt for sentence in guest.explained}
    if not (guest.was_asked_if_clear and known.issuperset(one.prompt for one in sentences)):
        await announced()
    return await explain(guest, sentences)


async def answered_at_once(guest: Guest, answer: Answer) -> Heard:
    """Say ``answer``, an answer of prompts/knowledge.toml, and ask whether it was clear (row 16).

    Return what the caller says to that question. If the caller is to write the answer down, it is
    announced (row 18) and said slowly.
    """
    await enter(KNOWLEDGE)
    if answer.write_down:
        await announced()
    pace: Rendering = "slow" if answer.write_down else "normal"
    sentences = [Say(prompt, True, {}, pace) for prompt in answer.say]
    return await explain(guest, sentences, answer.in_other_words)


async def explain(
    guest: Guest, sentences: Sequence[Say], in_other_words: Sequence[Prompt] = ()
) -> Heard:
    """Say ``sentences``, ask whether they were clear (row 16), and return the caller's answer.

    ``in_other_words`` is the same explanation in other words. ``guest`` stores both, so that
    :func:`explain_again` can say them.
    """
    guest.explained, guest.explanations = list(sentences), 0
    guest.in_other_words = [Say(prompt, True) for prompt in in_other_words]
    for sentence in sentences:
        await Ask(sentence)
    return await confirm_understood()


@row("confirm_understood")
async def confirm_understood(row: Row, *, again: bool = False) -> Heard:
    """Row 16 向客户解释完毕后，应向客户确认是否明了: ask whether the explanation was clear.

    The question is 请问我刚才的解释您是否明白？ If ``again`` is True, because the explanation was
    repeated, it is 请问我刚才的解释您是否清楚？ Both mean: was it clear? Return the answer.
    """
    await ask_if_clear(row.prompt("clear" if again else "understood"))
    return await listen(row.seconds, Expected.YES_NO)


async def explain_again(guest: Guest) -> Heard | None:
    """Row 16 若客户不能完全明白，应将客户不明白的地方重新解释，直到客户明白为止: explain again.

    The first repetition uses other words if there are any; all others are the same sentences,
    slowly. Return the caller's answer to the question whether it is clear now. Say nothing and
    return None if nothing has been explained in this call, or if the last explanation has been
    repeated EXPLANATIONS (3) times.
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
    """Row 22 遇到客户责怪客户代表动作慢，不熟练: say 对不起，让您久等了，我将尽快帮您处理。

    The words apologise for the wait and promise to be quick.
    """
    await say(row.prompt("apology"))
