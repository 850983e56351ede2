"""Learn the classifier's weights from the phrases and from talk about other subjects.

Each phrase is also learned in copies with simulated recognition errors. The same phrases and the
same seed give the same weights.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ivr.dialogue.meaning import Intent
from ivr.understanding.classifier import Weights
from ivr.understanding.features import features
from ivr.understanding.fitting import Example, fit
from ivr.understanding.mishearing import Mishearing
from ivr.understanding.phrases import Phrases
from ivr.understanding.slot_fillers import Fillers
from ivr.understanding.syllables import syllables_of

LEARNING_VERSION = "1"
"""Version of the learning code. Increase it when a change of the code gives other weights for the
same phrases. The names of stored weights depend on it, so weights of another version are not
used."""
LABELS = tuple(Intent)
SEED = 5
VARIANTS = 8
"""Maximum number of wordings of one template that are learned."""
ERROR_RATES = (0.0, 0.1, 0.2, 0.3, 0.4)
"""Probabilities that a syllable is misheard, one for each of the five copies in which a sentence is
learned. 0.0 gives the sentence itself."""
ASIDES = 3.0
"""A request of n syllables may be learned once more with an addition before or behind it
(你好，……). The probability is ASIDES / n: always for up to 3 syllables, in half of the cases for
6."""
NAMED, GREETED = (Intent.GIVE_NAME,), (Intent.HELLO,)
_BEFORE = (Intent.HELLO, Intent.YES, Intent.NO, Intent.GIVE_NAME, Intent.GIVE_NUMBER)
BEHIND = (Intent.GIVE_NAME, Intent.GIVE_NUMBER, Intent.GOODBYE)
PLACES = ((_BEFORE,), (BEHIND,), (NAMED, GREETED), (NAMED, BEHIND))
"""Kinds of additions to a request; one kind is chosen at random for each request.

A kind has one or two entries, and each entry adds one sentence. The entry lists intents, and the
added sentence has one of them. The sentence is put behind the request for BEHIND, and before it for
any other entry. For example, (NAMED, GREETED) gives 你好，我姓张，……, where …… is the request.
(NAMED, BEHIND) gives 我姓张，……，电话是……."""
_RARE = 3
"""Least number of sentences about other subjects in which a feature must occur to get a weight.
Features of the phrases always get one."""


Sentence = tuple[Intent, tuple[str, ...]]
"""An intent and the syllables of a sentence that expresses it."""


@dataclass(frozen=True, slots=True)
class Background:
    """Source of sentences about other subjects than the hotline's.

    ``words`` are words of Mandarin, which are combined at random. ``sentences`` is the number of
    such sentences that are learned.
    """

    words: Sequence[str]
    sentences: int = 800


def train(phrases: Phrases, fillers: Fillers, background: Background, seed: int = SEED) -> Weights:
    """Return the weights of the classifier over all intents, learned from these phrases.

    ``fillers`` replaces the classes of words in the phrases. ``background`` gives the examples for
    the intent OTHER. The same arguments give the same weights; ``seed`` starts the random numbers.
    """
    random = np.random.default_rng(seed)
    clean = list(_sentences(phrases, fillers, random))
    clean += list(_with_asides(clean, random))
    talk = [_talk(background.words, random) for _ in range(background.sentences)]
    sounds = {sound for _, one in clean for sound in one} | {s for one in talk for s in one}
    mishear = Mishearing(sorted(sound for sound in sounds if len(sound) > 1))
    counts = Counter(intent for intent, _ in clean)
    mean = sum(counts.values()) / len(counts)
    known = {name: None for _, one in clean for name in features(one)}
    examples = [
        Example(tuple(features(heard)), LABELS.index(intent), float(np.sqrt(mean / counts[intent])))
        for intent, one in clean
        for rate in ERROR_RATES
        if (heard := mishear(one, rate, random))
    ]
    other = [tuple(features(one)) for one in talk]
    common = Counter(name for one in other for name in one)
    known |= {name: None for name, times in common.items() if times >= _RARE}
    examples += [Example(one, LABELS.index(Intent.OTHER)) for one in other]
    return fit(examples, LABELS, list(known), random)


def _sentences(
    phrases: Phrases, fillers: Fillers, random: np.random.Generator
) -> Iterator[Sentence]:
    for intent in LABELS:
        for template in phrases.say.get(intent, ()):
            chosen = template.wordings
            if len(chosen) > VARIANTS:
                chosen = tuple(random.choice(chosen, VARIANTS, replace=False))
            for wording in chosen:
                for filled in fillers.fill(wording, intent, random):
                    yield intent, syllables_of(filled).sounds


def _with_asides(clean: Sequence[Sentence], random: np.random.Generator) -> Iterator[Sentence]:
    """Yield requests with an addition in the same utterance, such as 你好 (hello).

    ``clean`` holds all sentences without errors. The intent of the request is yielded as the intent
    of the whole sentence. Long requests are left out more often than short ones (see ASIDES).
    """
    asides = {
        intent: [one for label, one in clean if label is intent] for intent in {*_BEFORE, *BEHIND}
    }
    for intent, wish in clean:
        rarely = random.random() >= ASIDES / len(wish)
        if intent in asides or intent is Intent.OTHER or rarely:
            continue
        said = wish
        for kinds in PLACES[int(random.integers(len(PLACES)))]:
            known = asides[kinds[int(random.integers(len(kinds)))]]
            if known:
                aside = known[int(random.integers(len(known)))]
                said = (*said, *aside) if kinds is BEHIND else (*aside, *said)
        yield intent, said


def _talk(words: Sequence[str], random: np.random.Generator) -> tuple[str, ...]:
    """Return the syllables of one to five words, chosen from ``words`` at random."""
    chosen = random.choice(len(words), int(random.integers(1, 6)))
    return syllables_of("".join(words[n] for n in chosen)).sounds
