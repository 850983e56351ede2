"""Rows 11, 15 and 25: ask back until it is clear what the caller means.

After a weak guess, row 15 asks the caller whether they mean it, at most twice for one wish. If
their words fit no intent, row 25 asks the caller to repeat them. Speech that is loud enough but
badly recognised is taken for a dialect or another language. Row 11 then asks the caller to speak
Mandarin, or to fetch somebody who does. If nothing helps, a person calls back (row 20).
"""

from dataclasses import dataclass, replace

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.row import Row
from ivr.dialogue.verbs import Heard, Keys, Nobody, Speech, Unheard, listen
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import row
from ivr.etiquette.speaking import say_aside

CLARIFICATIONS = 2
"""Maximum number of questions 请问您说的是……的意思吗？ (row 15) for one wish; a third one would
seem like mockery."""
_ATTEMPTS = 3
"""The hotline gives up at the third utterance of one wish that fits no intent. After an earlier
one, row 25 asks the caller to repeat the wish. Badly recognised words are an exception from the
second utterance on: row 11 (please speak Mandarin) answers them, at most twice."""
LOST_ATTEMPTS = 3
"""Maximum number of requests, for one wish, to repeat words that our recogniser has lost. After
them the hotline gives up. These requests are counted separately from those for unclear words,
because the caller is not at fault."""
NOTHING_MORE = frozenset({Intent.CLOSING, Intent.THANKS, Intent.GOODBYE})
"""Intents by which a caller says that they want nothing more: 没有了, 谢谢, 再见. Right after our
question 请问还有什么可以帮助您？ even a weak guess of such an intent is acted upon."""
UNSPEAKABLE = frozenset({Intent.ABUSIVE_CALLER, Intent.NUISANCE_CALL})
"""Rude intents. Row 15 (您说的是……的意思吗？) never asks about them: no caller is asked whether
they meant to be rude."""


@row("clarify")
async def clarify(row: Row, guess: str) -> Heard:
    """Row 15 遇到没有听懂客户的意思的时候: ask 请问您说的是……的意思吗？ (do you mean …?)

    ``guess`` is the key of the words for the guessed meaning in values.toml, as
    :func:`meaning_words` returns it. Return the caller's answer.
    """
    await say_aside(row.prompt("ask"), 意思=guess)
    return await listen(row.seconds, Expected.YES_NO)


@row("ask_repeat")
async def ask_repeat(row: Row) -> Heard:
    """Row 25 若没有听清楚客户所诉内容: ask 麻烦您将刚才反映的问题再复述一遍，好吗？

    The prompt asks the caller to repeat what they want. Return what the caller says after it.
    """
    await say_aside(row.prompt("ask"))
    return await listen(row.seconds)


