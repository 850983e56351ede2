"""Questions that the company can answer at once: prompts/knowledge.toml, which its staff edit.

Each answer has questions. The caller's words get the answer whose question is most like them. To
compare them, both become TF-IDF vectors: rare syllables count more. The features are syllables,
sequences and pairs of syllables (:mod:`ivr.understanding.features`). Words that are close to no
question get no answer here: nothing is invented, and a person calls back (row 20).
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import log, sqrt
from typing import Any

from ivr.dialogue.meaning import Intent, Meaning
from ivr.dialogue.row import Prompt, Row
from ivr.etiquette.company import SheetError, filled
from ivr.translation import tr
from ivr.understanding.features import features
from ivr.understanding.syllables import syllables_of

NEAR = 0.6
"""Lower limit for the likeness, 0 to 1, of the caller's words to a question of
prompts/knowledge.toml. Words that ask something count as that question at this likeness. Measured
on the 12,876 test sentences: 20 reach it for some question. Those of the 20 that ask the hotline
something were all matched to the right question, so none of them gets a wrong answer."""
SAME = 0.85
"""Lower limit for the likeness, 0 to 1, at which the caller's words count as a question of
prompts/knowledge.toml whatever their intent: they are nearly the words of the file."""
ROW = "knowledge"
"""Id of the row that holds all answers of prompts/knowledge.toml; it is not on the paper sheet."""
_QUESTIONS = frozenset({Intent.PRODUCT_QUESTION, Intent.COMPANY_FACTS})
"""Intents by which callers ask a question."""
_ID = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = ("id", "questions", "say", "in_other_words", "write_down", "ask", "found")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of prompts/knowledge.toml, with the questions that it answers.

    The answer is either said at once (``say``) or looked up by a number (``ask``, ``found``).
    """

    id: str
    questions: tuple[str, ...]
    """The questions that this answer belongs to, as callers ask them."""
    say: tuple[Prompt, ...] = ()
    """The prompts of the answer, one per sentence; empty if the answer has to be looked up."""
    in_other_words: tuple[Prompt, ...] = ()
    """The same answer in other words, for callers who have not understood it (row 16)."""
    write_down: bool = False
    """Whether the caller is asked to write the answer down (row 18), which is then said slowly."""
    ask: Prompt | None = None
    """The prompt that asks the caller for the number by which the answer is looked up (row 17);
    None if nothing is looked up."""
    found: Mapping[str, Prompt] = field(default_factory=dict)
    """The prompt to say for each possible result of the look-up, by the name of the result; empty
    if nothing is looked up."""

    def prompts(self) -> tuple[Prompt, ...]:
        """Return every prompt that may be said for this answer, also its question for a number."""
        asks = (self.ask,) if self.ask else ()
        return (*self.say, *self.in_other_words, *asks, *self.found.values())


@dataclass(frozen=True)
class Knowledge:
    """All answers of prompts/knowledge.toml, with the search for the answer to a question."""

    answers: tuple[Answer, ...] = ()

    def find(self, meaning: Meaning) -> Answer | None:
        """Return the answer whose question is most similar to the caller's words in ``meaning``.

        Return None if no question is similar enough. The similarity, 0 to 1, must be at least NEAR
        (0.6) if the intent is to ask something, otherwise at least SAME (0.85).
        """
        asked = self._weighed(_sounds(meaning.text))
        likeness, answer = max(
            ((_likeness(asked, known), answer) for known, answer in self._questions),
            key=lambda pair: pair[0],
            default=(0.0, None),
        )
        return answer if likeness >= (NEAR if meaning.intent in _QUESTIONS else SAME) else None

    def row(self) -> Row:
        """Return the prompts of all answers as one row of the sheet: number 0, id ``knowledge``."""
        prompts = [prompt for answer in self.answers for prompt in answer.prompts()]
        say = {prompt.key: prompt.text for prompt in prompts}
        return Row(0, ROW, "", say)

    @cached_property
    def _rarity(self) -> Mapping[str, float]:
        """The inverse document frequency of each feature over all questions, by feature.

        :func:`_sounds` returns the features of a text.
        """
        texts = [set(_sounds(one)) for answer in self.answers for one in answer.questions]
        counts = Counter(name for text in texts for name in text)
        return {name: log(1 + len(texts) / count) for name, count in counts.items()}

    @cached_property
    def _questions(self) -> tuple[tuple[Mapping[str, float], Answer], ...]:
        """Each question as a vector of Euclidean length 1 (weights by feature), with its answer."""
        return tuple(
            (self._weighed(_sounds(question)), answer)
            for answer in self.answers
            for question in answer.questions
        )

    def _weighed(self, names: tuple[str, ...]) -> Mapping[str, float]:
        """Return a vector of Euclidean length 1: the weight of each feature in ``names``.

        The weight is the feature's rarity. A feature that no question has is as rare as the rarest.
        """
        unseen = max(self._rarity.values(), default=1.0)
        weights = {name: self._rarity.get(name, unseen) for name in names}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {name: weight / length for name, weight in weights.items()}


