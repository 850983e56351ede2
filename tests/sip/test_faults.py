"""Faults without a second service to help: the caller hears the apology."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.lab.lab import Lab, laboratory
from ivr.softphone import Silence
from tests.sip.conftest import Heard, call
from tests.sip.faults import IN_A_PROMPT, WITHIN_SECONDS, fault, freeze, kill

pytestmark = [pytest.mark.sip, pytest.mark.timeout(180)]


@pytest.mark.parametrize("strike", [kill, freeze])
async def test_without_a_second_service_the_caller_hears_the_apology(
    root: Path, strike: Callable[[Lab], None]
) -> None:
    """Then the PBX hangs up."""
    async with fault(root, 1, IN_A_PROMPT, strike) as (lab, struck, heard):
        assert heard.ids == ["greeting.ask…", "system.apology"]
        assert heard.prompts[1].start - struck < WITHIN_SECONDS
        assert heard.was_hung_up_on
        assert await lab.pbx.channels_after(2.0) == 0


async def test_a_call_to_a_service_that_is_down_hears_the_apology_at_once(root: Path) -> None:
    async with laboratory(root, max_calls=2) as lab:
        lab.service.signal(signal.SIGKILL)
        await lab.service.ended()
        heard = await call(lab, Silence(), max_seconds=20)
        assert heard.ids == ["system.apology"]
        assert heard.recording.answered is not None
        assert heard.prompts[0].start - heard.recording.answered < WITHIN_SECONDS


async def test_a_call_to_two_frozen_services_hears_the_apology(root: Path) -> None:
    """The dialplan waits two seconds for the first sign of each service (IVR_FIRST_SIGN)."""
    async with laboratory(root, services=2, max_calls=2) as lab:
        for service in lab.services:
            service.signal(signal.SIGSTOP)
        heard = await call(lab, Silence(), max_seconds=20)
        assert heard.ids == ["system.apology"]
        assert heard.recording.answered is not None
        assert heard.prompts[0].start - heard.recording.answered < WITHIN_SECONDS
        assert await lab.pbx.channels_after(2.0) == 0


async def test_a_call_taken_back_is_not_recorded_as_a_hang_up(root: Path) -> None:
    """The service stood still and lost the caller to the PBX; its record says ``line_lost``."""
    async with laboratory(root, max_calls=2) as lab, lab.telephone() as phone:
        calling = phone.dial(lab.number, [Silence()], max_seconds=20)
        assert await calling.answered()
        await lab.service.logged("sheet_row_begun", 1)
        freeze(lab)
        recording = await calling.ended()
        assert Heard(recording, lab.catalogue).ids[-1] == "system.apology"
        lab.service.signal(signal.SIGCONT)
        assert [record["outcome"] for record in await lab.service.records(1)] == ["line_lost"]
