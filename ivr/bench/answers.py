"""``ivr bench answers``: do decoders of expected answers hear numbers better, and nothing else?

Callers say telephone numbers after the question for a number: bare numbers, digit by digit, and the
sentences with numbers of the test corpus. Others say something else at that moment. Each sentence
is decoded as in a call: by the decoder of all words, and by those that the question steers.
The figures say how many numbers each of them gets right, and how many of the other sentences are
taken for numbers. They also say how many numbers are right in the end, after callers have heard
them read back and repeated the wrong ones.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from ivr.bench.paraphrases_file import Corpus
from ivr.bench.recognition_sounds import UNTRAINED, on_the_line
from ivr.bench.result import BenchResult
from ivr.bench.tally import edit_distance, share
from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Intent, Meaning, Words
from ivr.etiquette.contact import NUMBER_ATTEMPTS
from ivr.etiquette.reading_back import number_to_read_back
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.lab.natural_callers import NATURAL_CALLERS, NaturalCaller
from ivr.recognition.explanation import likely_numbers, words_that_count
from ivr.recognition.model import Model, load_model
from ivr.recognition.transcript import Transcript
from ivr.understanding.expected_words import DIGIT_WORDS
from ivr.understanding.numerals import digit_by_digit, is_telephone_number, telephone_groups
from ivr.understanding.understander import Understander
from ivr.voice.espeak import Espeak
from ivr.voice.mastering import master

BARE, SENTENCES, OTHERS_PER_INTENT = 40, 40, 4
"""Number of bare numbers and of sentences with a number, and of other sentences of each intent."""
LIMITS = {
    "numbers_right_percent": 70.0,
    "numbers_after_read_back_percent": 95.0,
    "taken_for_numbers_percent": 1.0,
}
"""Lower limits for numbers heard right at once and in the end, and upper limit for other sentences
that are taken for numbers. They apply to the built-in model and synthetic callers at 15 dB SNR."""
_NATURAL_LIMITS = {"numbers_after_read_back_percent": 95.0}
"""Limits for the built-in model and natural callers at 15 dB SNR."""
_DIGITS = frozenset((*DIGIT_WORDS, *"0123456789两十"))
_Voice = Espeak | NaturalCaller
_ANSWERS = frozenset({Intent.GIVE_NUMBER, Intent.OTHER})


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A caller's sentence after the question for a telephone number, and the number in it."""

    text: str
    number: str
    """The telephone number in it, as digits; "" if there is none."""


@dataclass(slots=True)
class _Tally:
    """The results of one decoder, counted over all sentences."""

    right: list[bool] = field(default_factory=list)
    """For each number, whether all its digits were right at the first telling."""
    in_the_end: list[bool] = field(default_factory=list)
    """For each number, whether it was read back rightly after one of the tellings."""
    wrong: int = 0
    digits: int = 0
    taken: list[bool] = field(default_factory=list)
    """For each other sentence, whether digits were found in it."""

    def add(self, said: AnswerSentence, digits: str) -> None:
        if said.number:
            self.right.append(digits == said.number)
            self.wrong += edit_distance(said.number, digits)
            self.digits += len(said.number)
        else:
            self.taken.append(bool(digits))


def sentences_for(corpus: Corpus, seed: int) -> list[AnswerSentence]:
    """Return the sentences that callers say in the bench, with and without a telephone number.

    Each of 40 (BARE) random numbers is spelt digit by digit. At most 40 (SENTENCES) sentences with
    a number are drawn from ``corpus``, the labelled test sentences. Sentences without digits are
    drawn too, at most 4 (OTHERS_PER_INTENT) of each intent except GIVE_NUMBER and OTHER. ``seed``
    is the random seed.
    """
    random = np.random.default_rng([seed, 3])
    bare = [_number(random) for _ in range(BARE)]
    spelt = [AnswerSentence(digit_by_digit(number), number) for number in bare]
    with_number = [AnswerSentence(*pair) for pair in corpus.numbers if pair[1]]
    drawn = [with_number[n] for n in random.permutation(len(with_number))[:SENTENCES]]
    by_intent: dict[Intent, list[str]] = {}
    for text, intent in corpus.intents:
        if intent not in _ANSWERS and _DIGITS.isdisjoint(text):
            by_intent.setdefault(intent, []).append(text)
    others = [
        AnswerSentence(texts[n], "")
        for texts in by_intent.values()
        for n in random.permutation(len(texts))[:OTHERS_PER_INTENT]
    ]
    return [*spelt, *drawn, *others]


def _number(random: np.random.Generator) -> str:
    """Return a random telephone number: a mobile, or a land line with or without area code."""
    tail = "".join(map(str, random.integers(0, 10, 9)))
    kind = random.integers(4)
    if kind < 2:
        number = f"1{random.integers(3, 10)}{tail}"
    else:
        number = f"{'0371' if kind == 2 else ''}{random.integers(2, 9)}{tail[:7]}"
    assert is_telephone_number(number)
    return number


