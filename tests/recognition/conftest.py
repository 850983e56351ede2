"""The embedded model, loaded once for all tests of this room."""

from pathlib import Path

import pytest

from ivr.recognition import embedded
from ivr.recognition.model import Model, load_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its directory, in a cache of the tests' own."""
    return embedded.unpacked(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def model(tiny: Path) -> Model:
    """Loaded in this process."""
    return load_model(tiny)
