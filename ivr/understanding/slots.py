"""Read the values that a caller mentions: name, number, department, count and others."""

from collections.abc import Iterable
from typing import cast

from ivr.dialogue.meaning import Buyer, Fact, Intent, Slots
from ivr.understanding.counts import cardinal_at
from ivr.understanding.keywords import Keywords
from ivr.understanding.names import Names
from ivr.understanding.phrases import Phrases
from ivr.understanding.syllables import Syllables, syllables_of
from ivr.understanding.telephone import numbers

_COUNTED = ("ge", "tao", "ming", "wei", "tai")
_LONGEST_PERSON = 4
"""Maximum number of characters of a person's name."""
_ASKED_FOR = ("找一下", "叫一下", "找", "叫", "请", "让")
_AFTER_PERSON = frozenset("在接听说吗呢的，,。 ")


class SlotReader:
    """Finds the values that an utterance mentions: name, number, department, count and others."""

    def __init__(self, phrases: Phrases, surnames: Iterable[str]) -> None:
        self._names = Names(surnames, phrases.surnames)
        self._departments = Keywords(phrases.departments)
        self._topics = Keywords(phrases.topics)
        self._facts = Keywords(phrases.facts)
        self._buyers = Keywords(phrases.buyers)

    def read(self, heard: Syllables, intent: Intent) -> Slots:
        """Return the values that ``heard`` mentions; ``intent`` is the intent of the utterance.

        In a private call (row 7) a name is usually that of the person whom the caller asks for. It
        then counts as the caller's own name only if the caller says so, as in 我姓张 (my surname is
        Zhang).
        """
        said = numbers(heard)
        name = self._names.find(heard, alone=intent is Intent.GIVE_NAME)
        private = intent is Intent.PRIVATE_CALL
        stranger = private and not name.told
        facts = self._facts.find(heard.sounds) if intent is Intent.COMPANY_FACTS else ()
        return Slots(
            surname=None if stranger else name.surname,
            title=None if stranger else name.title,
            phone=said.phone,
            digits=said.digits,
            department=None if stranger and name.surname else self._departments.first(heard.sounds),
            person=_person(heard) if private else None,
            count=None if said.digits else _count(heard),
            buyer=cast(Buyer | None, self._buyers.first(_without_product(heard))),
            facts=cast(tuple[Fact, ...], tuple(dict.fromkeys(name for name, _, _ in facts))),
            topic=self._topics.first(heard.sounds),
        )


def _without_product(heard: Syllables) -> tuple[str, ...]:
    """Return the syllables of ``heard``, with ``-`` for each name of our product or company.

    These names, 企业QQ (the product), 你们公司 and 贵公司 (your company), contain the words 企业 or
    公司 (company) but do not mean that the caller buys for a company.
    """
    text = " ".join(heard.sounds)
    for words in ("企业QQ", "你们公司", "贵公司"):
        text = text.replace(" ".join(syllables_of(words).sounds), "-")
    return tuple(text.split())


def _count(heard: Syllables) -> int | None:
    """Return the number before a measure word, or the number that is the whole utterance.

    A measure word is one such as 个. Return None if there is no such number.
    """
    for at in range(len(heard)):
        found = cardinal_at(heard.sounds, at)
        if found is None:
            continue
        end = found.end
        counts = end < len(heard) and heard.sounds[end] in _COUNTED
        if found.value and (counts or (at == 0 and end == len(heard))):
            return found.value
    return None


def _person(heard: Syllables) -> str | None:
    """Return the person that the caller asks for, at most four characters; None without one.

    It is the text behind 找 (look for), 叫 (call), 请 (ask) or 让 (let), as in 找小王 for 小王.
    """
    for words in _ASKED_FOR:
        _, found, rest = heard.text.partition(words)
        if found:
            person = ""
            for sign in rest[:_LONGEST_PERSON]:
                if sign in _AFTER_PERSON:
                    break
                person += sign
            return person or None
    return None
