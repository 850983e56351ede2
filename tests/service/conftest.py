"""The service of these tests: without recognition workers, and without connections afterwards."""

from collections.abc import AsyncIterator

import pytest

from ivr.service.listening.link import ListeningLink
from tests.agi_peer import Pbx


@pytest.fixture
def listening() -> None:
    """Let the service of this test start its listening process."""


@pytest.fixture(autouse=True)
def _not_listening(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no listening process, unless the test asks for ``listening``.

    What callers say is not what most of these tests are about, and the process takes three seconds
    to start.
    """
    if "listening" not in request.fixturenames:

        async def nothing(link: ListeningLink) -> None:
            pass

        monkeypatch.setattr(ListeningLink, "start", nothing)


@pytest.fixture(autouse=True)
async def _connections() -> AsyncIterator[None]:
    yield
    await Pbx.close_all()
