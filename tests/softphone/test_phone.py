"""Calls over real UDP sockets, to a small SIP server in the same process."""

import asyncio
import socket
from pathlib import Path

import numpy as np
import pytest

from ivr.softphone import sdp
from ivr.softphone.phone import Softphone
from ivr.softphone.script import (
    ALAW,
    ULAW,
    HangUpStep,
    Silence,
)

from .sounds import prompt, syllables
from .uas import IDLE, Plan, Seen, Uas, placed


async def test_the_caller_hangs_up() -> None:
    recording, uas = await placed(Plan(), Silence(0.1), HangUpStep())
    assert uas.methods == ["INVITE", "ACK", "BYE"]
    assert (recording.status, recording.ended_by) == (200, "caller")
    assert recording.answered is not None
    assert recording.ringing is not None
    assert recording.invited < recording.ringing < recording.answered < recording.ended
    assert 0.09 < recording.ended - recording.answered < 0.3
    assert [packet.payload for packet in uas.only.rtp] == [IDLE] * 5
    assert [packet.what for packet in recording.sent] == ["Silence"] * 5


async def test_the_callee_hangs_up() -> None:
    recording, uas = await placed(Plan(play=IDLE * 5, bye_at_end=True))
    assert uas.methods == ["INVITE", "ACK"]
    assert [response.status for response in uas.responses] == [200]
    assert recording.ended_by == "callee"
    assert uas.only.bye_sent_at is not None
    assert recording.ended == pytest.approx(uas.only.bye_sent_at, abs=0.05)
    assert len(recording.received) == 5


@pytest.mark.parametrize("challenge", [401, 407])
async def test_a_password_is_asked_for(challenge: int) -> None:
    plan = Plan(password="secret", challenge=challenge)
    recording, uas = await placed(plan, HangUpStep(), password="secret")
    assert (recording.status, recording.ended_by) == (200, "caller")
    assert uas.methods == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]
    numbers = [request.cseq[0] for request in uas.requests]
    assert numbers == [1, 1, 2, 2, 3]


async def test_a_wrong_password_is_refused() -> None:
    recording, uas = await placed(Plan(password="secret"), password="guess")
    assert (recording.status, recording.ended_by) == (401, "refused")
    assert uas.methods == ["INVITE", "ACK", "INVITE", "ACK"]


async def test_a_busy_number_is_reported() -> None:
    recording, uas = await placed(Plan(final=486))
    assert uas.methods == ["INVITE", "ACK"]
    invite, ack = uas.requests
    assert invite.branch == ack.branch
    assert (recording.status, recording.ended_by, recording.answered) == (486, "refused", None)
    assert not recording.sent


async def test_early_media_before_busy_is_recorded() -> None:
    """Admission control sends 183, a spoken sentence and 486."""
    sound = prompt(syllables(1, 2))
    recording, _ = await placed(Plan(early=ALAW.encode(sound), final=486))
    assert recording.answered is None
    assert np.array_equal(recording.audio()[1], sound)


async def test_an_invite_is_repeated_until_something_comes_back() -> None:
    recording, uas = await placed(Plan(ignored_invites=2), HangUpStep())
    assert uas.methods == ["INVITE", "INVITE", "INVITE", "ACK", "BYE"]
    assert len({request.branch for request in uas.requests[:3]}) == 1
    assert recording.answered is not None
    # 50 and 100 ms: the interval doubles.
    assert 0.14 < recording.answered - recording.invited < 0.4


async def test_a_server_that_does_not_answer_is_given_up() -> None:
    async with Uas(Plan(deaf=True)) as uas, Softphone(uas.address, t1=0.005) as phone:
        recording = await phone.call("700")
        assert (recording.status, recording.ended_by) == (408, "refused")
        # At 0, 5, 15, 35, 75, 155 and 315 ms of 320, if this machine keeps the time.
        assert 6 <= len(uas.requests) <= 7


async def test_an_address_where_nothing_listens_is_reported() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    async with Softphone(address) as phone:
        recording = await phone.call("700")
    assert (recording.status, recording.reason) == (503, "Connection refused")


async def test_a_repeated_200_is_acknowledged_again() -> None:
    _, uas = await placed(Plan(answers=3), Silence(0.2), HangUpStep())
    assert uas.methods == ["INVITE", "ACK", "ACK", "ACK", "BYE"]


