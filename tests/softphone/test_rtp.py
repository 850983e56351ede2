"""RTP packets are packed and unpacked; other datagrams are refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.softphone.rtp import RtpError, RxPacket, event, pack, parse_packet

from .events import read_event


@given(
    st.integers(0, 63),
    st.integers(0, 1 << 20),
    st.integers(0, 1 << 40),
    st.integers(0, 1 << 32),
    st.binary(max_size=400),
    st.booleans(),
)
def test_a_packet_is_unpacked_as_it_was_packed(
    kind: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool
) -> None:
    packet = parse_packet(pack(kind, sequence, timestamp, ssrc, payload, marker), 1.5)
    expected = RxPacket(
        1.5, sequence % 2**16, timestamp % 2**32, kind, marker, ssrc % 2**32, payload
    )
    assert packet == expected


def test_padding_contributors_and_extension_are_no_payload() -> None:
    header = bytes([0xB1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3])
    datagram = header + b"CSRC" + b"\xbe\xde\x00\x01" + b"EXT!" + b"abc" + b"\x00\x02"
    assert parse_packet(datagram).payload == b"abc"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (b"\x80" * 11, "too short"),
        (b"\x00" * 40, "version 0"),
        (bytes([0x80, 200]) + bytes(30), "RTCP"),
        (bytes([0x90, 8]) + bytes(10), "extension"),
        (bytes([0xA0, 8]) + bytes(10), "padding"),
        (bytes([0x8F, 8]) + bytes(10), "longer"),
    ],
)
def test_a_datagram_that_is_not_rtp_is_refused(wrong: bytes, says: str) -> None:
    with pytest.raises(RtpError, match=says):
        parse_packet(wrong)


@given(st.binary(max_size=64))
def test_junk_raises_no_other_error(datagram: bytes) -> None:
    with contextlib.suppress(RtpError):
        parse_packet(datagram)


def test_an_event_has_the_octets_of_rfc_4733() -> None:
    assert event("#", 1280, end=True) == bytes([11, 0x8A, 5, 0])
    assert read_event(event("7", 320, end=False)) == ("7", 320, False)
    with pytest.raises(ValueError, match="substring"):
        event("x", 160, end=False)
