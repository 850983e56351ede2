"""``ivr bench recognition --corpus``: how well a model hears people, by recordings with a table.

Each recording is sent through a-law at 8 kHz, as a call would, with the silence before and after
the speech that a call feeds to the recogniser. The workers of the service recognise it. What is
counted are syllables without tones, because understanding reads nothing else; a number is right if
the hotline would note the digits that were said.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.bench.recognition_sounds import AFTER_SECONDS, BEFORE_SECONDS
from ivr.bench.result import BenchResult, measured
from ivr.bench.tally import edit_distance, share
from ivr.commands.people_corpus import PeopleCorpus, PersonRecording
from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Meaning
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples, decode_alaw, encode_alaw
from ivr.logs import unlogged
from ivr.recognition.explanation import words_that_count
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard, Reason, RecognitionOutcome
from ivr.understanding.numerals import DIGITS
from ivr.understanding.syllables import syllables_of
from ivr.understanding.telephone import numbers

PAUSES = (1.0, 5.0, 15.0)
"""Seconds after which a recording that was lost is tried again. A worker that hangs is replaced
within a few seconds."""
DRAWS = 2000
"""Number of samples that the bootstrap draws for an interval."""
TAIL = 2.5
"""Percentile at which an interval of 95 % begins; it ends at 100 - TAIL."""
_ROUNDS = 20
"""The samples of the bootstrap are drawn in this many rounds, which limits the memory."""
_DIGITS = {sign: digit for digit, sign in DIGITS.items()} | dict(
    zip("幺两〇洞", "1200", strict=True)
)
"""The digit that each character of a number stands for: 三 and 3 for 3, 幺 and 一 for 1."""
_Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeardRecording:
    """The words and the intent that were found in one recording of a person."""

    recording: PersonRecording
    text: str
    """The recognised words; empty if the recogniser found none."""
    meaning: Meaning | None = None
    """The intent that the hotline finds in the words; None if the table does not name an intent."""

    @property
    def syllables(self) -> int:
        """Number of syllables that the person says, by the table of the corpus."""
        return len(syllables_of(self.recording.words))

    @property
    def wrong_syllables(self) -> int:
        """Number of edits between the syllables that were said and those that were recognised.

        An edit replaces, removes or adds one syllable; the number is the least possible. Tones are
        ignored.
        """
        said, heard = syllables_of(self.recording.words), syllables_of(self.text)
        return edit_distance(said.sounds, heard.sounds)

    @property
    def wrong_characters(self) -> int:
        """Number of edits between the characters that were said and those that were recognised.

        An edit replaces, removes or adds one character; the number is the least possible.
        """
        return edit_distance(_characters(self.recording.words), _characters(self.text))

    @property
    def number_right(self) -> bool | None:
        """True if the hotline would note exactly the digits that were said, False if not.

        None if the words of the recording are not a number of two or more digits.
        """
        digits = digits_said(self.recording.words)
        return numbers(syllables_of(self.text)).digits == digits if digits else None


def digits_said(words: str) -> str:
    """Return the digits of ``words`` if they consist of two or more digits; otherwise "".

    For example, 三八 (three eight) gives "38".
    """
    signs = _characters(words)
    digits = "".join(_DIGITS.get(sign, sign) for sign in signs)
    return digits if len(digits) > 1 and digits.isascii() and digits.isdigit() else ""


def in_a_call(samples: Samples) -> Samples:
    """Return ``samples`` (16-bit, 8 kHz), a recording, as the recogniser gets it in a call.

    Silence is added before it (0.3 s, BEFORE_SECONDS) and after it (0.5 s, AFTER_SECONDS). The
    whole is coded as a-law and decoded.
    """
    padded = np.pad(samples, (round(BEFORE_SECONDS * RATE), round(AFTER_SECONDS * RATE)))
    return decode_alaw(encode_alaw(padded))


async def hear_people(
    corpus: PeopleCorpus,
    model: Path | None,
    meaning: Callable[[str], Meaning],
    *,
    workers: int = 1,
    done: Callable[[], None] = lambda: None,
) -> tuple[list[HeardRecording], list[str]]:
    """Recognise each recording of ``corpus`` with the service's workers; return what was heard.

    Return a pair: the heard recordings in the order of the table, and sentences about the
    recordings that were lost. A recording is lost if the recogniser gives no result, such as on a
    busy machine. It is then tried again after each of PAUSES, and left out if it is still lost.
    ``model`` is the directory of a model; None means the built-in one. ``meaning`` returns the
    meaning of a text; it is called for recordings that have an intent in the table, and for
    numbers. A number of two or more digits is heard as after a question for one. ``workers`` is the
    number of processes. ``done`` is called after each recording. Raise ModelError if the model
    cannot be used, PeopleCorpusError if a recording cannot be read.
    """
    turn = asyncio.Semaphore(workers)
    lost: Counter[Reason] = Counter()

    async def hear(recording: PersonRecording) -> HeardRecording | None:
        expected = Expected.NUMBER if digits_said(recording.words) else None
        async with turn:
            outcome = await _recognised(recognisers, in_a_call(recording.samples()), expected)
        done()
        if isinstance(outcome, NotHeard):
            lost[outcome.reason] += 1
            return None
        if expected is not None:
            outcome, _ = words_that_count(expected, outcome, meaning)
        labelled = recording.intent is not None
        return HeardRecording(recording, outcome.text, meaning(outcome.text) if labelled else None)

    with unlogged():
        async with Recognisers(model, workers=workers) as recognisers:
            heard = await asyncio.gather(*map(hear, corpus.recordings))
    problems = [f"{count} recordings were lost: {reason}" for reason, count in sorted(lost.items())]
    return [one for one in heard if one is not None], problems


async def _recognised(
    recognisers: Recognisers, samples: Samples, expected: Expected | None
) -> RecognitionOutcome:
    """Return the result of the recogniser for ``samples``, one recording.

    ``expected`` is the kind of answer that the speaker was asked for; None if it may be anything.
    If the recogniser loses the recording, it is tried again after each of PAUSES (seconds).
    NotHeard is returned if the last attempt fails too.
    """
    for pause in (*PAUSES, None):
        utterance = recognisers.utterance(expected=expected)
        utterance.feed(samples)
        outcome = await utterance.finish()
        if pause is None or not isinstance(outcome, NotHeard):
            break
        await asyncio.sleep(pause)
    return outcome


def people_figures(heard: Sequence[HeardRecording], seed: int) -> dict[str, float]:
    """Return the figures of the recordings ``heard``, by name: errors and shares in percent.

    The share of wrong syllables is given for all recordings, for each speaker and for each sex,
    with its 95 % interval (``_low`` and ``_high``). The interval is found by a bootstrap:
    recordings are drawn at random many times, with the random seed ``seed``. The result is empty
    without recordings.
    """
    if not heard:
        return {}
    figures = _error(heard, seed)
    characters = sum(len(_characters(one.recording.words)) for one in heard)
    figures["character_error_percent"] = 100 * sum(o.wrong_characters for o in heard) / characters
    figures["exact_percent"] = 100 * share([one.wrong_syllables == 0 for one in heard])
    right = [one.number_right for one in heard if one.number_right is not None]
    figures["numbers"], figures["numbers_right_percent"] = len(right), 100 * share(right)
    figures["digit_error_percent"] = 100 * share_of_wrong_digits(heard)
    labelled = [(one.recording.intent, one.meaning) for one in heard if one.meaning is not None]
    taken = [(meaning.intent is intent, meaning.certainty) for intent, meaning in labelled]
    figures["intents"] = len(taken)
    figures["intents_right_percent"] = 100 * share([good for good, _ in taken])
    figures["surely_wrong_percent"] = 100 * share(
        [not good and certainty is Certainty.SURE for good, certainty in taken]
    )
    for kind in ("speaker", "sex"):
        groups: dict[str, list[HeardRecording]] = defaultdict(list)
        for one in heard:
            groups[getattr(one.recording, kind)].append(one)
        groups.pop("", None)
        for name, own in sorted(groups.items()):
            figures |= {f"{key}_{kind}_{name}": value for key, value in _error(own, seed).items()}
    return measured(figures)


def share_of_wrong_digits(heard: Sequence[HeardRecording]) -> float:
    """Return the share of wrong digits, 0 to 1, in the recordings that are numbers.

    It is the number of edits between the digits that were said and those that the hotline would
    note, divided by the number of digits that were said. It is NaN if no recording is a number.
    """
    said = [(digits, one.text) for one in heard if (digits := digits_said(one.recording.words))]
    wrong = sum(edit_distance(digits, numbers(syllables_of(text)).digits) for digits, text in said)
    return wrong / sum(len(digits) for digits, _ in said) if said else nan


async def measure(
    corpus: PeopleCorpus,
    model: Path | None,
    meaning: Callable[[str], Meaning],
    *,
    workers: int = 1,
    seed: int = 1,
    max_error: float | None = None,
    done: Callable[[], None] = lambda: None,
) -> BenchResult:
    """Measure how many errors ``model`` makes in the recordings of ``corpus``.

    ``model`` is the directory of a model; None means the built-in one. ``meaning`` returns the
    meaning of a text. ``workers`` is the number of worker processes, ``seed`` the random seed of
    the intervals. ``max_error`` is the upper limit of wrong syllables in percent; None means no
    limit. ``done`` is called after each recording. Raise ModelError if the model cannot be used,
    PeopleCorpusError if a recording cannot be read.
    """
    heard, problems = await hear_people(corpus, model, meaning, workers=workers, done=done)
    limits = {} if max_error is None else {"syllable_error_percent": max_error}
    return BenchResult(
        "recognition-people",
        people_figures(heard, seed),
        limits,
        len(heard),
        seed,
        problems=tuple(problems),
    )


def _error(heard: Sequence[HeardRecording], seed: int) -> dict[str, float]:
    """Return the number of recordings ``heard`` and their share of wrong syllables in percent.

    The share comes with its 95 % interval; ``seed`` is the random seed of the interval.
    """
    wrong = np.array([one.wrong_syllables for one in heard])
    counts = np.array([one.syllables for one in heard])
    low, high = _interval(wrong, counts, seed)
    return {
        "recordings": len(heard),
        "syllable_error_percent": 100 * float(wrong.sum() / counts.sum()),
        "syllable_error_percent_low": 100 * low,
        "syllable_error_percent_high": 100 * high,
    }


def _interval(wrong: _Counts, counts: _Counts, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of the share of wrong syllables, 0 to 1; NaN for one recording.

    Recording i has ``counts[i]`` syllables, of which ``wrong[i]`` are wrong. The interval is found
    by a bootstrap with the random seed ``seed``. It draws whole recordings with replacement,
    because the syllables of one recording are not independent.
    """
    if len(counts) < 2:
        return nan, nan
    random = np.random.default_rng([seed, 95])
    size = (DRAWS // _ROUNDS, len(counts))
    rounds = (random.integers(len(counts), size=size) for _ in range(_ROUNDS))
    shares = [wrong[drawn].sum(1) / counts[drawn].sum(1) for drawn in rounds]
    low, high = np.percentile(np.concatenate(shares), [TAIL, 100 - TAIL])
    return float(low), float(high)


def _characters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
