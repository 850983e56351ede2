"""A rendered sheet as the tests of this room look at it."""

from dataclasses import dataclass
from pathlib import Path

from ivr.etiquette.sheet import Sheet, parse_sheet

SHEET = Path(__file__).parents[2] / "prompts" / "sheet.toml"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sheet, its text, and the directory it is rendered in."""

    sheet: Sheet
    text: str
    directory: Path

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
        return parse_sheet(self.text.replace(old, new))
