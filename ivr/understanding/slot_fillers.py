"""Fill the classes of templates with words: {姓} {部门} {数} and those of the phrase files."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ivr.dialogue.meaning import Intent
from ivr.understanding.numerals import cardinal, digit_by_digit
from ivr.understanding.phrases import Phrases

COPIES = 4
"""Number of copies in which a wording with a class (a place for a word), such as 我姓{姓}, is
learned. The word for the class is chosen at random for each copy: 我姓张, 我姓李."""
_SLOT = re.compile(r"\{(.+?)\}")
_LARGEST_COUNT = 60
_DIGITS = (11, 11, 11, 8, 7, 4, 4)
"""Lengths of the random telephone numbers to learn, in digits: mobile numbers (11), land lines (8
and 7), and the last four digits of a number (4). One entry is chosen at random for each number, so
3 of 7 numbers have 11 digits."""


class Fillers:
    """Replacement of classes in wordings, such as {姓} (surname), by random words of the class."""

    def __init__(self, phrases: Phrases, surnames: Sequence[str]) -> None:
        self._surnames = surnames
        departments = [word for words in phrases.departments.values() for word in words]
        self._words = {**phrases.classes, "部门": tuple(departments)}

    def fill(self, wording: str, intent: Intent, random: np.random.Generator) -> Iterator[str]:
        """Yield COPIES (4) copies of ``wording`` with random words in place of its classes.

        From 我姓{姓} come 我姓张, 我姓李 and others. ``intent`` is that of the wording: in the
        intent give_number the class {数} (number) is a telephone number, in all others a count. A
        wording without classes is yielded once, as it is.
        """
        for _ in range(COPIES if "{" in wording else 1):
            yield _SLOT.sub(lambda match: self._word(match[1], intent, random), wording)

    def _word(self, name: str, intent: Intent, random: np.random.Generator) -> str:
        if name == "姓":
            return str(random.choice(self._surnames))
        if name == "数" and intent is Intent.GIVE_NUMBER:
            digits = random.integers(0, 10, random.choice(_DIGITS))
            return digit_by_digit("".join(map(str, digits)))
        if name == "数":
            return cardinal(int(random.integers(1, _LARGEST_COUNT)))
        return str(random.choice(self._words[name]))
