"""The sheet as espeak speaks it: links to the files that `make prompts` has rendered."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.words.wording import read_sheet
from tests.voice.rendered_sheet import (
    COMPANY,
    SHEET,
    Rendered,
    excerpt,
    link,
    render,
    speaker,
    take_rendered,
)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Return the whole sheet with three fragments. Tests only read it."""
    sheet, directory = read_sheet(SHEET), tmp_path_factory.mktemp("rendered")
    take_rendered(sheet, directory, link)
    render(sheet, directory, speaker(), processes=2)
    return Rendered(sheet, SHEET.read_text(encoding="utf-8"), directory)


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    """Yield the excerpt of the sheet with three fragments. Tests only read it; this checks it."""
    path = tmp_path_factory.mktemp("few") / "sheet.toml"
    path.write_text(excerpt(SHEET.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(COMPANY, path.parent)
    sheet, directory = read_sheet(path), path.with_name("rendered")
    take_rendered(sheet, directory, shutil.copyfile)
    render(sheet, directory, speaker())
    few = Rendered(sheet, path.read_text(encoding="utf-8"), directory, path)
    files = few.files()
    yield few
    assert files == few.files()


@pytest.fixture
def copied(few: Rendered, tmp_path: Path) -> Rendered:
    """Return a copy of the excerpt whose files the test may replace."""
    shutil.copytree(few.directory, tmp_path / "prompts" / "rendered", copy_function=link)
    for file in few.path.parent.glob("*.toml"):
        shutil.copy(file, tmp_path / "prompts")
    path = tmp_path / "prompts" / "sheet.toml"
    return Rendered(few.sheet, few.text, path.with_name("rendered"), path)
