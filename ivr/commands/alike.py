"""Group what was not understood by the likeness of its sounds, the most frequent first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from ivr.records.misunderstood import Misunderstood
from ivr.understanding.syllables import fold, syllables_of

ALIKE = 0.25
"""Upper limit of the distance at which two utterances are alike: the share of the syllables of both
that have no counterpart in the other one. Syllables that are often confused (zh and z, ing
and in) count as the same. So one syllable of four may differ, as a recogniser hears a sentence
differently each time, but not as many as in 我要投诉你们 and 我要买你们."""


@dataclass(slots=True)
class AlikeGroup:
    """A group of utterances that sound alike; its first one, of the newest call, stands for all."""

    sounds: tuple[str, ...]
    """Toneless, folded syllables of the first one; empty if nothing was recognised in it."""
    members: list[Misunderstood] = field(default_factory=list)


def groups_alike(utterances: Sequence[Misunderstood]) -> list[AlikeGroup]:
    """Return ``utterances`` in groups of those that sound alike, the largest group first.

    Groups of the same size stay in the order of their first members. An utterance joins the group
    whose first member is most like it, if that is near enough (ALIKE). Utterances without
    recognised words cannot be compared, so each is a group of its own.
    """
    groups: list[AlikeGroup] = []
    for one in utterances:
        sounds = tuple(map(fold, syllables_of(one.text).sounds))
        far = [_distance(sounds, group.sounds) for group in groups]
        nearest = min(range(len(groups)), key=far.__getitem__, default=None)
        if sounds and nearest is not None and far[nearest] <= ALIKE:
            groups[nearest].members.append(one)
        else:
            groups.append(AlikeGroup(sounds, [one]))
    return sorted(groups, key=lambda group: -len(group.members))


def _distance(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how different two utterances sound, from their syllables ``one`` and ``other``.

    0.0 means the same syllables, and 1.0 that they have no syllable in common.
    """
    return 1.0 - SequenceMatcher(None, one, other, autojunk=False).ratio()
