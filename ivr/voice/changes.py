"""Which words changed since they were rendered."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.voice.clip import clips_of
from ivr.voice.current import known
from ivr.voice.formats import is_wordless


@dataclass(frozen=True, slots=True)
class Change:
    """One prompt whose words are not those that were rendered."""

    id: str
    before: str
    """Empty when it was not rendered."""
    after: str
    """Empty when the sheet has it no more."""


def changes(
    directory: Path, sheet: Sheet, *, pieces: Sequence[Prompt] | None = None
) -> list[Change]:
    """What rendering now would change in what is said, in the order of the sheet."""
    before = {id: one.text for id, one in known(directory).recordings.items() if one.text}
    after = {
        clip.prompt.id: clip.prompt.text
        for clip in clips_of(sheet, pieces)
        if not is_wordless(clip)
    }
    return [
        Change(id, before.get(id, ""), after.get(id, ""))
        for id in {**after, **before}
        if before.get(id) != after.get(id)
    ]