async def test_nobody_picks_up_and_the_call_is_cancelled() -> None:
    recording, uas = await placed(Plan(final=None), max_seconds=0.1)
    assert uas.methods == ["INVITE", "CANCEL", "ACK"]
    assert len({request.branch for request in uas.requests}) == 1
    assert (recording.status, recording.ended_by) == (487, "caller")


async def test_hanging_up_at_once() -> None:
    """The CANCEL is not sent before the first response."""
    async with Uas(Plan(final=None)) as uas, Softphone(uas.address) as phone:
        call = phone.dial("700")
        call.hang_up()
        assert not await call.answered()
        assert (await call.ended()).status == 487
        assert uas.methods == ["INVITE", "CANCEL", "ACK"]


async def test_leaving_the_phone_hangs_up() -> None:
    async with Uas(Plan()) as uas:
        async with Softphone(uas.address) as phone:
            assert await phone.dial("700").answered()
        assert uas.methods == ["INVITE", "ACK", "BYE"]


async def test_max_seconds_end_the_call() -> None:
    recording, uas = await placed(Plan(), max_seconds=0.2)
    assert uas.methods[-1] == "BYE"
    assert 0.19 < recording.ended - recording.invited < 0.4


async def asked(uas: Uas, seen: Seen, method: str, body: bytes = b"") -> int:
    """Send a request within the call and return the status of the caller's answer."""
    uas.answer_arrived.clear()
    uas.ask(seen, method, body)
    await asyncio.wait_for(uas.answer_arrived.wait(), 10)
    return uas.responses[-1].status


async def test_requests_within_the_call_are_answered() -> None:
    async with Uas(Plan()) as uas, Softphone(uas.address) as phone:
        call = phone.dial("700")
        await call.answered()
        statuses = {
            method: await asked(uas, uas.only, method)
            for method in ("OPTIONS", "UPDATE", "INFO", "SUBSCRIBE", "INVITE")
        }
        expected = {"OPTIONS": 200, "UPDATE": 200, "INFO": 200, "SUBSCRIBE": 405, "INVITE": 200}
        assert statuses == expected
        assert sdp.parse_sdp(uas.responses[-1].body).payload_type("PCMA/8000") == 8
        video = b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 9\r\n"
        assert await asked(uas, uas.only, "INVITE", video) == 488


async def test_a_re_invite_moves_the_audio() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.setblocking(False)
        async with Uas(Plan()) as uas, Softphone(uas.address) as phone:
            await phone.dial("700").answered()
            offer = sdp.offer("127.0.0.1", other.getsockname()[1], sdp.PCMA)
            assert await asked(uas, uas.only, "INVITE", offer.to_bytes()) == 200
            packet = await asyncio.get_running_loop().sock_recv(other, 2048)
            assert packet[12:] == IDLE


async def test_a_call_is_ended_when_the_answer_has_another_codec() -> None:
    recording, uas = await placed(Plan(codec=ULAW), codec=ALAW)
    assert uas.methods == ["INVITE", "ACK", "BYE"]
    assert (recording.ended_by, len(recording.sent)) == ("caller", 0)


async def test_junk_and_requests_of_other_calls_do_not_disturb_a_call() -> None:
    async with Uas(Plan()) as uas, Softphone(uas.address) as phone:
        call = phone.dial("700")
        await call.answered()
        uas.send_raw(b"\xff\x00junk")
        uas.only.invite = uas.requests[0]
        assert await asked(uas, uas.only, "OPTIONS") == 200
        uas.send_raw(
            b"INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=b\r\nFrom: <sip:a>;tag=1\r\n"
            b"To: <sip:b>\r\nCall-ID: stranger\r\nCSeq: 1 INVITE\r\n\r\n"
        )
        uas.answer_arrived.clear()
        await asyncio.wait_for(uas.answer_arrived.wait(), 10)
        assert uas.responses[-1].status == 481


async def test_the_sockets_are_closed() -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    async with Uas(Plan(final=486)) as uas, Softphone(uas.address) as phone:
        await asyncio.gather(*(phone.call("700") for _ in range(20)))
        assert open_files() <= before + 2 + 20  # ours, the server's, the server's RTP ports
    assert open_files() == before
