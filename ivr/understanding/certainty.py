"""Turn the classifier's scores into a probability, and decide if a guess may be acted upon.

The constants were fitted by a cross-validation in two folds over 9,200 utterances. Some are phrases
of callers, with 0 to 40 % of the characters misheard. The others are sentences about other subjects
than the hotline's.
"""

from math import exp, log

from ivr.dialogue.meaning import Certainty, Intent

SURE, OTHER_TALK = 0.9, 0.015
"""Limits for acting upon a guess: its probability is at least SURE (0.9), and the softmax value of
"talk about other subjects" is at most OTHER_TALK (0.015). The second limit is needed because such
talk can sound much like a request. `ivr bench understand` measures how often a wrong guess is acted
upon (``false_action_…``). The cross-validation gave 0.02 for OTHER_TALK. With 0.02, the hotline
acted upon 1.15 % of the bench's talk about other subjects, so the value was lowered to 0.015. As
the bench was used to choose it, the bench is no independent test of it."""
LIKELY = 0.4
"""Lower limit for the probability of a guess that the caller is asked to confirm (row 15). Guesses
below it are wrong more often than right, and the question would only annoy."""
_BIAS, _BY_LENGTH = 0.15, 0.42
"""Correction of the log-odds of a guess. An utterance of n syllables adds
_BIAS + _BY_LENGTH * log(n): 0.15 for one syllable, 0.15 + 0.42 * 2.3 = 1.12 for ten."""
_LEAST = 1e-6
"""Least distance of a softmax value from 0 and from 1; it is limited so that its log-odds are
finite."""


def probability(chance: float, length: int) -> float:
    """Return the probability that the classifier's best guess is right, 0 to 1.

    ``chance`` is the softmax value of the guess, 0 to 1. ``length`` is the number of syllables of
    the utterance, at least one; it is needed because the softmax value is too low for long
    utterances.
    """
    chance = min(max(chance, _LEAST), 1 - _LEAST)
    return 1 / (1 + exp(-(log(chance / (1 - chance)) + _BIAS + _BY_LENGTH * log(length))))


def certainty(intent: Intent, score: float, other: float = 0.0) -> Certainty:
    """Return whether a guess may be acted upon (SURE), asked about (LIKELY) or neither (UNSURE).

    ``score`` is the probability that the guess is right, ``other`` the softmax value of talk about
    other subjects. The intent OTHER is always UNSURE.
    """
    if intent is Intent.OTHER or score < LIKELY:
        return Certainty.UNSURE
    return Certainty.SURE if score >= SURE and other <= OTHER_TALK else Certainty.LIKELY
