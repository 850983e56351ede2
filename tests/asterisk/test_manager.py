"""The manager adapter: kept up, never in the way, and nothing it asks is asked twice."""

import asyncio
import random
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.asterisk import manager
from ivr.asterisk.ami_link import AmiError, AmiRefused, Protocol
from ivr.asterisk.manager import Ami, AmiState
from ivr.lab.pbx import Pbx, free_ports
from tests.asterisk.fake_ami import Action, FakeAmi, channel, listing, response
from tests.asterisk.peers import descriptors, settled


def silence(action: Action) -> None:
    """Nothing is answered."""


def refusal(action: Action) -> bytes:
    return response(action, "Error", Message="Authentication failed")


def without_end(action: Action) -> bytes:
    """A list of which the last message is missing."""
    whole = listing(action, channel("PJSIP/6001-00000000", "1700.1"))
    return b"\r\n\r\n".join(whole.split(b"\r\n\r\n")[:-2]) + b"\r\n\r\n"


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAmi]:
    """The fake; nobody may be connected at the end."""
    fake = FakeAmi()
    await fake.start()
    yield fake
    await fake.until(lambda: fake.connections == 0)
    await fake.stop()


@pytest.fixture
def ami(pbx: FakeAmi) -> Iterator[Ami]:
    """The adapter."""
    ami = Ami("127.0.0.1", pbx.port, "ivr", "secret")
    yield ami
    ami.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "AMI_ANSWER_SECONDS", 30.0)
    monkeypatch.setattr(manager, "PING_SECONDS", 0.05)
    monkeypatch.setattr(manager, "AMI_RETRY_SECONDS", (0.02, 0.16))
    monkeypatch.setattr(manager, "REFUSED_SECONDS", 0.5)


