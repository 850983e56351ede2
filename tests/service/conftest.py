"""Every connection that a test has made to the service is closed after the test."""

from collections.abc import AsyncIterator

import pytest

from tests.agi_peer import Pbx


@pytest.fixture(autouse=True)
async def _connections() -> AsyncIterator[None]:
    yield
    await Pbx.close_all()
