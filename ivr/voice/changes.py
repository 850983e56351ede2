"""Find the prompts whose words have changed since they were rendered."""

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
    """A prompt whose words differ from those that were rendered."""

    id: str
    before: str
    """The rendered words; empty if the prompt was not rendered."""
    after: str
    """The words of the sheet; empty if the sheet no longer has the prompt."""


def changes(
    directory: Path, sheet: Sheet, *, pieces: Sequence[Prompt] | None = None
) -> list[Change]:
    """Return the prompts whose words in ``sheet`` differ from those rendered in ``directory``.

    The result is in the order of the sheet; prompts that the sheet no longer has come last.
    ``pieces`` are further prompts to compare: those for values that are inserted into sentences,
    such as names (fragments). None means all fragments.
    """
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
