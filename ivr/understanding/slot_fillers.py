"""Words for the classes of templates: {姓} {部门} {数} and those of the phrase files."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ivr.dialogue.meaning import Intent
from ivr.understanding.numerals import cardinal, digit_by_digit
from ivr.understanding.phrases import Phrases

COPIES = 4
"""Fillings of a wording with slots that are learned."""
_SLOT = re.compile(r"\{(.+?)\}")
_LARGEST_COUNT = 60
_DIGITS = (11, 11, 11, 8, 7, 4, 4)
"""Lengths of what is said as digits: mobile numbers, land lines, the last four."""


class Fillers:
    """Fills the slots of wordings by chance."""

    def __init__(self, phrases: Phrases, surnames: Sequence[str]) -> None:
        self._surnames = surnames
        departments = [word for words in phrases.departments.values() for word in words]
        self._words = {**phrases.classes, "部门": tuple(departments)}

    def fill(self, wording: str, intent: Intent, random: np.random.Generator) -> Iterator[str]:
        """Some copies with other words in the slots; the wording itself when it has none."""
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
