"""The words that each recording says, noted in the folder of the recordings.

Nothing else tells which words are spoken in a recording. The words of the sheet at the first
rendering are noted, so that a later change of the sheet is not answered with the old recording.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ivr.voice import VoiceError
from ivr.voice.reading.aloud import read_prompt
from ivr.voice.reading.pinyin import Toned
from ivr.voice.reading.syllables import Syllable

NOTES = "recorded-words.json"
"""Name of the file in the folder of the recordings."""


@dataclass(frozen=True, slots=True)
class RecordedWords:
    """The words of one recording."""

    sha256: str
    """SHA-256 of the file. A new recording has another one, so the note does not apply to it."""
    words: str


def read_notes(folder: Path) -> dict[str, RecordedWords]:
    """Return the words of the recordings in ``folder``, by file name.

    Return an empty dictionary if there are no notes or they cannot be read.
    """
    try:
        notes = json.loads((folder / NOTES).read_text("utf-8"))
        return {name: RecordedWords(**note) for name, note in notes.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_notes(folder: Path, notes: dict[str, RecordedWords]) -> None:
    """Write ``notes``, the words of the recordings by file name, into ``folder``.

    Write nothing if the folder cannot be written to: the recordings can be used without notes.
    """
    listed = {name: asdict(note) for name, note in sorted(notes.items())}
    draft = folder / f"{NOTES}.draft"
    with suppress(OSError):
        draft.write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", "utf-8")
        draft.replace(folder / NOTES)


def sound_alike(one: str, other: str) -> bool:
    """Return True if two texts have the same syllables, so that one recording serves for both.

    Punctuation and the choice between characters of the same sound are not heard.
    """
    return one == other or _syllables(one) == _syllables(other)


def _syllables(text: str) -> list[Toned] | str:
    """Return the syllables of ``text``, or the text itself if it has signs without a reading."""
    try:
        return [one.dictionary_form for one in read_prompt(text) if isinstance(one, Syllable)]
    except VoiceError:
        return text
