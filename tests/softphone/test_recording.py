"""A recording has the timeline of RTP, gaps and losses, and is saved as WAV."""

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.softphone.recording import TxPacket
from ivr.softphone.rtp import pack
from ivr.softphone.script import ALAW

from .sounds import prompt, recording, syllables

SOUND = prompt(syllables(1, 3))
PACKETS = len(SOUND) // 160


def test_jitter_does_not_move_the_samples() -> None:
    call = recording(SOUND, jitter=(0.0, 0.007, 0.002, 0.031))
    start, samples = call.audio()
    assert start == 100.0
    assert np.array_equal(samples, SOUND)
    assert call.timeline.arrival(165) == pytest.approx(100.027)


def test_a_lost_packet_leaves_its_place_empty() -> None:
    call = recording(SOUND, lost={4})
    timeline = call.timeline
    assert not timeline.present[640:800].any()
    assert np.count_nonzero(~timeline.present) == 160
    assert np.array_equal(timeline.samples[800:], SOUND[800:])
    assert timeline.arrival(700) == pytest.approx(100.08)
    assert call.gaps().lost == 1


def test_packets_out_of_order_or_received_twice_do_no_harm() -> None:
    call = recording(SOUND)
    swapped = list(call.datagrams)
    swapped[3], swapped[4] = (swapped[3][0], swapped[4][1]), (swapped[4][0], swapped[3][1])
    swapped.insert(8, swapped[7])
    call = replace(call, datagrams=swapped)
    assert np.array_equal(call.audio()[1], SOUND)
    assert call.gaps().lost == 0


def test_a_pause_without_rtp_is_as_long_as_it_was() -> None:
    call = recording(SOUND, 1.5, SOUND)
    _, samples = call.audio()
    assert np.array_equal(samples[-len(SOUND) :], SOUND)
    assert len(samples) == 2 * len(SOUND) + 12000
    assert call.gaps().max_ms == pytest.approx(20.0)


def test_a_new_stream_is_placed_by_its_arrival() -> None:
    call = recording(SOUND)
    other = [(101.7, pack(8, 9, 123456, 6, b"\xd5" * 160, marker=False))]
    moved = replace(call, datagrams=[*call.datagrams, *other])
    assert len(moved.audio()[1]) == round(1.7 * 8000) + 160


def test_junk_and_rtcp_are_left_out() -> None:
    call = recording(SOUND)
    junk = [(99.0, b"hello"), (99.1, bytes([0x80, 200]) + bytes(30))]
    assert len(replace(call, datagrams=[*junk, *call.datagrams]).received) == PACKETS


@given(st.lists(st.binary(min_size=4, max_size=200), max_size=20))
def test_any_packets_have_a_timeline(payloads: list[bytes]) -> None:
    datagrams = [
        (100.0 + number / 50, bytes([0x80, 8]) + payload + bytes(12))
        for number, payload in enumerate(payloads)
    ]
    call = replace(recording(SOUND), datagrams=datagrams)
    timeline = call.timeline
    assert len(timeline.samples) == len(timeline.present)
    call.gaps()


def test_a_call_without_packets_has_an_empty_recording(tmp_path: Path) -> None:
    call = recording()
    assert call.gaps().packets == 0
    assert call.first_audio is None
    call.save_wav(tmp_path / "empty.wav")


def test_the_wav_has_the_caller_left_and_the_pbx_right(tmp_path: Path) -> None:
    octets = ALAW.encode(SOUND[:1600])
    sent = [
        TxPacket(99.5 + at / 8000, at, 8, octets[at : at + 160], "PlayedSound")
        for at in range(0, 1600, 160)
    ]
    replace(recording(SOUND), sent=sent).save_wav(tmp_path / "call.wav")
    with wave.open(str(tmp_path / "call.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert np.array_equal(both[:1600, 0], SOUND[:1600])
    assert np.array_equal(both[4000:, 1], SOUND)
    assert not both[:4000, 1].any()
