"""Until it is clear what the caller means: rows 15, 25 and 11 of the sheet.

A weak guess is asked about in the sheet's words (15), never more than twice in a row; what fits
nothing is asked for again (25). Who is heard well and recognised badly all the same speaks a
dialect or another language (11, both steps). Where all is in vain, a person calls back (20).
"""

from dataclasses import dataclass, replace

from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, Keys, Nobody, Speech, Unheard, listen
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import row
from ivr.etiquette.speaking import say_aside

CLARIFICATIONS = 2
"""In a row: who is asked a third time feels mocked."""
_ATTEMPTS = 3
"""What fits nothing so often is not asked for again."""
LOST_ATTEMPTS = 3
"""The same for words that our own machine has lost: no fault of the caller's."""
NOTHING_MORE = frozenset({Intent.CLOSING, Intent.THANKS, Intent.GOODBYE})
"""A weak guess is enough for these, where the question was: 请问还有什么可以帮助您？"""
UNSPEAKABLE = frozenset({Intent.ABUSIVE_CALLER, Intent.NUISANCE_CALL})
"""Nobody is asked whether he meant to be rude."""


@row("clarify")
async def clarify(row: Row, guess: str) -> Heard:
    """15 没有听懂客户的意思: 请问您说的是……的意思吗？"""
    await say_aside(row.prompt("ask"), 意思=guess)
    return await listen(row.seconds)


@row("ask_repeat")
async def ask_repeat(row: Row) -> Heard:
    """25 没有听清楚: 麻烦您将刚才反映的问题再复述一遍，好吗？"""
    await say_aside(row.prompt("ask"))
    return await listen(row.seconds)


@row("dialect")
async def dialect(row: Row, *, again: bool) -> Heard:
    """11 客户讲方言: 请您讲普通话，好吗？ Goes on in dialect: 请您找一个可以讲普通话的人来。"""
    await say_aside(row.prompt("other_person" if again else "mandarin"))
    return await listen(row.seconds)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Somebody speaks, and nothing we ask makes us understand him."""


MadeOut = Meaning | GivenUp | Nobody | Unheard
"""What comes of asking back. Closed: match it with ``assert_never``."""


class AskingBack:
    """Makes out what one caller means; one ladder for each thing he wants."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._clarified = self._unclear = self._lost = self._foreign = 0

    async def make_out(self, heard: Heard) -> MadeOut:
        """What ``heard`` means, as sure as it will ever be."""
        reply: Heard | Meaning | GivenUp
        while isinstance(heard, Speech):
            words = heard.words
            if words is None:
                reply = await self._say_again_what_we_lost()
            elif words.sure or self._is_known(words) or self._answers_the_question(words):
                return self._learned(words.meaning)
            elif self._may_be_asked_about(words):
                reply = await self._ask_about(words.meaning)
            else:
                reply = await self._say_again(words)
            if isinstance(reply, Meaning | GivenUp):
                return reply
            heard = reply
        return _key(heard.digits) if isinstance(heard, Keys) else heard

    def _is_known(self, words: Words) -> bool:
        """Whether it is one of the questions that the company has written down."""
        return self._guest.house.knowledge.find(words.meaning) is not None

    def _answers_the_question(self, words: Words) -> bool:
        """A weak guess is enough for what we have just asked about: 没有了 (33), 不清楚 (16)."""
        intent = words.meaning.intent
        for_more = self._guest.was_asked_for_more and intent in NOTHING_MORE
        unclear = self._guest.was_asked_if_clear and intent is Intent.CONFIRM_UNDERSTOOD
        return words.understood and (for_more or unclear)

    def _may_be_asked_about(self, words: Words) -> bool:
        asked_enough = self._clarified >= CLARIFICATIONS
        return words.understood and not asked_enough and words.meaning.intent not in UNSPEAKABLE

    def _learned(self, meaning: Meaning) -> Meaning:
        self._guest.learn(meaning)
        return meaning

    async def _ask_about(self, guess: Meaning) -> Heard | Meaning:
        self._clarified += 1
        heard = await clarify(meaning_words(guess))
        match plain_answer(heard):
            case Intent.YES:
                return self._learned(replace(guess, certainty=Certainty.SURE))
            case Intent.NO:
                return await ask_repeat()
            case _:
                return heard

    async def _say_again(self, words: Words) -> Heard | GivenUp:
        self._unclear += 1
        if self._unclear > 1 and not words.intelligible and self._foreign < 2:
            self._foreign += 1
            return await dialect(again=self._foreign == 2)
        if self._unclear >= _ATTEMPTS:
            return GivenUp()
        return await ask_repeat()

    async def _say_again_what_we_lost(self) -> Heard | GivenUp:
        self._lost += 1
        return GivenUp() if self._lost > LOST_ATTEMPTS else await ask_repeat()


def meaning_words(guess: Meaning) -> str:
    """What a guess is called where it is asked about: a name in [meanings] of values.toml.

    A question about a topic of the product is called after the topic.
    """
    topic = guess.slots.topic if guess.intent is Intent.PRODUCT_QUESTION else None
    return topic or guess.intent.value


def plain_answer(heard: Heard) -> Intent | None:
    """Yes or no, as sure as makes no difference after a question that wants one of them."""
    if not isinstance(heard, Speech) or heard.words is None:
        return None
    meaning = heard.words.meaning
    return meaning.intent if meaning.intent in (Intent.YES, Intent.NO) else None


def _key(digits: str) -> Meaning:
    """A key is a wish, too: 0 is for a person, any other says that somebody is there."""
    intent = Intent.HUMAN_AGENT if digits == "0" else Intent.HELLO
    return Meaning(digits, intent, Certainty.SURE, 1.0)
