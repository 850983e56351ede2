"""The ids of the sheet, of the scripts and of the marks of the tests are the same."""

import re
from pathlib import Path

from ivr.etiquette import conversation
from ivr.etiquette.rows import SCRIPTS
from ivr.etiquette.sheet import Sheet

MANNERS = {"use_name"}
"""Row 13 has no script of its own: every prompt with the caller's name carries it out."""


def test_every_script_is_a_row_of_the_sheet(sheet: Sheet) -> None:
    """Every row has a script as well, except MANNERS."""
    assert conversation.hotline is not None  # importing it registers all of them
    assert set(SCRIPTS) == set(sheet) - MANNERS


def test_every_script_begins_with_its_number_and_situation(sheet: Sheet) -> None:
    """The docstring of row 12 begins with "Row 12" and words of the paper's situation."""
    for id, script in SCRIPTS.items():
        title, _, says = (script.__doc__ or "").partition(": ")
        number, situation = title.removeprefix("Row ").split(" ", 1)
        assert number == str(sheet[id].number)
        assert situation in sheet[id].situation
        assert says


def test_every_row_has_tests_with_virtual_and_with_real_calls(root: Path) -> None:
    """No test is marked with a row that the sheet does not have."""
    marked = {
        place: set(re.findall(r"mark\.row\(\"(\w+)\"\)", _text(root / "tests" / place)))
        for place in ("etiquette", "sip")
    }
    proven = set(SCRIPTS) | MANNERS
    assert marked == {"etiquette": proven, "sip": proven}


def _text(directory: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in directory.rglob("test_*.py"))