def measure(
    understander: Understander,
    sentences: Sequence[AnswerSentence],
    seed: int,
    model: Path | None,
    *,
    natural: bool,
    done: Callable[[], None],
) -> BenchResult:
    """Let callers speak ``sentences``, recognise each with two decoders, and compare the decoders.

    One decoder knows all words. The other is steered: it expects a telephone number as the answer.
    The result has the figures of both. ``understander`` finds the number in the recognised words.
    ``model`` is the directory of a Vosk model; None means the built-in one. If ``natural``
    is True the callers have natural voices, otherwise synthetic ones. ``seed`` is the random seed
    of the line noise. ``done`` is called after each sentence. Raise ModelError when the model
    cannot be used, and VoiceError when a natural voice is needed and not installed.
    """
    voices: Iterable[_Voice] = NATURAL_CALLERS if natural else UNTRAINED
    comparison = _Comparison(load_model(model), understander, np.random.default_rng(seed))
    for said in sentences:
        for voice in voices:
            comparison.add(said, voice)
        done()
    return BenchResult(
        bench="answers",
        figures=comparison.figures(),
        limits={} if model is not None else _NATURAL_LIMITS if natural else LIMITS,
        samples=len(comparison.steered.right) + len(comparison.steered.taken),
        seed=seed,
        at_least=frozenset({"numbers_right_percent", "numbers_after_read_back_percent"}),
    )


@dataclass(slots=True)
class _Comparison:
    """The two decoders of a model, and what they have heard so far."""

    recogniser: Model
    understander: Understander
    noise: np.random.Generator
    """The random numbers of the line noise."""
    free: _Tally = field(default_factory=_Tally)
    """The results of the decoder of all words."""
    steered: _Tally = field(default_factory=_Tally)
    """The results of the steered decoder, which expects a telephone number."""
    seconds: float = 0.0
    """Seconds of speech that both have decoded."""
    cost: float = 0.0
    """CPU seconds of decoding it with both decoders, as in a call."""
    cost_without: float = 0.0
    """CPU seconds of decoding it with the decoder of all words alone."""

    def add(self, said: AnswerSentence, voice: _Voice) -> None:
        """Let ``voice`` speak ``said``, and count what both decoders hear."""
        sound = self._on_the_line(voice, said.text)
        self.seconds += len(sound) / RATE
        began = time.process_time()
        self.recogniser.decode(sound)
        between = time.process_time()
        heard = self.recogniser.decode(sound, Expected.NUMBER)
        self.cost += time.process_time() - between
        self.cost_without += between - began
        answer = self._answer(heard)
        self.free.add(said, digits_in(self.understander.meaning(heard.text)))
        self.steered.add(said, number_to_read_back(digits_in(answer.meaning), answer.numbers, {}))
        if said.number:
            again = partial(self._heard_again, voice)
            self.steered.in_the_end.append(right_after_read_back(said.number, answer, again))

    def figures(self) -> dict[str, float]:
        """Return the figures of all that was added."""
        free, steered = self.free, self.steered
        return {
            "numbers_right_percent": 100 * share(steered.right),
            "numbers_right_without_percent": 100 * share(free.right),
            "numbers_after_read_back_percent": 100 * share(steered.in_the_end),
            "digit_error_percent": 100 * steered.wrong / max(steered.digits, 1),
            "digit_error_without_percent": 100 * free.wrong / max(free.digits, 1),
            "taken_for_numbers_percent": 100 * share(steered.taken),
            "taken_for_numbers_without_percent": 100 * share(free.taken),
            "talking_core_percent": 100 * self.cost / self.seconds,
            "talking_core_without_percent": 100 * self.cost_without / self.seconds,
        }

    def _heard_again(self, voice: _Voice, text: str) -> Words:
        sound = self._on_the_line(voice, text)
        return self._answer(self.recogniser.decode(sound, Expected.NUMBER))

    def _answer(self, heard: Transcript) -> Words:
        words, meant = words_that_count(Expected.NUMBER, heard, self.understander.meaning)
        return Words(meant, numbers=likely_numbers(words, meant))

    def _on_the_line(self, voice: _Voice, text: str) -> Samples:
        return on_the_line(master(*voice.synthesise(text)), self.noise)


def digits_in(meaning: Meaning) -> str:
    """Return the telephone number in a caller's words, or else all digits in them; "" for none."""
    return meaning.slots.phone or meaning.slots.digits


def right_after_read_back(number: str, answer: Words, again: Callable[[str], Words]) -> bool:
    """Return True if ``number`` is right after at most NUMBER_ATTEMPTS (4) tellings.

    ``answer`` is the first telling as the hotline hears it. The hotline reads back the number that
    is likeliest after the denials so far. The caller always denies a wrong one, is always
    understood, and repeats the number in groups. ``again`` is called with what they say, and
    returns what is heard.
    """
    groups = "，".join(digit_by_digit(group) for group in telephone_groups(number))
    denials = Counter[str]()
    for attempt in range(NUMBER_ATTEMPTS):
        words = answer if attempt == 0 else again(groups)
        read_back = number_to_read_back(digits_in(words.meaning), words.numbers, denials)
        if read_back == number:
            return True
        denials[read_back] += 1
    return False
