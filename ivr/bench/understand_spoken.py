"""``ivr bench understand --spoken``: the sentences spoken, recognised by Vosk, then understood.

Two synthetic voices that the built-in model was not trained with, a-law, white noise 15 dB below.
What the model errs in is in the figures; people need an official model, which may be named.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ivr.bench.paraphrases_file import Corpus
from ivr.bench.recognition_sounds import UNTRAINED, on_the_line
from ivr.bench.result import Result
from ivr.bench.tally import share
from ivr.dialogue.meaning import Intent
from ivr.recognition.model import load
from ivr.understanding.rows import row_of
from ivr.understanding.understander import Understander
from ivr.voice.mastering import master

PER_INTENT = 12
"""Sentences of each intent, chosen by the seed: all of them would take a quarter of an hour."""
LIMITS = {"accuracy_spoken": 0.95, "worst_row_accuracy_spoken": 0.95}


def measure(
    understander: Understander,
    corpus: Corpus,
    seed: int,
    model: Path | None,
    done: Callable[[], None],
) -> Result:
    """``done`` is called for each sentence; ModelError when the model is no use."""
    random = np.random.default_rng(seed)
    recogniser = load(model)
    right: dict[Intent, list[bool]] = defaultdict(list)
    for text, label in chosen(corpus, random):
        for voice in UNTRAINED:
            heard = recogniser.decode(on_the_line(master(*voice.synthesise(text)), random))
            right[label].append(understander.meaning(heard.text).intent is label)
        done()
    rows: dict[int | None, list[bool]] = defaultdict(list)
    for label, answers in right.items():
        rows[row_of(label)] += answers
    every = [answer for answers in right.values() for answer in answers]
    figures = {
        "accuracy_spoken": share(every),
        "worst_row_accuracy_spoken": min(share(a) for row, a in rows.items() if row is not None),
        "rows_below_95_percent": sum(share(a) < 0.95 for r, a in rows.items() if r is not None),
        **{f"accuracy_{label}": share(answers) for label, answers in right.items()},
    }
    return Result(
        "understand-spoken", figures, LIMITS, len(every), seed, at_least=frozenset(LIMITS)
    )


def chosen(corpus: Corpus, random: np.random.Generator) -> Sequence[tuple[str, Intent]]:
    """PER_INTENT sentences of each intent that a caller can have."""
    by_intent: dict[Intent, list[str]] = defaultdict(list)
    for text, label in corpus.intents:
        if label is not Intent.OTHER:
            by_intent[label].append(text)
    return [
        (texts[n], label)
        for label, texts in by_intent.items()
        for n in random.permutation(len(texts))[:PER_INTENT]
    ]
