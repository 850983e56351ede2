"""The second service takes over when the first one dies or freezes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.lab.lab import Lab
from tests.sip.faults import IN_A_PROMPT, IN_A_WAIT, WITHIN_SECONDS, fault, freeze, kill

pytestmark = [pytest.mark.sip, pytest.mark.timeout(180)]


@pytest.mark.parametrize("after", [IN_A_PROMPT, IN_A_WAIT], ids=["prompt", "wait"])
@pytest.mark.parametrize("strike", [kill, freeze])
async def test_the_second_service_takes_over(
    root: Path, strike: Callable[[Lab], None], after: float
) -> None:
    """It greets within five seconds of the fault."""
    async with fault(root, 2, after, strike) as (lab, struck, heard):
        again = [prompt for prompt in heard.prompts[1:] if prompt.id == "greeting.ask"]
        assert again, heard.ids
        assert 0 < again[0].start - struck < WITHIN_SECONDS
        assert await lab.pbx.channels_after(2.0) == 0
