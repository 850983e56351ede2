"""A rendered sheet as the tests of this room look at it."""

from dataclasses import dataclass
from pathlib import Path

from ivr.dialogue.row import Edges, Prompt
from ivr.etiquette.sheet import Sheet, parse_sheet

PIECES = [
    Prompt("name", "wang2.sir", "王先生", Edges.INNER),
    Prompt("digit", "8.middle", "八，", Edges.GROUP),
    Prompt("hours", "24", "24 小时", Edges.INNER),
]
"""A few of the 1,400 fragments, so that a test need not render them all."""
COMPANY = Path(__file__).parents[2] / "prompts" / "company.toml"
SHEET = Path(__file__).parents[2] / "prompts" / "sheet.toml"


EXCERPT = ("greeting", "no_sound", "ask_topic", "hold", "closing", "caller_stays_on")
"""Rows for tests that render again and again."""


def excerpt(text: str) -> str:
    """The sheet's text with the rows of EXCERPT alone, the machine's own sentences kept."""
    rows, system = text.split("[system.say]")
    _, *tables = rows.split("[[row]]")
    kept = [table for table in tables if any(f'id = "{id}"' in table for id in EXCERPT)]
    return "".join(f"[[row]]{table}" for table in kept) + "[system.say]" + system


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sheet, its text, and the directory it is rendered in."""

    sheet: Sheet
    text: str
    directory: Path
    path: Path = SHEET
    """The text's file, its company beside it."""

    def files(self) -> dict[str, bytes]:
        """Every file below the directory by its name."""
        return {
            path.relative_to(self.directory).as_posix(): path.read_bytes()
            for path in self.directory.rglob("*")
            if path.is_file()
        }

    def with_words(self, old: str, new: str) -> Sheet:
        """The sheet after one change of its text."""
        assert self.text.count(old) == 1
        return parse_sheet(self.text.replace(old, new), COMPANY.read_text(encoding="utf-8"))
