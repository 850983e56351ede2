"""Transfers by the dialplan on real calls: a caller whom nobody answers returns to the hotline."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.lab.lab import Lab, laboratory
from tests.sip.conftest import Heard, converse
from tests.sip.test_understood import sound

pytestmark = [
    pytest.mark.sip,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]

TALKS = {
    "wants a person": ["转人工"],
    "does not hang up": ["陪我聊聊天嘛", "陪我聊聊天嘛"],
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(root: Path) -> AsyncIterator[Lab]:
    """Yield a hotline with an automatic desk, and with people of whom nobody is free."""
    desks = {"IVR_TRANSFER__HUMAN": "human", "IVR_TRANSFER__AUTOMATIC": "automatic"}
    async with laboratory(root, settings=desks) as built:
        yield built


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def calls(house: Lab) -> Mapping[str, Heard]:
    """Make both calls at once, and return what each caller heard."""
    talks = [map(sound, says) for says in TALKS.values()]
    heard = await asyncio.gather(*(converse(house, *says, stays=True) for says in talks))
    return dict(zip(TALKS, heard, strict=True))


@pytest.mark.row("cannot_answer_now")
async def test_a_caller_whom_nobody_answers_returns_and_is_asked_for_a_number(
    house: Lab, calls: Mapping[str, Heard]
) -> None:
    """The caller makes one call, which has two sessions of the service."""
    heard = calls["wants a person"]
    assert heard.ids[:4] == [
        "greeting.ask",
        "system.transferring",
        "system.nobody_free",
        "cannot_answer_now.phone",
    ]
    records = await house.service.records(3)
    assert [one["outcome"] for one in records].count("transferred") == 2


@pytest.mark.row("nuisance_call")
async def test_a_nuisance_call_ends_at_the_automatic_desk(calls: Mapping[str, Heard]) -> None:
    """The desk says the company's name and hangs up."""
    heard = calls["does not hang up"]
    assert heard.ids[:3] == ["greeting.ask", "nuisance_call.refuse", "system.transferring"]
    assert "company_facts.name" in heard.ids
    assert heard.ids[-1] == "closing.farewell"
    assert heard.was_hung_up_on
