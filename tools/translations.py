"""Collect all sentences shown to people in the Chinese catalogue; compile it: `make translations`.

The catalogue ``ivr.po`` keeps its translations. New sentences enter it without one and are listed;
sentences that the code no longer has leave it. ``ivr.mo`` is what the program reads.
"""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

os.environ["LANGUAGE"] = "C"  # help texts are the English ones, by which they are looked up

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ivr.cli import SUB_COMMANDS, app
from ivr.command_language import TEXTS, described
from ivr.dialogue.ticket import TicketKind
from ivr.doctor.finding import CheckVerdict
from ivr.records.tickets import TicketStatus
from ivr.translation import LIBRARY_SENTENCES
from ivr.words.catalogue import RENDERINGS

PACKAGE = Path(__file__).resolve().parents[1] / "ivr"
PO = PACKAGE / "locale" / "zh_CN" / "LC_MESSAGES" / "ivr.po"
MO = PO.with_suffix(".mo")
WORDS = (TicketKind, TicketStatus, CheckVerdict, RENDERINGS)
"""Enumerations whose values are shown to people."""
_METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
_KEYWORDS = {"tr": None, "marked": None, "Check": (1,)}
"""Functions whose first argument is translated when it is shown (for Check, its name), as babel
takes them."""


def collected() -> set[str]:
    """Return all sentences that may be translated: our own, help texts, and those of libraries."""
    typers = Path(typer.__file__).parent
    found = set(LIBRARY_SENTENCES)
    found.update(str(value) for words in WORDS for value in words)
    found.update(_extracted(PACKAGE, _KEYWORDS))
    found.update(_extracted(typers, {"_": None}))
    found.update(_help_texts())
    return found - {""}


def _extracted(directory: Path, keywords: Mapping[str, tuple[int, ...] | None]) -> Iterator[str]:
    for _, _, sentence, _, _ in extract_from_dir(directory, _METHODS, keywords=keywords):
        yield sentence if isinstance(sentence, str) else sentence[0]


def _help_texts() -> Iterator[str]:
    commands = [typer.main.get_command(app)]
    for place, _ in SUB_COMMANDS.values():
        module, _, attribute = place.partition(":")
        commands.append(typer.main.get_command(getattr(import_module(module), attribute)))
    for command in commands:
        for each in described(command):
            yield from (text for name in TEXTS if (text := getattr(each, name, None)))
    yield "Usage: "


def read_catalogue() -> Catalog:
    """Return the catalogue that is stored in ``ivr.po``."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def updated(catalogue: Catalog, sentences: set[str]) -> Catalog:
    """Return a catalogue of exactly ``sentences``, in alphabetical order.

    Translations are taken from ``catalogue``; a new sentence has none.
    """
    new = Catalog(
        locale="zh_CN",
        project="ivr",
        version=catalogue.version,
        header_comment="# The Chinese of the command line and of reports.",
        msgid_bugs_address="issues",
        last_translator="maintainers",
        language_team="zh_CN",
        creation_date=catalogue.creation_date,
        revision_date=catalogue.revision_date,
        fuzzy=False,
    )
    for sentence in sorted(sentences):
        known = catalogue.get(sentence)
        new.add(sentence, known.string if known else "")
    return new


def compile_catalogue(catalogue: Catalog, path: Path) -> None:
    """Write ``catalogue`` to ``path`` in the binary form that gettext reads."""
    with path.open("wb") as file:
        write_mo(file, catalogue)


def main() -> None:
    """Update ``ivr.po``, compile ``ivr.mo``, and list what has no translation yet."""
    catalogue = updated(read_catalogue(), collected())
    with PO.open("wb") as file:
        write_po(file, catalogue, width=100)
    compile_catalogue(catalogue, MO)
    missing = [message.id for message in catalogue if message.id and not message.string]
    print(f"{len(catalogue)} sentences, {len(missing)} without a translation")
    print(*(f"  {sentence!r}" for sentence in missing), sep="\n", end="\n" if missing else "")


if __name__ == "__main__":
    main()
