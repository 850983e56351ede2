"""What every test may ask for: the sheet, a virtual caller for a row, the row's mark."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.etiquette.sheet import Sheet
from ivr.wording import read_sheet
from tests.caller import Caller

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def sheet() -> Sheet:
    """The company's sheet, as shipped."""
    return read_sheet(ROOT / "prompts" / "sheet.toml")


@pytest.fixture
def caller(request: pytest.FixtureRequest, sheet: Sheet) -> Caller:
    """A caller in virtual time; ``hears("ask")`` means the row of the test's ``row`` mark."""
    mark = request.node.get_closest_marker("row")
    return Caller(sheet, mark.args[0] if mark else "")


CallerFactory = Callable[..., Caller]
