"""Choose the telephone number that is read back to a caller who tells it again. Pure."""

from collections.abc import Mapping, Sequence

from ivr.dialogue.meaning import LikelyNumber

_DENIED = 0.03
"""Probability that the answer to a number that is right is taken for a no. It was chosen, not
measured."""


def number_to_read_back(
    digits: str, numbers: Sequence[LikelyNumber], denials: Mapping[str, int]
) -> str:
    """Return the number to read back after a telling in which ``digits`` were heard.

    ``numbers`` are the telephone numbers that this telling may have held. ``denials`` has the
    number of times that the caller has denied each number. The likeliest number is returned, and
    each denial makes a number 0.03 times as likely: a second telling often sounds like the first,
    and the right number is then often the next alternative. If ``digits`` is none of ``numbers``,
    because the caller typed it or said it in pieces, it is returned as it is.
    """
    likely = {n.digits: n.probability * _DENIED ** denials.get(n.digits, 0) for n in numbers}
    return max(likely, key=likely.__getitem__) if digits in likely else digits
