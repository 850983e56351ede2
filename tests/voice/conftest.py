"""The real sheet, rendered once for all tests of this room by the real engine."""

import shutil
from pathlib import Path

import pytest
from rendered_sheet import SHEET, Rendered

from ivr.etiquette.sheet import parse_sheet
from ivr.voice.espeak import Espeak
from ivr.voice.render import render


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """For reading only."""
    text = SHEET.read_text(encoding="utf-8")
    directory = tmp_path_factory.mktemp("prompts") / "rendered"
    sheet = parse_sheet(text)
    render(sheet, directory, Espeak())
    return Rendered(sheet, text, directory)


@pytest.fixture
def copied(rendered: Rendered, tmp_path: Path) -> Rendered:
    """A copy that a test may damage."""
    directory = tmp_path / "rendered"
    shutil.copytree(rendered.directory, directory)
    return Rendered(rendered.sheet, rendered.text, directory)
