"""Turn the classifier's scores into a probability, and decide if a guess may be acted upon.

The constants come from a cross-validation in two folds over 9,200 utterances: the phrases, with 0
to 40 % of the characters misheard, and talk about other subjects.
"""

from math import exp, log

from ivr.dialogue.meaning import Certainty, Intent

SURE, OTHER_TALK = 0.9, 0.015
"""A guess is acted upon if its probability is at least SURE and the chance of talk about other
subjects is at most OTHER_TALK. Both are needed, because such talk can sound much like a request.
The rates of wrong actions are the figures ``false_action_…`` of `ivr bench understand`. The
cross-validation gave 0.02 for OTHER_TALK. It was lowered because the bench acted upon 1.15 % of
other talk; that bench is therefore no independent test of this value."""
LIKELY = 0.4
"""Smallest probability of a guess that the caller is asked to confirm (row 15). Below it the guess
is wrong more often than right, and the question would only annoy."""
_BIAS, _BY_LENGTH = 0.15, 0.42
"""Terms added to the log-odds of a guess: a constant, and a factor for the logarithm of the number
of syllables."""
_LEAST = 1e-6
"""Least distance of a chance from 0 and from 1, so that its log-odds are finite."""


def probability(chance: float, length: int) -> float:
    """Return the probability that the classifier's best guess is right, 0 to 1.

    ``chance`` is the softmax value of the guess, ``length`` the number of syllables of the
    utterance (at least one). The length matters because the softmax value is too low for long
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
