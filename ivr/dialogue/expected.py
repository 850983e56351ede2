"""The kind of answer that a question expects."""

from enum import StrEnum


class Expected(StrEnum):
    """The kind of answer that a question expects from the caller.

    A recogniser that knows it listens for such an answer in particular (:mod:`ivr.recognition`).
    The caller may still say anything else.
    """

    NUMBER = "number"
    """Digits: a telephone number or the number of a ticket."""
    YES_NO = "yes_no"
    """Yes or no, and after a no perhaps the right digits: 不对，是一三九…… (no, it is 139…)."""
    NAME = "name"
    """A surname, with or without a title: 我姓张 (my name is Zhang)；张先生 (Mr Zhang)."""
