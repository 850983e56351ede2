"""The manager adapter: it logs in, stays connected, and repeats no action."""

import asyncio
import random
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.asterisk.ami_link import AmiError, AmiRefused, Protocol
from ivr.asterisk.manager import Ami, AmiState
from ivr.lab.pbx import Pbx
from ivr.lab.ports import free_ports
from tests.asterisk.ami_peer import hasty, kept_up, refusal, silence
from tests.asterisk.fake_ami import Action, FakeAmi, response
from tests.asterisk.peers import descriptors, settled


def state_of(ami: Ami) -> AmiState:
    """Return the state; a type checker would take an attribute for unchanged between two reads."""
    return ami.state


async def test_login_and_an_action(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["CoreStatus"] = lambda action: response(action, CoreCurrentCalls="3")
    await ami.connect()
    assert state_of(ami) is AmiState.UP
    answer = await ami.ask("CoreStatus")
    assert answer["CoreCurrentCalls"] == "3"
    login = pbx.actions[0]
    assert (login["Username"], login["Secret"], login["Events"]) == ("ivr", "secret", "off")
    ami.close()
    ami.close()
    assert state_of(ami) is AmiState.DOWN
    with pytest.raises(AmiError, match="not connected"):
        await ami.ask("Ping")


async def test_refused_login_says_what_to_compare(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["Login"] = refusal
    with pytest.raises(AmiRefused, match=r"ami\.secret_file"):
        await ami.connect()


async def test_a_port_without_a_listener_is_reported_at_once() -> None:
    (port,) = free_ports(1)
    with pytest.raises(AmiError, match=r"cannot be reached \((?!None)"):
        await Ami("127.0.0.1", port, "ivr", "secret").connect()
    with pytest.raises(AmiError, match=r"cannot be reached \((?!None)"):
        await Ami("localhost", port, "ivr", "secret").connect()


async def test_login_that_is_not_answered_has_a_deadline(pbx: FakeAmi, ami: Ami) -> None:
    pbx.greet = False
    pbx.answers["Login"] = silence
    with hasty(), pytest.raises(AmiError, match="does not answer"):
        await ami.connect()


async def test_connection_closed_in_the_login_is_reported_at_once(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["Login"] = lambda action: pbx.drop()
    async with asyncio.timeout(10):
        with pytest.raises(AmiError, match="closed the connection"):
            await ami.connect()


def test_a_connection_that_ends_before_it_is_handed_over_raises_nothing() -> None:
    """This happens when the deadline passes while asyncio makes the connection."""
    protocol = Protocol()
    protocol.connection_made(asyncio.Transport())
    protocol.connection_lost(None)


async def test_login_that_is_cancelled_leaves_no_connection(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["Login"] = silence
    files = descriptors()
    connecting = asyncio.create_task(ami.connect())
    await pbx.until(lambda: pbx.logins)
    connecting.cancel()
    with suppress(asyncio.CancelledError):
        await connecting
    assert await settled(files) == files


async def test_lost_connection_fails_what_waits_and_nothing_is_asked_again(
    pbx: FakeAmi, ami: Ami
) -> None:
    pbx.answers["CoreStatus"] = silence
    with kept_up(ami):
        await pbx.until(lambda: pbx.count("Ping"))
        asking = asyncio.create_task(ami.ask("CoreStatus"))
        await pbx.until(lambda: pbx.count("CoreStatus"))
        pbx.drop()
        with pytest.raises(AmiError, match="closed the connection"):
            await asyncio.wait_for(asking, 10)
        with pytest.raises(AmiError, match="not connected"):
            await asyncio.wait_for(ami.ask("CoreStatus"), 10)
        pings = pbx.count("Ping")
        await pbx.until(lambda: len(pbx.logins) == 2 and pbx.count("Ping") > pings + 1)
    assert pbx.count("CoreStatus") == 1
    assert ami.state is AmiState.UP


async def test_frozen_pbx_is_disconnected_and_connected_again(pbx: FakeAmi, ami: Ami) -> None:
    with kept_up(ami):
        await pbx.until(lambda: pbx.count("Ping") >= 2)
        pbx.answers["Ping"] = silence
        with hasty():
            await pbx.until(lambda: len(pbx.logins) >= 2)
        del pbx.answers["Ping"]
        pings = pbx.count("Ping")
        await pbx.until(lambda: pbx.count("Ping") > pings + 2)
        assert ami.state is AmiState.UP
        assert pbx.connections == 1


async def test_pauses_between_attempts_double_and_are_random(
    pbx: FakeAmi, ami: Ami, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[float, float]] = []
    uniform = random.uniform

    def noted(shortest: float, longest: float) -> float:
        drawn.append((shortest, longest))
        return uniform(shortest, longest)

    def drop(action: Action) -> None:
        pbx.drop()

    monkeypatch.setattr(random, "uniform", noted)
    pbx.answers["Login"] = drop
    with kept_up(ami):
        await pbx.until(lambda: len(pbx.logins) == 6)
        assert ami.state is AmiState.DOWN
    pauses = [later - earlier for earlier, later in pairwise(pbx.logins)]
    assert drawn[:5] == [(n / 2, n) for n in (0.02, 0.04, 0.08, 0.16, 0.16)]
    for pause, (shortest, _) in zip(pauses, drawn, strict=False):
        assert pause >= shortest - 0.005
    assert len(set(pauses)) == 5


@pytest.mark.slow
async def test_after_three_refusals_the_next_attempt_comes_after_a_long_pause(
    pbx: FakeAmi, ami: Ami
) -> None:
    """More frequent attempts could lock everybody out of the manager interface."""
    pbx.answers["Login"] = refusal
    with kept_up(ami):
        with capture_logs() as logs:
            await pbx.until(lambda: len(pbx.logins) == 4)
        assert state_of(ami) is AmiState.REFUSED
        told = [line["log_level"] for line in logs if line["event"] == "ami_refused"]
        assert told[:3] == ["warning", "warning", "error"]  # the third is the alarm
        pauses = [later - earlier for earlier, later in pairwise(pbx.logins)]
        assert max(pauses[:2]) < 0.5
        assert pauses[2] >= 0.5
        del pbx.answers["Login"]
        await pbx.until(lambda: pbx.count("Ping"))
        assert state_of(ami) is AmiState.UP


async def test_keep_up_that_is_cancelled_leaves_nothing(pbx: FakeAmi, ami: Ami) -> None:
    files, tasks = descriptors(), len(asyncio.all_tasks())
    for silent in (False, True):
        pbx.answers = {"Login": silence} if silent else {}
        with kept_up(ami) as task:
            await pbx.until(lambda: pbx.count("Login") if silent else pbx.count("Ping"))  # noqa: B023
        with suppress(asyncio.CancelledError):
            await task
        assert ami.state is AmiState.DOWN
        pbx.actions.clear()
    assert await settled(files) == files
    await pbx.until(lambda: pbx.connections == 0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == tasks


@pytest.mark.sip
async def test_the_real_asterisk_grants_what_is_needed_and_no_more(root: Path) -> None:
    pbx = Pbx(root / "prompts" / "rendered", tuple(free_ports(1)))
    try:
        await pbx.start()
        ami = Ami("127.0.0.1", pbx.ami_port, "ivr", pbx.secrets["ami"])
        await ami.connect()
        try:
            assert (await ami.ask("Ping"))["Ping"] == "Pong"
            assert "CoreCurrentCalls" in await ami.ask("CoreStatus")
            assert (await ami.ask("CoreSettings"))["AsteriskVersion"].startswith("22.")
            with pytest.raises(AmiError, match="refuses Originate"):
                await ami.ask("Originate", Channel="Local/6001@ivr-phones", Application="Wait")
        finally:
            ami.close()
        with pytest.raises(AmiRefused):
            await Ami("127.0.0.1", pbx.ami_port, "ivr", "wrong").connect()
    finally:
        await pbx.stop()
