"""Group what was not understood by the likeness of its sounds, the most frequent first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from ivr.records.misunderstood import Misunderstood
from ivr.understanding.syllables import fold, syllables_of

ALIKE = 0.4
"""Upper limit of the distance at which two utterances are alike: the share of the syllables of the
longer one that must be replaced, removed or added. Syllables that are often confused (zh and z, ing
and in) count as the same, because the recogniser hears a sentence differently each time."""


@dataclass(slots=True)
class AlikeGroup:
    """Utterances that sound alike. The first one is the newest, and stands for the others."""

    sounds: tuple[str, ...]
    """Toneless, folded syllables of the first one; empty if nothing was recognised in it."""
    members: list[Misunderstood] = field(default_factory=list)


def groups_alike(utterances: Sequence[Misunderstood]) -> list[AlikeGroup]:
    """Return all utterances in groups, the largest first; equal groups keep their order.

    An utterance joins the group whose first member is most like it, if that is near enough (ALIKE).
    Utterances without recognised words cannot be compared, so each is a group of its own.
    """
    groups: list[AlikeGroup] = []
    for one in utterances:
        sounds = tuple(map(fold, syllables_of(one.text).sounds))
        far = [Levenshtein.normalized_distance(sounds, group.sounds) for group in groups]
        nearest = min(range(len(groups)), key=far.__getitem__, default=None)
        if sounds and nearest is not None and far[nearest] <= ALIKE:
            groups[nearest].members.append(one)
        else:
            groups.append(AlikeGroup(sounds, [one]))
    return sorted(groups, key=lambda group: -len(group.members))
