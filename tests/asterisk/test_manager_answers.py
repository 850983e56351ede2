"""The answers of the manager interface: whole, in pieces, malformed, too long or missing."""

import asyncio
import tracemalloc

import pytest
from structlog.testing import capture_logs

from ivr.asterisk.ami_link import AmiError
from ivr.asterisk.manager import Ami
from tests.asterisk.ami_peer import always, hasty, kept_up, silence, without_end
from tests.asterisk.fake_ami import FakeAmi, channel, listing, response


async def test_action_without_an_answer_or_with_half_of_one_has_a_deadline(
    pbx: FakeAmi, ami: Ami
) -> None:
    await ami.connect()
    for half in (None, b"Response: Succ", b"", b"ess\r\nMessage: x\r\n"):
        pbx.answers["CoreStatus"] = always(half)
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


async def test_a_list_that_breaks_off_is_reported_at_once(pbx: FakeAmi, ami: Ami) -> None:
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
        (b"x" * 100_000, "a message that is too long"),
        (b"Key: value\r\n" * 8_000, "a message that is too long"),
        (b"Event: x\r\nActionID: 1\r\nActionID: 2\r\n\r\n", "something that is not a message"),
    ],
)
async def test_a_malformed_message_ends_the_connection(
    pbx: FakeAmi, ami: Ami, endless: bytes, what: str
) -> None:
    with capture_logs() as logs, kept_up(ami):
        await pbx.until(lambda: pbx.count("Ping"))
        pbx.say(endless)
        await pbx.until(lambda: len(pbx.logins) == 2)
    assert f"AMI sends {what} and was disconnected" in [line.get("reason") for line in logs]


async def test_an_answer_that_is_too_long_is_not_kept(pbx: FakeAmi, ami: Ami) -> None:
    many = [channel(f"PJSIP/6001-{n:08x}", f"1700.{n}") for n in range(5_100)]
    pbx.answers["CoreShowChannels"] = lambda action: listing(action, *many)
    await ami.connect()
    with pytest.raises(AmiError, match="an answer that is too long"):
        await ami.ask_all("CoreShowChannels")
    assert ami._link is not None
    assert ami._link.lost.is_set()


async def test_events_that_nobody_asked_for_are_not_kept(pbx: FakeAmi, ami: Ami) -> None:
    """After ten thousand events and an answer, the memory has not grown."""
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
