"""Fixtures for all tests: the checkout, the sheet, a virtual caller for the row of a test."""

import functools
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ivr.etiquette.sheet import Sheet
from ivr.understanding.understander import Understander
from ivr.words import phrase_files
from ivr.words.wording import read_sheet
from tests.caller import Caller
from tests.fetching.file_server import FileServer, serving

settings.register_profile("quick", max_examples=20, deadline=None)
ROOT = Path(__file__).resolve().parent.parent


_COUNTED = (
    *("dialogue", "etiquette", "understanding", "hearing", "asterisk"),
    *("call", "service", "words"),  # their tests run branches that those of the five above do not
)
"""The rooms whose tests count branches: those of ``tool.coverage`` in pyproject.toml, and three
rooms that use them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count branches only in the tests of some rooms.

    Coverage makes a test up to four times as slow, and the tests of other rooms and of random calls
    run through the same branches again.
    """
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] not in _COUNTED:
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Take what was collected, which lives to the end, from the work of the garbage collector.

    Searching it again and again costs a twentieth of the processor time of ``make test-fast``.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the directory of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def sheet() -> Sheet:
    """Return the company's sheet, as shipped."""
    return read_sheet(ROOT / "prompts" / "sheet.toml")


@pytest.fixture
def caller(request: pytest.FixtureRequest, sheet: Sheet) -> Caller:
    """Return a caller in virtual time; ``hears("ask")`` means the row of the ``row`` mark."""
    mark = request.node.get_closest_marker("row")
    return Caller(sheet, mark.args[0] if mark else "")


@pytest.fixture
def server(content: bytes) -> Iterator[FileServer]:
    """Yield a web server that offers ``content``, a fixture of the room of the test."""
    with serving(content) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _learned_once() -> Iterator[None]:
    """Read the shipped phrases once in a process: they never change and take seconds to read."""
    shipped = ROOT / "prompts" / "sheet.toml"
    load = phrase_files.read_understander
    once = functools.cache(load)

    def read_understander(sheet: Path, cache: Path | None = None) -> Understander:
        return once(sheet) if sheet == shipped and cache is None else load(sheet, cache)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phrase_files, "read_understander", read_understander)
        yield


CallerFactory = Callable[..., Caller]
