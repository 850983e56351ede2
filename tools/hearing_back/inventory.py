"""The syllables of Mandarin without tones, each as an initial and a final."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pypinyin.contrib.tone_convert import to_finals, to_initials

_WHISTLED, _HUSHED = ("z", "c", "s"), ("zh", "ch", "sh", "r")


def initial_and_final(syllable: str) -> tuple[str, str]:
    """Return the initial and the final of a syllable by their sounds, not by their spelling.

    ``yuan`` has no initial and the final ``van``. The i of zi and the i of zhi are finals of their
    own (``ii`` and ``iii``), because they sound unlike the i of ji.
    """
    initial, final = to_initials(syllable, strict=True), to_finals(syllable, strict=True)
    if final == "i" and initial in _WHISTLED:
        return initial, "ii"
    if final == "i" and initial in _HUSHED:
        return initial, "iii"
    return initial, final


@dataclass(frozen=True)
class Inventory:
    """The syllables that a recogniser distinguishes, and the classes of its network.

    Class 0 is the blank of CTC, the next ones are the initials, the last ones the finals.
    """

    syllables: tuple[str, ...]

    @classmethod
    def of(cls, syllables: Iterable[str]) -> "Inventory":
        """Return the inventory that holds each of ``syllables`` once, sorted."""
        return cls(tuple(sorted(set(syllables))))

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        """The initials and, after them, the finals; the sound at index i is class i + 1."""
        pairs = [initial_and_final(syllable) for syllable in self.syllables]
        initials = sorted({f"{initial}-" for initial, _ in pairs if initial})
        return (*initials, *sorted({final for _, final in pairs}))

    @cached_property
    def _classes(self) -> dict[str, tuple[int, ...]]:
        number = {sound: place for place, sound in enumerate(self.sounds, 1)}
        found = {}
        for syllable in self.syllables:
            initial, final = initial_and_final(syllable)
            found[syllable] = (*((number[f"{initial}-"],) if initial else ()), number[final])
        return found

    @cached_property
    def _syllables(self) -> dict[tuple[int, ...], str]:
        return {classes: syllable for syllable, classes in self._classes.items()}

    @cached_property
    def followers(self) -> dict[int, frozenset[int]]:
        """For each class, the classes that may follow it; for 0, those that may begin."""
        first = frozenset(classes[0] for classes in self._syllables)
        followers = {0: first}
        for classes in self._syllables:
            if len(classes) == 2:
                followers[classes[0]] = followers.get(classes[0], frozenset()) | {classes[1]}
            followers[classes[-1]] = first
        return followers

    def classes(self, syllables: Iterable[str]) -> list[int]:
        """Return the classes of ``syllables``; KeyError if one is not in the inventory."""
        return [number for syllable in syllables for number in self._classes[syllable]]

    def ends_syllable(self, number: int) -> bool:
        """Return whether the class ``number`` is a final."""
        return not self.sounds[number - 1].endswith("-")

    def last(self, classes: Sequence[int], count: int) -> tuple[str, ...]:
        """Return the last ``count`` syllables of ``classes``, or all if there are fewer.

        An initial at the end, whose final is still missing, is ignored.
        """
        found: list[str] = []
        end = len(classes)
        if end and not self.ends_syllable(classes[-1]):
            end -= 1
        while end and len(found) < count:
            start = end - 1
            if start and not self.ends_syllable(classes[start - 1]):
                start -= 1
            found.append(self._syllables[tuple(classes[start:end])])
            end = start
        return tuple(reversed(found))
