"""The embedded model, loaded once for all tests of this room."""

import pytest

from ivr.recognition import embedded
from ivr.recognition.model import Model, load


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Unpacked into a cache of the tests' own."""
    return load(embedded.unpacked(cache=tmp_path_factory.mktemp("cache")))
