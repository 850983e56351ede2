"""The voice baker, as `make prompts` has fetched it."""

from pathlib import Path

import pytest

from ivr.voice.voices import installed


@pytest.fixture(scope="session")
def files() -> Path:
    """Return the directory of the voice's files. Tests only read it."""
    directory = installed("baker")
    if directory is None:
        pytest.fail("the voice is not here: run `ivr voices fetch baker`")
    return directory
