"""The service of these tests: without recognition workers, and without connections afterwards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.recognition.pool import Recognisers
from tests.agi_peer import Pbx


@pytest.fixture
def workers() -> None:
    """Let the service of this test start its recognition workers."""


@pytest.fixture(autouse=True)
def _no_workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose every utterance, as when all workers have died, unless the test asks for ``workers``.

    Recognition is not what most of these tests are about, and a worker takes a second to start.
    """
    if "workers" in request.fixturenames:
        return

    def without_workers(model: Path | None, *, workers: int) -> Recognisers:
        assert workers > 0
        return Recognisers(model, workers=0)

    monkeypatch.setattr("ivr.service.app.Recognisers", without_workers)


@pytest.fixture(autouse=True)
async def _connections() -> AsyncIterator[None]:
    yield
    await Pbx.close_all()
