"""RTP packets as values (RFC 3550), telephone events (RFC 4733) and comfort noise (RFC 3389)."""

import struct
from dataclasses import dataclass

COMFORT_NOISE = 13
"""The payload type of comfort noise (RFC 3551)."""
TELEPHONE_EVENT = 101
"""The RTP payload type that we offer for pressed keys (telephone events). The other side may ask
for another one in its answer."""
SAMPLES_PER_PACKET = 160
PACKET_SECONDS = 0.020
DTMF_DIGITS = "0123456789*#ABCD"
"""The keys of a telephone in the order of RFC 4733: a key's index is its event number."""

_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")


class RtpError(ValueError):
    """A datagram is not an RTP packet."""


@dataclass(frozen=True, slots=True)
class RxPacket:
    """One RTP packet that reached the caller."""

    time: float
    """Arrival by the kernel's timestamp, in monotonic seconds."""
    sequence: int
    timestamp: int
    """Position of the packet's first sample in the sender's stream. The unit is 1/8000 s; after
    2^32 it begins again at 0."""
    payload_type: int
    marker: bool
    ssrc: int
    payload: bytes


def pack(
    payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool
) -> bytes:
    """Return one RTP packet as bytes: a header with these fields, and ``payload``.

    ``sequence`` is reduced to its lowest 16 bits, ``timestamp`` and ``ssrc`` to their lowest 32.
    """
    kind = payload_type | 0x80 if marker else payload_type
    return (
        _HEADER.pack(0x80, kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc & 0xFFFFFFFF)
        + payload
    )


def parse_packet(datagram: bytes, time: float = 0.0) -> RxPacket:
    """Return the RTP packet in ``datagram``, which arrived at ``time`` (monotonic seconds).

    Raise RtpError for RTCP and for other datagrams that are not RTP.
    """
    if len(datagram) < 12:
        raise RtpError(f"{len(datagram)} bytes are too short for RTP")
    first, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    if first >> 6 != 2:
        raise RtpError(f"RTP version {first >> 6}, not 2")
    if 192 <= kind <= 223:
        raise RtpError("RTCP, not RTP")
    start, end = 12 + 4 * (first & 15), len(datagram)
    if first & 0x10:  # header extension
        if end < start + 4:
            raise RtpError("the header extension is cut off")
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
    if first & 0x20:  # padding: its last octet says how much
        if datagram[-1] == 0:
            raise RtpError("the padding has length 0")
        end -= datagram[-1]
    if start > end:
        raise RtpError("the header is longer than the packet")
    return RxPacket(time, sequence, timestamp, kind & 0x7F, kind >= 0x80, ssrc, datagram[start:end])


def event(digit: str, duration: int, end: bool, volume: int = 10) -> bytes:
    """Return the payload of a telephone event (RFC 4733): the key ``digit`` is pressed.

    ``duration`` is the time since it was pressed, in units of 1/8000 s. ``end`` is True when the
    key has been released. ``volume`` is how far the key's tone lies below 0 dBm0, in dB. Raise
    ValueError when ``digit`` is none of 0-9, *, # and A-D.
    """
    return _EVENT.pack(DTMF_DIGITS.index(digit), (0x80 if end else 0) | volume, duration)
