"""The AudioSocket codec: any chunking gives the same packets, and malformed octets are refused."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.audio_wire import (
    AUDIO_8K,
    DTMF,
    ERROR,
    HANG_UP,
    MAX_PAYLOAD,
    UUID,
    AudioError,
    Packet,
    Packets,
    encode_packet,
)
from tests.asterisk.test_agi_wire import chunked

audio = st.binary(max_size=MAX_PAYLOAD // 2).map(lambda half: Packet(AUDIO_8K, half + half))
other = st.builds(
    Packet, st.sampled_from([HANG_UP, UUID, DTMF, ERROR]), st.binary(max_size=MAX_PAYLOAD)
)
packets = st.lists(st.one_of(audio, other), max_size=10)


def read(pieces: list[bytes]) -> tuple[list[Packet], str]:
    """Return the packets of the pieces, and the error after them."""
    reader, found = Packets(), []
    try:
        for piece in pieces:
            for packet in reader.feed(piece):
                found.append(packet)
            assert len(reader._rest) < 3 + MAX_PAYLOAD
    except AudioError as error:
        return found, str(error)
    return found, ""


def encoded(packets: list[Packet]) -> bytes:
    """Return the octets of all packets."""
    return b"".join(encode_packet(packet.kind, packet.payload) for packet in packets)


@given(packets, st.lists(st.integers(0, 400), max_size=20))
def test_encoded_packets_are_decoded_with_any_chunking(
    packets: list[Packet], sizes: list[int]
) -> None:
    assert (packets, "") == read(chunked(encoded(packets), sizes))


@given(packets, st.binary(max_size=300), st.lists(st.integers(0, 400), max_size=20))
def test_any_chunking_gives_the_same_refusal_after_the_same_packets(
    packets: list[Packet], junk: bytes, sizes: list[int]
) -> None:
    octets = encoded(packets) + junk
    whole = read([octets])
    assert whole == read(chunked(octets, sizes))
    assert whole == read([bytes((octet,)) for octet in octets])


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1",
        bytes((0x12, 2, 128)),
        bytes((AUDIO_8K, 255, 255)),
        bytes((AUDIO_8K, 0, 1)),
    ],
)
def test_junk_is_refused_at_its_third_octet(octets: bytes) -> None:
    reader = Packets()
    assert list(reader.feed(octets[:2])) == []
    with pytest.raises(AudioError):
        list(reader.feed(octets[2:3]))


def test_connection_opens_with_sixteen_octets_of_uuid() -> None:
    id = uuid.uuid4()
    assert id == Packet(UUID, id.bytes).uuid
    for wrong in (Packet(UUID, b"short"), Packet(AUDIO_8K, id.bytes), Packet(UUID, b"")):
        with pytest.raises(AudioError):
            _ = wrong.uuid


def test_empty_packet_is_three_octets() -> None:
    assert encode_packet(HANG_UP) == b"\x00\x00\x00"
    assert ([Packet(HANG_UP, b"")], "") == read([b"\x00\x00\x00"])
