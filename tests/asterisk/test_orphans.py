"""Calls without a channel and channels without a call are found; all others are left alone."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.asterisk import manager, orphans
from ivr.asterisk.ami_link import AmiError
from ivr.asterisk.manager import Ami
from ivr.asterisk.orphans import Comparison, OrphanCheck, Orphans, Ours
from ivr.lab.service import ended_calls
from ivr.service.app import Hotline
from tests.agi_peer import Pbx
from tests.asterisk.fake_ami import Action, FakeAmi, channel, listing
from tests.service.running import settings_for

AUDIO = "127.0.0.1:9092"
NOTHING = Orphans()
CALLER = channel("PJSIP/6001-00000001", "1700.1")


def ours(*calls: str, sockets: tuple[str, ...] = ()) -> Ours:
    return Ours(set(calls), set(sockets), AUDIO)


def test_a_call_whose_channel_is_gone_in_two_looks_is_an_orphan() -> None:
    comparison = Comparison()
    assert comparison.look(ours("1700.1"), [CALLER]) == NOTHING
    assert comparison.look(ours("1700.1"), []) == NOTHING
    assert comparison.look(ours("1700.1"), []).calls == {"1700.1"}
    assert comparison.look(ours(), []) == NOTHING


def test_a_channel_that_is_missing_once_makes_no_orphan() -> None:
    comparison = Comparison()
    for channels in ([CALLER], [], [CALLER], []):
        assert comparison.look(ours("1700.1"), channels) == NOTHING


def test_a_call_of_another_pbx_is_no_orphan() -> None:
    comparison = Comparison()
    for _ in range(5):
        assert comparison.look(ours("1700.1", "other.7"), [CALLER]) == NOTHING


def test_a_channel_at_the_place_of_its_ended_call_is_an_orphan() -> None:
    comparison = Comparison()
    comparison.look(ours("1700.1"), [CALLER])
    assert comparison.look(ours(), [CALLER]) == NOTHING
    assert comparison.look(ours(), [CALLER]).channels == {"PJSIP/6001-00000001"}


@pytest.mark.parametrize("place", ["ivr-hotline,next,7", "ivr-hotline,sorry,2", "sales,s,1"])
def test_a_channel_that_the_dialplan_has_moved_on_is_no_orphan(place: str) -> None:
    """It hears the second service or the apology."""
    comparison = Comparison()
    comparison.look(ours("1700.1"), [CALLER])
    for _ in range(3):
        assert comparison.look(ours(), [channel("PJSIP/6001-00000001", "1700.1", place)]) == NOTHING


def test_channels_that_were_never_in_a_call_of_this_service_are_no_orphans() -> None:
    comparison = Comparison()
    others = [
        channel("PJSIP/trunk-00000009", "1700.9", "from-trunk,s,1"),
        channel("PJSIP/6002-0000000a", "1700.10"),  # with the second service
        channel("AudioSocket/10.0.0.7:9092-77777777-7777-4777-8777-777777777777", "1700.11"),
    ]
    for _ in range(3):
        assert comparison.look(ours(), others) == NOTHING


def test_a_side_channel_whose_socket_is_closed_is_an_orphan() -> None:
    id = "606de46c-7c40-4731-8ba0-c16cdfbe15bd"
    side = channel(f"AudioSocket/{AUDIO}-{id}", "1700.2", "default,s,1")
    comparison = Comparison()
    assert comparison.look(ours("1700.1", sockets=(id,)), [CALLER, side]) == NOTHING
    assert comparison.look(ours("1700.1"), [CALLER, side]) == NOTHING
    assert comparison.look(ours("1700.1"), [CALLER, side]).channels == {side["Channel"]}


def test_incomplete_entries_are_ignored_and_ended_calls_are_forgotten() -> None:
    comparison = Comparison()
    for n in range(100):
        comparison.look(ours(f"1700.{n}"), [{}, {"Channel": "x"}, channel("PJSIP/x", f"1700.{n}")])
    comparison.look(ours(), [])
    assert comparison._places == {}


async def test_an_orphan_is_logged_once_and_counted(
    pbx: FakeAmi, monkeypatch: pytest.MonkeyPatch
) -> None:
    ami, ended, calls = (
        Ami("127.0.0.1", pbx.port, "ivr", "secret"),
        list[str](),
        {"1700.1", "1700.2"},
    )
    check = OrphanCheck(ami, lambda: ours(*calls), ended.append)
    second = channel("PJSIP/6002-00000002", "1700.2")
    lists = [[CALLER, second], [second], [second], [second], []]
    pbx.answers["CoreShowChannels"] = lambda action: listing(action, *lists.pop(0))
    await ami.connect()
    with capture_logs() as logs:
        await check.look()
        calls -= {"1700.2"}
        await check.look()
        await check.look()
        assert (ended, check.calls, check.channels) == (["1700.1"], 1, 1)
        calls -= {"1700.1"}
        await check.look()
        assert check.channels == 1
        await check.look()
        assert (check.calls, check.channels) == (1, 0)
    assert [line["event"] for line in logs] == ["call_orphaned", "channel_orphaned"]
    assert logs[1]["remedy"] == "asterisk -rx 'channel request hangup PJSIP/6002-00000002'"
    monkeypatch.setattr(manager, "AMI_ANSWER_SECONDS", 0.05)
    pbx.answers["CoreShowChannels"] = lambda action: None
    with pytest.raises(AmiError):
        await check.look()
    ami.close()


async def test_a_call_that_ends_while_the_list_is_on_its_way_is_no_orphan(pbx: FakeAmi) -> None:
    calls = {"1700.1"}
    ami, ended = Ami("127.0.0.1", pbx.port, "ivr", "secret"), list[str]()
    check = OrphanCheck(ami, lambda: ours(*calls), ended.append)
    pbx.answers["CoreShowChannels"] = lambda action: listing(action, CALLER)
    await ami.connect()
    await check.look()

    def ends(action: Action) -> bytes:
        calls.clear()
        return listing(action)

    pbx.answers["CoreShowChannels"] = lambda action: listing(action)
    await check.look()
    pbx.answers["CoreShowChannels"] = ends
    await check.look()
    assert ended == []
    ami.close()


@pytest.mark.slow
async def test_the_service_ends_a_call_whose_channel_is_gone(
    pbx: FakeAmi, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit of calls has room again and the record ends; the other call goes on."""
    monkeypatch.setattr(orphans, "ORPHAN_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(manager, "AMI_RETRY_SECONDS", (0.02, 0.1))
    (tmp_path / "ami").write_text("secret")
    ami = {"host": "127.0.0.1", "port": pbx.port, "secret_file": tmp_path / "ami"}
    there = {n: channel(f"PJSIP/6001-{n:08x}", f"1700.{n}") for n in (1, 2)}
    pbx.answers["CoreShowChannels"] = lambda action: listing(action, *there.values())
    settings = settings_for(root, tmp_path, ami=ami)
    hotline = Hotline(settings)
    await hotline.start()
    try:
        first, second = [await Pbx.call(settings, f"1700.{n}") for n in (1, 2)]
        assert await first.until("STREAM FILE")
        assert await second.until("STREAM FILE")
        asked = pbx.count("CoreShowChannels")
        await pbx.until(lambda: pbx.count("CoreShowChannels") > asked + 1, 10)
        assert hotline.calls == 2
        del there[1]
        await asyncio.wait(hotline.agi.calls, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        assert hotline.calls == 1
        assert hotline.metrics.registry.get_sample_value("ivr_calls_orphaned") == 1
        second.ends_sound()
        assert await second.until("STREAM FILE ivr/silence")
    finally:
        await hotline.stop()
        await Pbx.close_all()
    outcomes = {record["uniqueid"]: record["outcome"] for record in ended_calls(settings.records)}
    assert outcomes == {"1700.1": "line_lost", "1700.2": "line_lost"}