@contextmanager
def hasty() -> Iterator[None]:
    """An answer must come soon; only for a PBX that gives none, since on a busy machine one that
    is given takes longer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manager, "AMI_ANSWER_SECONDS", 0.1)
        yield


@contextmanager
def kept_up(ami: Ami) -> Iterator["asyncio.Task[None]"]:
    """The adapter stays connected by itself."""
    task = asyncio.get_running_loop().create_task(ami.keep_up())
    try:
        yield task
    finally:
        task.cancel()


async def test_login_and_an_action(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["CoreStatus"] = lambda action: response(action, CoreCurrentCalls="3")
    await ami.connect()
    assert ami.state is AmiState.UP
    answer = await ami.ask("CoreStatus")
    assert answer["CoreCurrentCalls"] == "3"
    login = pbx.actions[0]
    assert (login["Username"], login["Secret"], login["Events"]) == ("ivr", "secret", "off")
    ami.close()
    ami.close()
    assert ami.state is AmiState.DOWN
    with pytest.raises(AmiError, match="not connected"):
        await ami.ask("Ping")


async def test_refused_login_says_what_to_compare(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["Login"] = refusal
    with pytest.raises(AmiRefused, match=r"ami\.secret_file"):
        await ami.connect()


async def test_nobody_listening_is_said_at_once() -> None:
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


async def test_connection_closed_in_the_login_is_said_at_once(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["Login"] = lambda action: pbx.drop()
    async with asyncio.timeout(10):
        with pytest.raises(AmiError, match="closed the connection"):
            await ami.connect()


def test_a_connection_given_up_before_it_is_anybodys_ends_without_a_fault() -> None:
    """asyncio tells its protocol so when the deadline passes as it is being made."""
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


async def test_action_without_an_answer_or_with_half_of_one_has_a_deadline(
    pbx: FakeAmi, ami: Ami
) -> None:
    await ami.connect()
    for half in (None, b"Response: Succ", b"", b"ess\r\nMessage: x\r\n"):
        pbx.answers["CoreStatus"] = lambda action, half=half: half
        with hasty(), pytest.raises(AmiError, match="does not answer CoreStatus"):
            await ami.ask("CoreStatus")


async def test_answer_in_two_halves_is_an_answer(pbx: FakeAmi, ami: Ami) -> None:
    await ami.connect()
    pbx.answers["CoreStatus"] = lambda action: response(action)[:20]
    asking = asyncio.create_task(ami.ask("CoreStatus"))
    await pbx.until(lambda: pbx.count("CoreStatus"))
    for writer in pbx._writers:
        writer.write(response(pbx.actions[-1])[20:])
    assert (await asking)["Response"] == "Success"


async def test_character_split_between_two_packets_spoils_no_answer(pbx: FakeAmi, ami: Ami) -> None:
    await ami.connect()
    pbx.answers["CoreStatus"] = silence
    asking = asyncio.create_task(ami.ask("CoreStatus"))
    await pbx.until(lambda: pbx.count("CoreStatus"))
    whole = response(pbx.actions[-1], Name="张三", Calls="3")
    cut = whole.index("张".encode()) + 1
    for writer in pbx._writers:
        writer.write(whole[:cut])
        await asyncio.sleep(0.02)
        writer.write(whole[cut:])
    assert (await asking)["Calls"] == "3"


async def test_refused_action_says_why(pbx: FakeAmi, ami: Ami) -> None:
    await ami.connect()
    pbx.answers["Originate"] = lambda action: response(action, "Error", Message="Permission denied")
    with pytest.raises(AmiError, match="refuses Originate: Permission denied"):
        await ami.ask("Originate")


@pytest.mark.parametrize("unsafe", ["\r", "\n", "\r\nAction: Originate", "\x00"])
async def test_line_break_in_any_field_is_refused(pbx: FakeAmi, ami: Ami, unsafe: str) -> None:
    await ami.connect()
    for action, fields in (
        (f"Ping{unsafe}", {}),
        ("Ping", {f"A{unsafe}": "x"}),
        ("Ping", {"A": unsafe}),
    ):
        with pytest.raises(AmiError, match="control characters"):
            await ami.ask(action, **fields)
    for user, secret in ((f"ivr{unsafe}", "x"), ("ivr", f"x{unsafe}")):
        with pytest.raises(AmiError, match="control characters"):
            await Ami("127.0.0.1", pbx.port, user, secret).connect()
    assert [each["Action"] for each in pbx.actions] == ["Login"]


async def test_connection_lost_is_told_to_who_waits_and_nothing_is_asked_again(
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


async def test_a_list_is_one_answer(pbx: FakeAmi, ami: Ami) -> None:
    two = [channel("PJSIP/6001-00000000", "1700.1"), channel("PJSIP/6002-00000001", "1700.2")]
    pbx.answers["CoreShowChannels"] = lambda action: listing(action, *two)
    await ami.connect()
    found = await ami.ask_all("CoreShowChannels")
    assert [each["Uniqueid"] for each in found] == ["1700.1", "1700.2"]
    pbx.answers["CoreShowChannels"] = lambda action: listing(action)
    assert await ami.ask_all("CoreShowChannels") == []


async def test_a_list_without_an_end_has_a_deadline_and_leaves_nothing(
    pbx: FakeAmi, ami: Ami
) -> None:
    pbx.answers["CoreShowChannels"] = lambda action: without_end(action)
    await ami.connect()
    with hasty(), pytest.raises(AmiError, match="does not answer CoreShowChannels"):
        await ami.ask_all("CoreShowChannels")
    assert ami._link is not None
    assert ami._link.protocol.responses == {}
    assert (await ami.ask("Ping"))["Response"] == "Success"


async def test_a_list_that_breaks_off_is_told_at_once(pbx: FakeAmi, ami: Ami) -> None:
    pbx.answers["CoreShowChannels"] = lambda action: without_end(action)
    await ami.connect()
    asking = asyncio.create_task(ami.ask_all("CoreShowChannels"))
    await pbx.until(lambda: pbx.count("CoreShowChannels"))
    pbx.drop()
    with pytest.raises(AmiError, match="closed the connection"):
        await asyncio.wait_for(asking, 10)


@pytest.mark.parametrize(
    ("endless", "what"),
    [
        (b"x" * 100_000, "a message without end"),
        (b"Key: value\r\n" * 8_000, "a message without end"),
        (b"Event: x\r\nActionID: 1\r\nActionID: 2\r\n\r\n", "what is no message"),
    ],
)
async def test_what_is_no_message_ends_the_connection(
    pbx: FakeAmi, ami: Ami, endless: bytes, what: str
) -> None:
    with capture_logs() as logs, kept_up(ami):
        await pbx.until(lambda: pbx.count("Ping"))
        pbx.say(endless)
        await pbx.until(lambda: len(pbx.logins) == 2)
    assert f"AMI sends {what}, and was disconnected" in [line.get("why") for line in logs]


async def test_an_answer_without_end_is_not_kept(pbx: FakeAmi, ami: Ami) -> None:
    many = [channel(f"PJSIP/6001-{n:08x}", f"1700.{n}") for n in range(5_100)]
    pbx.answers["CoreShowChannels"] = lambda action: listing(action, *many)
    await ami.connect()
    with pytest.raises(AmiError, match="an answer without end"):
        await ami.ask_all("CoreShowChannels")
    assert ami._link is not None
    assert ami._link.lost.is_set()


async def test_events_that_nobody_asked_for_are_not_kept(pbx: FakeAmi, ami: Ami) -> None:
    """Ten thousand, and then the answer: nothing has grown meanwhile."""
    event = b"Event: Newexten\r\nChannel: PJSIP/6001-00000000\r\nUniqueid: 1700.1\r\n\r\n"
    await ami.connect()
    tracemalloc.start()
    try:
        for _ in range(10):
            pbx.say(event * 1000)
        assert (await ami.ask("CoreStatus"))["Response"] == "Success"
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ami._link is not None
    assert len(ami._link.protocol.queue) <= 1
    assert kept < 10_000 * len(event) / 3


async def test_pbx_that_freezes_is_left_and_found_again(pbx: FakeAmi, ami: Ami) -> None:
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


async def test_pauses_grow_and_no_two_are_alike(
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


async def test_after_three_refusals_it_knocks_only_after_a_long_pause(
    pbx: FakeAmi, ami: Ami
) -> None:
    """Who is refused on and on locks everybody out of the manager interface."""
    pbx.answers["Login"] = refusal
    with kept_up(ami):
        with capture_logs() as logs:
            await pbx.until(lambda: len(pbx.logins) == 4)
        assert ami.state is AmiState.REFUSED
        told = [line["log_level"] for line in logs if line["event"] == "ami_refused"]
        assert told[:3] == ["warning", "warning", "error"]  # the third is the alarm
        pauses = [later - earlier for earlier, later in pairwise(pbx.logins)]
        assert max(pauses[:2]) < 0.5
        assert pauses[2] >= 0.5
        del pbx.answers["Login"]
        await pbx.until(lambda: pbx.count("Ping"))
        assert ami.state is AmiState.UP


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
