"""Small decoding graphs for expected answers: digits, yes and no, surnames.

Each graph knows the words of one kind of answer (:mod:`ivr.understanding.expected_words`). Besides
them it has every syllable of Mandarin as [unk]. So speech of another kind comes out as [unk], and
not as the words that sound most like it.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ivr.dialogue.expected import Expected
from ivr.understanding import expected_words as answers
from tools.tiny_vosk.fst import Graph
from tools.tiny_vosk.prefixes import Way, branch
from tools.tiny_vosk.segment import segment

_SILENCE_PHONE = 1
_UNKNOWN = 1
"""Number of [unk] in words.txt."""
_PAUSE_COST = 0.5
"""Cost (negative logarithm of a probability) of a silence between two words."""
_OTHER_COST, _OTHER_ANSWER_COST = 11.0, 14.0
"""Cost of any other syllable in place of an expected word, and in place of a yes or no. The latter
is larger: after a yes-or-no question a single syllable is nearly always an answer."""
_PHRASE_COST, _SHORT_PHRASE_COST = 4.0, 7.0
"""Cost of a phrase before or between digits, such as 我的电话是, and of one of a single syllable
before them, such as 是, which sounds like the digits 四 and 七."""
_DIGIT_COST = math.log(len(answers.DIGIT_WORDS))
_RARE_COST = 5.0
"""Cost of a digit word that few callers say, such as 洞, compared with the others."""
_TIMES_COST = 4.0
"""Cost of 个 behind a digit, as in 三个八."""
_LOOSE_COST = 5.0
"""Cost of digits that make no telephone number, such as a part of one. Where the sounds leave in
doubt whether a digit was said, a series that makes a number wins."""
_FREQUENT_GAIN = 2.5
"""Difference in cost between a frequent answer and another."""
_ONES = {"幺": 0.0, "一": 0.0, "": 2.0}
"""Cost of a telephone number in which this word for 1 does not occur: few callers use both. 一 and
七 sound alike, but a caller who begins with 幺 hardly says 一."""
_SEVEN_DIGITS_COST = 2.5
"""Cost of a land line of seven digits, with or without an area code. Large cities have eight, and
one of two equal digits in a row is easily lost."""
_AGAIN_COST = 4.0
"""Cost of one more number after digits."""
_VALUES = dict(zip("零一二三四五六七八九幺洞两", "0123456789102", strict=True))
"""The digit that each word stands for."""
_ANY = "0123456789"

Spelling = Mapping[str, Sequence[list[int]]]
"""The pronunciations of each word, as numbers of phones."""


def graph_of(
    expected: Expected, vocabulary: Sequence[str], spelling: Spelling
) -> tuple[Graph, int]:
    """Return the decoding graph of an expected answer and the number of its first state.

    ``vocabulary`` is the sorted vocabulary of the model, whose words are numbered from 2 in
    words.txt. ``spelling`` has the pronunciations of each word.
    """
    return _Builder(vocabulary, spelling).build(expected)


def write_expected(model: Path, vocabulary: Sequence[str], spelling: Spelling) -> None:
    """Write the graph of each kind of answer below the directory ``model``, in ``expected``."""
    for expected in Expected:
        path = model / "expected" / expected.value / "HCLG.fst"
        path.parent.mkdir(parents=True, exist_ok=True)
        graph, start = graph_of(expected, vocabulary, spelling)
        graph.write(path, start)


class _Builder:
    def __init__(self, vocabulary: Sequence[str], spelling: Spelling) -> None:
        self._graph = Graph()
        self._known = set(vocabulary)
        self._number = {word: number for number, word in enumerate(vocabulary, 2)}
        self._spelling = spelling
        self._leaving: dict[int, list[tuple[float, Way]]] = defaultdict(list)
        self._nodes: dict[tuple[int, tuple[str, ...], int, float], int] = {}

    def build(self, expected: Expected) -> tuple[Graph, int]:
        match expected:
            case Expected.NUMBER:
                start = self._numbers()
            case Expected.YES_NO:
                start = self._yes_no()
            case Expected.NAME:
                start = self._names()
        for state, ways in self._leaving.items():
            branch(self._graph, state, ways)
        return self._graph, start

    def _numbers(self) -> int:
        start, told, digits, count = (self._place() for _ in range(4))
        for state in (start, digits):
            self._others(state, state, answers.DIGIT_WORDS)
        for phrase in answers.BEFORE_DIGITS:
            cost = _PHRASE_COST if len(phrase) > 1 else _SHORT_PHRASE_COST
            self._phrase(start, phrase, cost, start)
        for state in (told, digits):
            for phrase in answers.CORRECTIONS:
                if len(phrase) > 1:  # 是 sounds like a digit, and follows a longer phrase
                    self._phrase(state, phrase, _PHRASE_COST, digits)
        self._any_number(start, told, digits)
        self._phrase(digits, answers.TIMES_WORD, _TIMES_COST, count)
        self._digit(count, digits)
        return start

    def _any_number(self, start: int, told: int, digits: int) -> None:
        """Add the paths of telephone numbers to ``told``, and those of other digits to ``digits``.

        From both places another number may follow.
        """
        for unused, cost in _ONES.items():
            entry = self._place_inside()
            self._graph.step(start, cost, entry)
            self._telephone_numbers(entry, told, unused)
        self._digit(start, digits, cost=_LOOSE_COST)
        self._digit(digits, digits)
        for state in (told, digits):
            self._graph.step(state, _AGAIN_COST, start)

    def _telephone_numbers(self, start: int, end: int, unused: str) -> None:
        """Add the paths of all telephone numbers, as ivr.understanding.numerals knows them.

        ``unused`` is a word for 1 that does not occur in them.
        """
        subscriber, zero, long = (self._place_inside() for _ in range(3))
        for source, choices, target, cost in (
            (start, ["1", "3456789", *[_ANY] * 9], end, 0.0),
            (start, ["48", "0", "0", *[_ANY] * 7], end, 0.0),
            (start, ["0"], zero, 0.0),
            (zero, ["1", "0"], subscriber, 0.0),
            (zero, ["2", _ANY], subscriber, 0.0),
            (zero, ["3456789", _ANY, _ANY], subscriber, 0.0),
            (start, ["2345678", *[_ANY] * 5], long, 0.0),
            (subscriber, ["2345678", *[_ANY] * 5], long, 0.0),
            (long, [_ANY], end, _SEVEN_DIGITS_COST),
            (long, [_ANY, _ANY], end, 0.0),
        ):
            self._series(source, choices, target, unused, cost)

    def _series(
        self, source: int, choices: Sequence[str], target: int, unused: str, cost: float
    ) -> None:
        """Add a path of one digit after the other, each of which is one of its ``choices``.

        ``unused`` is a word that does not stand for any of them. ``cost`` is that of the whole
        path, in addition to those of the digits.
        """
        for place, choice in enumerate(choices, 1):
            following = target if place == len(choices) else self._place_inside()
            words = [word for word in _VALUES if _VALUES[word] in choice and word != unused]
            self._digit(source, following, words, cost if place == 1 else 0.0)
            source = following

    def _yes_no(self) -> int:
        start, corrected, told, digits = (self._place() for _ in range(4))
        known = (*answers.YES, *answers.NO, *answers.DIGIT_WORDS)
        self._others(start, start, known, _OTHER_ANSWER_COST)
        self._others(digits, digits, answers.DIGIT_WORDS)
        phrases = (*answers.YES, *answers.NO)
        cost = math.log(len(phrases))
        for phrase in phrases:
            frequent = phrase in answers.FREQUENT_ANSWERS
            self._phrase(start, phrase, cost - _FREQUENT_GAIN * frequent, start)
        for phrase in answers.CORRECTIONS:
            self._phrase(start, phrase, _PHRASE_COST + cost, corrected)
        self._graph.step(start, _PHRASE_COST, corrected)
        self._any_number(corrected, told, digits)
        return start

    def _names(self) -> int:
        start, named, end = self._place(), self._place(), self._place()
        cost = math.log(len(answers.SURNAMES))
        self._others(start, start, answers.SURNAMES)
        self._others(end, end, ())
        for phrase in answers.BEFORE_SURNAME:
            self._phrase(start, phrase, 1.0, named)
        for state in (start, named):
            self._any_of(state, answers.SURNAMES, cost + (state == start), end)
        for title in answers.SPOKEN_TITLES:
            self._phrase(end, title, 1.0, end)
        return start

    def _place(self) -> int:
        """Add a state in which the speaker may be silent, and in which they may stop."""
        state = self._graph.state()
        inside = self._graph.chain([_SILENCE_PHONE], state)[0]
        self._graph.enter(state, _SILENCE_PHONE, 0, _PAUSE_COST, inside)
        self._graph.final[state] = 1.0
        return state

    def _digit(
        self, source: int, target: int, words: Iterable[str] = tuple(_VALUES), cost: float = 0.0
    ) -> None:
        """Add a path for each of ``words``, the words for a digit, at an additional ``cost``."""
        for word in words:
            rare = _RARE_COST * (word in answers.RARE_DIGIT_WORDS)
            self._phrase(source, word, cost + _DIGIT_COST + rare, target)

    def _any_of(self, source: int, words: Iterable[str], cost: float, target: int) -> None:
        for word in words:
            self._phrase(source, word, cost, target)

    def _phrase(self, source: int, phrase: str, cost: float, target: int) -> None:
        """Add a path for ``phrase``, cut into the words of the model; skip it if one is unknown."""
        words = segment(phrase, self._known)
        if not self._known.issuperset(words):
            return
        for place, word in enumerate(words, 1):
            last = place == len(words)
            key = (source, tuple(words[:place]), target, cost)
            if not last and key in self._nodes:
                source = self._nodes[key]
                continue
            following = target if last else self._place_inside()
            if not last:
                self._nodes[key] = following
            self._word(source, word, cost if place == 1 else 0.0, following)
            source = following

    def _place_inside(self) -> int:
        state = self._graph.state()
        inside = self._graph.chain([_SILENCE_PHONE], state)[0]
        self._graph.enter(state, _SILENCE_PHONE, 0, _PAUSE_COST, inside)
        return state

    def _word(self, source: int, word: str, cost: float, target: int) -> None:
        for phones in self._spelling[word]:
            way = Way(self._number[word], phones, self._graph.chain(phones, target))
            self._leaving[source].append((cost, way))

    def _others(
        self, source: int, target: int, except_for: Iterable[str], cost: float = _OTHER_COST
    ) -> None:
        """Add every syllable as [unk] at ``cost``, except for those of the words ``except_for``."""
        known = {tuple(p) for word in except_for for p in self._spelling.get(word, ())}
        sounds = {
            tuple(phones): None
            for word, all in self._spelling.items()
            if len(word) == 1
            for phones in all
        }
        for phones in sounds:
            if phones not in known:
                way = Way(_UNKNOWN, list(phones), self._graph.chain(list(phones), target))
                self._leaving[source].append((cost, way))
