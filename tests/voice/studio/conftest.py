"""The script of an excerpt of the sheet, and the built-in recogniser, loaded once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.etiquette.sheet import Sheet
from ivr.hearing.g711 import Samples
from ivr.recognition import embedded
from ivr.recognition.model import load_model
from ivr.voice.studio.script import ScriptLine, studio_script
from ivr.words.wording import read_sheet
from tests.voice.rendered_sheet import COMPANY, SHEET, excerpt


@pytest.fixture(scope="session")
def excerpt_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a sheet with seven rows, beside its company's file."""
    path = tmp_path_factory.mktemp("excerpt") / "sheet.toml"
    path.write_text(excerpt(SHEET.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(COMPANY, path.parent)
    return path


@pytest.fixture(scope="session")
def excerpt_sheet(excerpt_path: Path) -> Sheet:
    return read_sheet(excerpt_path)


@pytest.fixture(scope="session")
def lines(excerpt_sheet: Sheet) -> tuple[ScriptLine, ...]:
    """The lines of the excerpt, without fragments."""
    return studio_script(excerpt_sheet, pieces=False).lines


@pytest.fixture(scope="session")
def words_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Samples], str]:
    """The built-in model as a recogniser; it understands espeak's voice."""
    model = load_model(embedded.unpacked(cache=tmp_path_factory.mktemp("cache")))
    return lambda samples: model.decode(samples).text
