"""The real sheet, rendered by the real engine.

`make prompts` has rendered it; the tests take links to its files, and remove what they do not need.
"""

import os
import shutil
from pathlib import Path

import pytest
from rendered_sheet import COMPANY, PIECES, SHEET, Rendered, excerpt

from ivr.voice.espeak import Espeak
from ivr.voice.render import render_prompts
from ivr.words.wording import read_sheet


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The sheet with few pieces, for reading only: its files are links to the rendered ones."""
    sheet, directory = read_sheet(SHEET), tmp_path_factory.mktemp("rendered")
    shutil.copytree(
        SHEET.with_name("rendered"), directory, copy_function=os.link, dirs_exist_ok=True
    )
    render_prompts(sheet, directory, Espeak(), pieces=PIECES, processes=2)
    return Rendered(sheet, SHEET.read_text(encoding="utf-8"), directory)


@pytest.fixture(scope="session")
def few(rendered: Rendered, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """A few rows of it, for reading only."""
    path = tmp_path_factory.mktemp("few") / "sheet.toml"
    path.write_text(excerpt(rendered.text), encoding="utf-8")
    shutil.copy(COMPANY, path.parent)
    directory = path.with_name("rendered")
    shutil.copytree(rendered.directory, directory)
    sheet = read_sheet(path)
    render_prompts(sheet, directory, Espeak(), pieces=PIECES)
    return Rendered(sheet, path.read_text(encoding="utf-8"), directory, path)


@pytest.fixture
def copied(few: Rendered, tmp_path: Path) -> Rendered:
    """A copy of the few that a test may damage."""
    shutil.copytree(few.path.parent, tmp_path / "prompts")
    path = tmp_path / "prompts" / "sheet.toml"
    return Rendered(few.sheet, few.text, path.with_name("rendered"), path)
