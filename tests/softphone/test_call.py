"""Calls over real UDP sockets: what is sent and heard, measured against the server's own clock."""

import asyncio
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ivr.softphone.matching import heard_prompts, measured_waits
from ivr.softphone.phone import Softphone
from ivr.softphone.script import (
    ALAW,
    ULAW,
    Action,
    ComfortNoise,
    Digits,
    HangUpStep,
    NoRtp,
    Silence,
    Tone,
)

from .events import read_event
from .sounds import catalogue, prompt, syllables
from .uas import IDLE, Plan, Uas, placed


async def test_tone_pause_comfort_noise_and_keys_arrive() -> None:
    """The packets have consecutive sequence numbers and right timestamps."""
    script: Sequence[Action] = [
        Tone(440, 0.06), NoRtp(0.1), ComfortNoise(0.2, 50), Digits("5"), HangUpStep()
    ]  # fmt: skip
    _, uas = await placed(Plan(codec=ULAW), *script, codec=ULAW)
    packets = uas.only.rtp
    kinds = [packet.payload_type for packet in packets]
    assert kinds == [0] * 3 + [13] + [101] * 11 + [0] * 5
    steps = np.diff([packet.sequence for packet in packets]) % 65536
    assert set(steps) == {1}
    clock = [(packet.timestamp - packets[0].timestamp) % 2**32 for packet in packets]
    assert clock[:5] == [0, 160, 320, 8 * 160, 18 * 160]
    assert clock[15] == 29 * 160
    assert read_event(packets[14].payload) == ("5", 1280, True)
    # Packets are sent no later than 60 ms after their time, even on a busy machine.
    late = [
        packet.time - packets[0].time - at / 8000
        for packet, at in zip(packets, clock, strict=True)
        if packet.payload_type != 101
    ]
    assert max(late) < 0.06


async def test_a_caller_who_sends_nothing_receives() -> None:
    recording, uas = await placed(Plan(play=IDLE * 10, bye_at_end=True), NoRtp())
    assert uas.only.rtp == []
    assert len(recording.received) == 10


async def test_a_script_can_be_replaced_during_the_call() -> None:
    async with Uas(Plan()) as uas, Softphone(uas.address) as phone:
        call = phone.dial("700", [NoRtp()])
        await call.answered()
        assert uas.only.rtp == []
        call.play([Tone(440, 0.04), HangUpStep()])
        recording = await call.ended()
        assert [packet.what for packet in recording.sent] == ["Tone", "Tone"]


@pytest.mark.slow
async def test_prompts_and_waits_of_many_calls_at_once(tmp_path: Path) -> None:
    """There are ten calls; the server's own clock says when it sent each packet."""
    sounds = {"a.hello": prompt(syllables(7, 2)), "b.bye": prompt(syllables(8, 2))}
    rendered = catalogue(tmp_path / "rendered", sounds)
    first, second = (ALAW.encode(sound) for sound in sounds.values())
    lost = frozenset({len(first) // 160 - 20})
    plan = Plan(play=first + IDLE * 10 + second + IDLE * 3, bye_at_end=True, lose_packets=lost)
    async with Uas(plan) as uas, Softphone(uas.address, t1=5.0) as phone:
        calls = [phone.dial(str(number), [Silence()]) for number in range(10)]
        recordings = await asyncio.gather(*(call.ended() for call in calls))
        seen = [uas.calls[call.id] for call in calls]

    errors = []
    for recording, call in zip(recordings, seen, strict=True):
        heard = heard_prompts(recording, rendered)
        assert [(prompt.id, prompt.complete) for prompt in heard] == [
            ("a.hello", True),
            ("b.bye", True),
        ]
        at, then = len(first) // 160, len(first) // 160 + 10
        end = then + len(second) // 160
        assert call.bye_sent_at is not None
        errors += [
            heard[0].start - call.sent_at[0],
            heard[0].end - call.sent_at[at - 1] - 0.02,
            heard[1].start - call.sent_at[then],
            heard[1].end - call.sent_at[end - 1] - 0.02,
            recording.ended - call.bye_sent_at,
        ]
        assert recording.gaps().lost == 1
        silences = measured_waits(recording, heard)
        assert silences[1] == pytest.approx(0.2, abs=0.06)
    assert np.median(np.abs(errors)) < 0.002


async def test_arrivals_are_exact_while_the_process_is_busy() -> None:
    """By the kernel's timestamps, packets come every 20 ms while Python is busy for 100 ms."""
    sent_at = []
    async with Uas(Plan()) as uas, Softphone(uas.address) as phone:
        call = phone.dial("700", [NoRtp()])
        await call.answered()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(5):
                sent_at.append(time.monotonic())
                sender.sendto(b"\x80\x08" + bytes([0, number]) + bytes(8) + IDLE, uas.only.remote)
                time.sleep(0.02)  # noqa: ASYNC251 - to be busy is the purpose
        call.hang_up()
        recording = await call.ended()
    errors = np.array([packet.time for packet in recording.received]) - sent_at
    assert errors.max() < 0.01  # the first one too: it would be 100 ms without the stamps
