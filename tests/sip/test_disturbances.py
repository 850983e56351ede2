"""Strangers, restarts, a lost tap, a dead PBX and a full one: no call suffers from them."""

import asyncio
import signal
from pathlib import Path

import pytest

from ivr.lab.lab import laboratory
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import OFF_TOPIC, says
from ivr.softphone import Action, PlayedSound, Silence, heard_prompts
from tests.sip.conftest import TOLERANCE_SECONDS, Heard, call
from tests.sip.faults import fault

pytestmark = [pytest.mark.sip, pytest.mark.timeout(180)]


async def test_connections_to_the_control_ports_disturb_no_call(root: Path) -> None:
    """Health checks and port scans make them: here two hundred in the middle of a call."""
    async with laboratory(root, max_calls=2) as lab, lab.telephone() as phone:
        calling = phone.dial(lab.number, [Silence()], max_seconds=60)
        assert await calling.answered()
        await lab.service.logged("sheet_row_begun", 1)
        for port in (lab.service.agi_port, lab.service.audio_port) * 50:
            for octets in (b"", b"junk\n"):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(octets)
                writer.close()
                await writer.wait_closed()
        recording = await calling.ended()
        heard = Heard(recording, lab.catalogue)
        assert heard.ids == ["greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell"]
        assert heard.waits == [pytest.approx(5.0, abs=TOLERANCE_SECONDS)] * 4


async def test_sigterm_lets_running_calls_end_and_sends_new_ones_elsewhere(root: Path) -> None:
    """The old call goes through all of row 2; the new one is answered by the second service."""
    async with laboratory(root, services=2, max_calls=5) as lab:
        async with lab.telephone() as phone:
            old = phone.dial(lab.number, [Silence()], max_seconds=60)
            assert await old.answered()
            await lab.service.logged("sheet_row_begun", 1)  # answered by Asterisk, and taken by us
            lab.service.signal(signal.SIGTERM)
            await lab.service.logged("draining", 1)
            new = await call(lab, Silence(), max_seconds=8)
            recording = await old.ended()
        assert new.ids[0] == "greeting.ask"
        assert len(await lab.services[1].records(1)) == 1
        ids = [prompt.id for prompt in heard_prompts(recording, lab.catalogue)]
        assert ids == ["greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell"]
        assert recording.ended_by == "callee"
        assert await lab.service.ended() == 0


async def test_a_call_that_outlasts_the_drain_hears_the_apology(root: Path) -> None:
    """The record says ``drained``, and the service ends with exit code 0."""
    async with fault(
        root,
        1,
        2.0,
        lambda lab: lab.service.signal(signal.SIGTERM),
        settings={"IVR_SERVICE__DRAIN_SECONDS": "1"},
    ) as (lab, _, heard):
        assert heard.ids == ["greeting.ask…", "system.apology"]
        assert heard.was_hung_up_on
        assert await lab.service.ended() == 0
        assert [record["outcome"] for record in await lab.service.records(1)] == ["drained"]


async def test_a_lost_tap_is_attached_again(root: Path) -> None:
    """The PBX ends the streams of the callers' audio; what the callers say later is heard.

    The second caller has a natural voice, which the built-in model hears and does not understand.
    """
    words = says("喂，你好"), says(OFF_TOPIC, NATURAL_CALLERS[0])
    async with laboratory(root, max_calls=2) as lab, lab.telephone() as phone:
        scripts: list[list[Action]] = [[Silence(9.0), PlayedSound(w), Silence()] for w in words]
        callers = [phone.dial(lab.number, script, max_seconds=16) for script in scripts]
        assert all([await calling.answered() for calling in callers])
        ends = [asyncio.ensure_future(calling.ended()) for calling in callers]
        await asyncio.wait(ends, timeout=7.0)
        for channel in (await lab.pbx.ask("core show channels concise")).splitlines():
            name = channel.split("!")[0]
            if "ChanSpy" in channel:
                await lab.pbx.ask(f"channel request hangup {name}")
        heard, natural = [Heard(await end, lab.catalogue) for end in ends]
        assert heard.ids == ["greeting.ask", "title.neutral", "ask_topic.ask.1"]
        assert natural.ids[0] == "greeting.ask"
        assert natural.ids[1].rstrip("…") != "no_sound.ask"
        assert len(await lab.service.logged("tap_lost", 2)) >= 2


async def test_a_pbx_that_dies_leaves_a_record_and_nothing_else(root: Path) -> None:
    """The session ends at once, with the outcome ``line_lost``."""
    async with laboratory(root, max_calls=2, settings={"IVR_SERVICE__LOG_LEVEL": "debug"}) as lab:
        async with lab.telephone() as phone:
            calling = phone.dial(lab.number, [Silence()], max_seconds=6)
            assert await calling.answered()
            await lab.pbx.kill()
            closed = await lab.service.logged("session_closed", 1)
        assert closed[0]["calls_left"] == 0
        assert [record["outcome"] for record in await lab.service.records(1)] == ["line_lost"]


async def test_too_many_callers_hear_a_sentence_and_the_busy_tone(root: Path) -> None:
    """The sentence is played before the answer (early media): a refused call is not charged."""
    async with laboratory(root, max_calls=1) as lab, lab.telephone() as phone:
        first = phone.dial(lab.number, [Silence()], max_seconds=12)
        assert await first.answered()
        second = await phone.call(lab.number, [Silence()], max_seconds=12)
        assert second.status == 486
        assert second.answered is None
        assert [p.id for p in heard_prompts(second, lab.catalogue)] == ["system.busy"]
        first.hang_up()
        await first.ended()
