"""The sheet, an excerpt of it, and the directories in which the tests of this room render them."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.dialogue.row import MUSIC, Edges, Prompt
from ivr.etiquette.sheet import Sheet, parse_sheet
from ivr.voice.check import PromptReport, check_prompts
from ivr.voice.engine import Engine
from ivr.voice.engine_choice import EngineOptions, engine_from
from ivr.voice.render import Rendered as Outcome
from ivr.voice.render import render_prompts
from ivr.voice.staging import MANIFEST
from ivr.words.catalogue import SILENCE, Catalogue
from ivr.words.wording import read_sheet

SHEET = Path(__file__).parents[2] / "prompts" / "sheet.toml"
COMPANY = SHEET.with_name("company.toml")
PIECES = [
    Prompt("name", "wang2.sir", "王先生", Edges.INNER),
    Prompt("digit", "8.middle", "八，", Edges.GROUP),
    Prompt("hours", "24", "24 小时", Edges.INNER),
]
"""Three of the 1,400 fragments; a test need not render them all."""
_ROWS = ("greeting", "no_sound", "hold", "closing", "caller_stays_on")
_SYSTEM = ("go_on", "number_check")


def excerpt(text: str) -> str:
    """Return a sheet of five rows and two system sentences, cut out of the text of the sheet."""
    rows, system = text.split("[system.say]")
    _, *tables = rows.split("[[row]]")
    kept = [table for table in tables if any(f'id = "{id}"' in table for id in _ROWS)]
    sentences = [line for line in system.splitlines() if line.partition(" = ")[0] in _SYSTEM]
    return "\n".join([*(f"[[row]]{table}" for table in kept), "[system.say]", *sentences, ""])


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sheet, its text, and the directory in which it is rendered."""

    sheet: Sheet
    text: str
    directory: Path
    path: Path = SHEET
    """The file of the text. The company's file lies beside it."""

    def files(self) -> dict[str, bytes]:
        """Return the content of every file below the directory, by its path there."""
        return {
            path.relative_to(self.directory).as_posix(): path.read_bytes()
            for path in self.directory.rglob("*")
            if path.is_file()
        }

    def damage(self, name: str, content: bytes) -> None:
        """Replace a file below the directory; files that it is linked to stay as they are."""
        (self.directory / name).unlink()
        (self.directory / name).write_bytes(content)

    def with_words(self, old: str, new: str) -> Sheet:
        """Return the sheet after one change of its text."""
        assert self.text.count(old) == 1
        return parse_sheet(self.text.replace(old, new), COMPANY.read_text(encoding="utf-8"))

    def sentences(self) -> list[str]:
        """Return the ids of the prompts that are whole sentences."""
        recordings = Catalogue.load(self.directory).manifest.recordings
        return [id for id, one in recordings.items() if one.text and not one.joint]


def take_rendered(sheet: Sheet, directory: Path, take: Callable[[Path, Path], object]) -> None:
    """Bring what `make prompts` has rendered for `sheet` and PIECES into `directory`.

    `take` is called with the path of each file and its path in `directory`: it copies or links it.
    """
    shipped = Catalogue.load(SHEET.with_name("rendered"))
    wanted = {prompt.id for prompt in (*sheet.fragments(), *PIECES)} | {SILENCE, MUSIC.id}
    for recording in shipped.manifest.all():
        for extension in recording.sha256 if recording.id in wanted else ():
            path = directory / recording.file(extension)
            path.parent.mkdir(parents=True, exist_ok=True)
            take(shipped.directory / recording.file(extension), path)
    (directory / MANIFEST).write_text(shipped.manifest.dump(), encoding="utf-8")


def link(source: Path | str, path: Path | str) -> None:
    """Make a hard link, or a copy if the paths lie in different file systems.

    A link costs a tenth of a copy. Rendering replaces files and never writes into them, so the
    source stays as it is; a test calls :meth:`Rendered.damage` for the same reason.
    """
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)


def speaker() -> Engine:
    """Return the engine that `make prompts` takes."""
    return engine_from(EngineOptions(), read_sheet(SHEET))[0]


def render(sheet: Sheet, directory: Path, engine: Engine, **options: Any) -> Outcome:
    """Render the sheet and PIECES."""
    return render_prompts(sheet, directory, engine, pieces=PIECES, **options)


def check(directory: Path, sheet: Sheet, *, measure: bool = False) -> PromptReport:
    """Check the sheet and PIECES."""
    return check_prompts(directory, sheet, pieces=PIECES, measure=measure)
