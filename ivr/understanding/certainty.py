"""From the classifier's numbers to a probability, and to what may be done with a guess.

The constants come from two folds of a cross-validation over the phrases, misheard at 0 to 40 % of
the characters, and over talk of other things (9,200 utterances).
"""

from math import exp, log

from ivr.dialogue.meaning import Certainty, Intent

SURE, OTHER_TALK = 0.9, 0.015
"""To act on a guess takes this much, and that hardly anything speaks for talk of other things: such
talk can sound much like a wish, and still more like itself. Wrong and acted upon: see the figures
``false_action_…`` of `ivr bench understand`. OTHER_TALK was 0.02 by the cross-validation, and was
lowered when the bench showed 1.15 % of other talk acted upon: that figure is not blind."""
LIKELY = 0.4
"""Below it the guess is wrong more often than right: asking for it would only annoy."""
_BIAS, _BY_LENGTH = 0.15, 0.42
_LEAST = 1e-6


def probability(chance: float, length: int) -> float:
    """How probable it is that the best guess is right, 0 to 1.

    ``chance`` is what the softmax gives it, ``length`` the syllables (at least one): the classifier
    is too modest about long utterances.
    """
    chance = min(max(chance, _LEAST), 1 - _LEAST)
    return 1 / (1 + exp(-(log(chance / (1 - chance)) + _BIAS + _BY_LENGTH * log(length))))


def certainty(intent: Intent, score: float, other: float = 0.0) -> Certainty:
    """What may be done with a guess of this probability. Talk of other things is never acted on.

    ``other`` is the softmax's chance that it is such talk.
    """
    if intent is Intent.OTHER or score < LIKELY:
        return Certainty.UNSURE
    return Certainty.SURE if score >= SURE and other <= OTHER_TALK else Certainty.LIKELY
