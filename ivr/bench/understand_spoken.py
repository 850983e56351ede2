"""``ivr bench understand --spoken``: sentences spoken, recognised, then understood.

Two voices of espeak-ng say the sentences over a-law, with white noise at 15 dB SNR. The built-in
model was not trained with these voices. There are two kinds of sentences. ``phrases`` are the
phrases of every row, from which the hotline has learned; the built-in model knows their words.
``unseen`` are sentences that neither the hotline nor the model has seen. The figures include the
errors of recognition. A natural voice says the unseen sentences as well: as it is, as a large
person with a low voice, and quickly. The built-in model was trained with other sentences by this
voice. Another model may be given in place of the built-in one.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ivr.bench.paraphrases_file import Corpus
from ivr.bench.recognition_sounds import UNTRAINED, on_the_line
from ivr.bench.result import BenchResult
from ivr.bench.tally import share
from ivr.dialogue.meaning import Certainty, Intent
from ivr.lab.natural_callers import NaturalCaller
from ivr.recognition.engine import SpeechModel, load_speech_model
from ivr.understanding.phrases import Phrases
from ivr.understanding.rows import row_of
from ivr.understanding.slot_fillers import Fillers
from ivr.understanding.understander import Understander
from ivr.voice.mastering import master

PER_INTENT = {"unseen": 12, "phrases": 96}
"""Upper limit for the sentences of each intent, by kind of sentence; all would take hours.

Two voices say each sentence, so a row with one intent has 192 = 96 * 2 samples. So many are needed
because of chance: the limit of a row is 95 %. With 48 samples, a row that is right in 97 % of all
cases would fail in one run of six.
"""
LIMITS = {
    "accuracy_phrases": 0.95,
    "worst_row_accuracy_phrases": 0.95,
    "accuracy_unseen": 0.95,
}
SAID_NATURALLY: Mapping[str, NaturalCaller] = {
    "natural": NaturalCaller(),
    "low": NaturalCaller(pitch=0.86),
    "quick": NaturalCaller(pace=1.25),
}
"""The natural callers, by the names of their figures."""
NATURAL_LIMITS = {
    "accuracy_natural": 0.90,
    "accuracy_low": 0.80,
    "accuracy_quick": 0.80,
    "surely_wrong_natural": 0.02,
    "surely_wrong_low": 0.02,
    "surely_wrong_quick": 0.02,
}
"""Limits for the unseen sentences of natural callers, of whom fewer may be misunderstood surely."""
Labelled = Sequence[tuple[str, Intent]]
"""Sentences, each in a pair with its intent."""


def measure(
    understander: Understander,
    sentences: Mapping[str, Labelled],
    seed: int,
    model: Path | None,
    done: Callable[[], None],
) -> BenchResult:
    """Speak, recognise and understand ``sentences``; return the shares that were understood.

    ``sentences`` maps each kind of sentences, ``phrases`` or ``unseen``, to the sentences.
    ``model`` is the directory of a speech model; None means the built-in one. ``understander``
    finds the meaning of recognised words. ``seed`` is the random seed of the line noise. ``done``
    is called after each of ``sentences``, but not again when natural voices say it. Raise
    ModelError when the model cannot be used, and VoiceError when the natural voice is needed and
    not installed.
    """
    recogniser = load_speech_model(model)
    figures: dict[str, float] = {}
    samples = 0
    for kind, labelled in sentences.items():
        random = np.random.default_rng(seed)
        right: dict[Intent, list[bool]] = defaultdict(list)
        for text, label in labelled:
            for voice in UNTRAINED:
                heard = recogniser.decode(on_the_line(master(*voice.synthesise(text)), random))
                right[label].append(understander.meaning(heard.text).intent is label)
            done()
        samples += sum(map(len, right.values()))
        figures |= {f"{name}_{kind}": value for name, value in _figures(right).items()}
    for name, caller in SAID_NATURALLY.items():
        labelled = sentences.get("unseen", ())
        figures |= _of_natural(name, caller, labelled, recogniser, understander, seed)
        samples += len(labelled)
    limits = {name: at for name, at in (LIMITS | NATURAL_LIMITS).items() if name in figures}
    least = frozenset(name for name in limits if name.startswith(("accuracy", "worst")))
    return BenchResult("understand-spoken", figures, limits, samples, seed, at_least=least)


def _of_natural(
    name: str,
    caller: NaturalCaller,
    labelled: Labelled,
    recogniser: SpeechModel,
    understander: Understander,
    seed: int,
) -> dict[str, float]:
    """Return two figures: the shares of ``caller``'s sentences that are right and surely wrong.

    A sentence is right if its intent is found, and surely wrong if the hotline would act on a wrong
    guess without asking. ``labelled`` are the sentences with their intents. ``name`` is the end of
    the figures' names. ``seed`` is the random seed of the line noise. The result is empty without
    sentences.
    """
    random, right, surely_wrong = np.random.default_rng([seed, 2]), [], []
    for text, label in labelled:
        heard = recogniser.decode(on_the_line(master(*caller.synthesise(text)), random))
        meaning = understander.meaning(heard.text)
        right.append(meaning.intent is label)
        surely_wrong.append(meaning.certainty is Certainty.SURE and meaning.intent is not label)
    if not right:
        return {}
    return {f"accuracy_{name}": share(right), f"surely_wrong_{name}": share(surely_wrong)}


def _figures(right: Mapping[Intent, list[bool]]) -> dict[str, float]:
    """Return the share of right answers: of all sentences, of each row, and of the worst row.

    A row is a row of the etiquette sheet. Another figure is the number of rows below 95 %.
    ``right`` holds a list for each intent, with one flag for each spoken sentence: True if it was
    understood.
    """
    rows: dict[int, list[bool]] = defaultdict(list)
    for label, answers in right.items():
        if (row := row_of(label)) is not None:
            rows[row] += answers
    by_row = {row: share(answers) for row, answers in sorted(rows.items())}
    return {
        "accuracy": share([answer for answers in right.values() for answer in answers]),
        "worst_row_accuracy": min(by_row.values(), default=math.nan),
        "rows_below_95_percent": sum(accuracy < 0.95 for accuracy in by_row.values()),
        **{f"accuracy_row_{row}": accuracy for row, accuracy in by_row.items()},
    }


def of_phrases(phrases: Phrases, fillers: Fillers, seed: int) -> Labelled:
    """Return random sentences from the phrases that the hotline has learned, with their intents.

    Their slots are filled with values, such as names, from ``fillers``. At most 96
    (PER_INTENT["phrases"]) phrases of each intent are used, with one wording each. The intent OTHER
    is left out. ``seed`` is the random seed.
    """
    random = np.random.default_rng([seed, 1])
    drawn = []
    for label, templates in phrases.say.items():
        if label is Intent.OTHER:
            continue
        for n in random.permutation(len(templates))[: PER_INTENT["phrases"]]:
            wording = str(random.choice(templates[n].wordings))
            drawn.append((next(fillers.fill(wording, label, random)), label))
    return drawn


def of_corpus(corpus: Corpus, seed: int) -> Labelled:
    """Return random sentences from ``corpus`` with their intents, at most 12 for each intent.

    The number is PER_INTENT["unseen"]. The intent OTHER is left out. ``seed`` is the random seed.
    """
    random = np.random.default_rng([seed, 2])
    by_intent: dict[Intent, list[str]] = defaultdict(list)
    for text, label in corpus.intents:
        if label is not Intent.OTHER:
            by_intent[label].append(text)
    return [
        (texts[n], label)
        for label, texts in by_intent.items()
        for n in random.permutation(len(texts))[: PER_INTENT["unseen"]]
    ]