def _sounds(text: str) -> tuple[str, ...]:
    """Return the names of the features of ``text`` that are least changed by mishearing.

    There are two kinds, both of folded syllables (similar ones made equal): sequences of one to
    three syllables, and pairs of syllables that need not be neighbours.
    """
    return tuple(
        name for name in features(syllables_of(text).sounds) if name.startswith(("~", "&"))
    )


def _likeness(asked: Mapping[str, float], question: Mapping[str, float]) -> float:
    """Return the similarity, 0 to 1, of the caller's words to a question.

    ``asked`` (the caller's words) and ``question`` are vectors of length 1: weights by feature. The
    similarity is the mean of the cosine of the vectors and of the share of the question that the
    caller said. Additional words of the caller lower only the cosine.
    """
    common = asked.keys() & question.keys()
    cosine = sum(asked[name] * question[name] for name in common)
    covered = sum(question[name] ** 2 for name in common)
    return (cosine + covered) / 2


def parse_knowledge(text: str, company: Mapping[str, str]) -> Knowledge:
    """Return the answers written in ``text``, the content of prompts/knowledge.toml.

    Variables such as <热线> (hotline) get their words from ``company``. Raise SheetError, which
    names the answer, the key and the remedy, if ``text`` is not TOML or an answer is unusable.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SheetError(
            tr("it is not valid TOML: {error}; correct that line").format(error=error)
        ) from None
    tables = raw.pop("answer", [])
    if raw or not isinstance(tables, list):
        raise SheetError(
            tr("it has something else than answers: begin each with a line [[answer]]")
        )
    answers = tuple(_answer(table, place, company) for place, table in enumerate(tables, 1))
    ids = Counter(answer.id for answer in answers)
    for id, times in ids.items():
        if times > 1:
            raise SheetError(
                tr("answer {id} is there twice; give one of them another id").format(id=id)
            )
    return Knowledge(answers)


def _answer(table: Any, place: int, company: Mapping[str, str]) -> Answer:
    id = table.get("id") if isinstance(table, dict) else None
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise SheetError(
            tr("answer at place {place} has the id {id!r}: use small letters and digits").format(
                place=place, id=id
            )
        )
    for key in table:
        if key not in _KEYS:
            raise SheetError(
                tr("answer {id} has the unknown key {key}: use {known}").format(
                    id=id, key=key, known=", ".join(_KEYS)
                )
            )
    table = filled(table, company, f"answer {id}")
    questions = _words(table, id, "questions")
    say, ask = _words(table, id, "say"), table.get("ask", "")
    found = table.get("found", {})
    if not questions:
        raise SheetError(
            tr("answer {id} has no questions: write what callers ask, in quotes").format(id=id)
        )
    if bool(say) == bool(found) or bool(ask) != bool(found):
        raise SheetError(
            tr("answer {id}: write say, or (to look it up) ask and [answer.found]").format(id=id)
        )
    if not isinstance(found, dict) or not all(map(_is_words, [ask, *found.values()][not ask :])):
        raise SheetError(
            tr("answer {id}: ask and found are not words: write sentences in quotes").format(id=id)
        )
    if type(table.get("write_down", False)) is not bool:
        raise SheetError(tr("answer {id}: write_down is neither true nor false").format(id=id))
    return Answer(
        id,
        questions,
        tuple(_prompts(id, "", say)),
        tuple(_prompts(id, "again_", _words(table, id, "in_other_words"))),
        table.get("write_down", False),
        Prompt(ROW, f"{id}_ask", ask) if ask else None,
        {key: Prompt(ROW, f"{id}_found_{key}", words) for key, words in found.items()},
    )


def _prompts(id: str, which: str, sentences: tuple[str, ...]) -> Iterator[Prompt]:
    for place, words in enumerate(sentences, 1):
        yield Prompt(ROW, f"{id}_{which}{place}", words)


def _words(table: Mapping[str, Any], id: str, key: str) -> tuple[str, ...]:
    listed = table.get(key, [])
    if not isinstance(listed, list) or not all(map(_is_words, listed)):
        raise SheetError(
            tr('answer {id}: {key} is not a list of sentences in quotes: ["…", "…"]').format(
                id=id, key=key
            )
        )
    return tuple(listed)


def _is_words(value: object) -> bool:
    return isinstance(value, str) and re.search(r"\w", value) is not None