@row("dialect")
async def dialect(row: Row, *, again: bool) -> Heard:
    """Row 11 遇到客户讲方言客户代表却听不懂时: ask the caller to speak Mandarin.

    If ``again`` is True (当客户继续讲方言，不讲普通话时: the caller goes on in dialect), ask them
    to fetch somebody who speaks Mandarin. Return what is heard after the request.
    """
    await say_aside(row.prompt("other_person" if again else "mandarin"))
    return await listen(row.seconds)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The result of asking back when the caller speaks but could not be understood."""


MadeOut = Meaning | GivenUp | Nobody | Unheard
"""The possible results of asking the caller back: their wish, given up, silence, or lost audio. The
union is closed: match it with ``assert_never``."""


class AskingBack:
    """Finds out one wish of the caller, by asking the caller back where needed.

    Each object serves one wish, and counts the questions that were asked about it.
    """

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._clarified = self._unclear = self._lost = self._foreign = 0

    async def make_out(self, heard: Heard) -> MadeOut:
        """Return the wish in ``heard``, after asking the caller back as often as the limits allow.

        Return GivenUp if the caller could not be understood within these limits. Nobody (silence)
        and Unheard (the caller's audio does not reach us) are returned as they are. A pressed key
        becomes a meaning: 0 asks for a person, any other is a hello.
        """
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
        """Return True if prompts/knowledge.toml has an answer to the caller's words, else False."""
        return self._guest.house.knowledge.find(words.meaning) is not None

    def _answers_the_question(self, words: Words) -> bool:
        """Return True if the words answer our last question, even if their meaning is uncertain.

        Such answers are 没有了 (nothing more), thanks or a goodbye to 请问还有什么可以帮助您？
        (anything else?), and 不清楚 (not clear) to row 16 (was it clear?). Return False for all
        other words.
        """
        intent = words.meaning.intent
        for_more = self._guest.was_asked_for_more and intent in NOTHING_MORE
        unclear = self._guest.was_asked_if_clear and intent is Intent.CONFIRM_UNDERSTOOD
        return words.understood and (for_more or unclear)

    def _may_be_asked_about(self, words: Words) -> bool:
        """Return True if row 15 may ask the caller whether they mean the guessed intent.

        Return False in three cases: ``words`` were not understood, row 15 has asked CLARIFICATIONS
        (2) times for this wish, or the intent is rude (UNSPEAKABLE).
        """
        asked_enough = self._clarified >= CLARIFICATIONS
        return words.understood and not asked_enough and words.meaning.intent not in UNSPEAKABLE

    def _learned(self, meaning: Meaning) -> Meaning:
        self._guest.learn(meaning)
        return meaning

    async def _ask_about(self, guess: Meaning) -> Heard | Meaning:
        """Ask whether the caller means ``guess`` (row 15 of the etiquette sheet).

        If they say yes, return ``guess`` as certain. If they say no, ask them to repeat their wish
        (row 25) and return what they say then. Return any other answer as it is.
        """
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
        """Ask the caller to repeat ``words``, which fit no intent, and return the answer.

        After the first such utterance of a wish, row 25 asks the caller to repeat it. From the
        second on, badly recognised words are taken for a dialect: row 11 asks the caller first to
        speak Mandarin, then to fetch somebody who does. In all other cases row 25 asks after the
        second utterance, and GivenUp is returned after a later one.
        """
        self._unclear += 1
        if self._unclear > 1 and not words.intelligible and self._foreign < 2:
            self._foreign += 1
            return await dialect(again=self._foreign == 2)
        if self._unclear >= _ATTEMPTS:
            return GivenUp()
        return await ask_repeat()

    async def _say_again_what_we_lost(self) -> Heard | GivenUp:
        """Ask the caller to repeat words that the recogniser lost (row 25); return the answer.

        Return GivenUp after LOST_ATTEMPTS (3) such questions for one wish.
        """
        self._lost += 1
        return GivenUp() if self._lost > LOST_ATTEMPTS else await ask_repeat()


def meaning_words(guess: Meaning) -> str:
    """Return the key of the words that name ``guess`` in the table [meanings] of values.toml.

    Row 15 (do you mean …?) speaks these words. For a question about a topic of the product the key
    is the topic, otherwise the name of the intent.
    """
    topic = guess.slots.topic if guess.intent is Intent.PRODUCT_QUESTION else None
    return topic or guess.intent.value


def plain_answer(heard: Heard) -> Intent | None:
    """Return Intent.YES or Intent.NO if ``heard`` is such an answer, even an uncertain one.

    Return None for other words, keys and silence. Call this only after a yes-no question.
    """
    if not isinstance(heard, Speech) or heard.words is None:
        return None
    meaning = heard.words.meaning
    return meaning.intent if meaning.intent in (Intent.YES, Intent.NO) else None


def _key(digits: str) -> Meaning:
    """Return the meaning of the pressed key ``digits``: 0 asks for a human agent.

    Any other key counts as a hello, because it shows that a caller is on the line.
    """
    intent = Intent.HUMAN_AGENT if digits == "0" else Intent.HELLO
    return Meaning(digits, intent, Certainty.SURE, 1.0)
