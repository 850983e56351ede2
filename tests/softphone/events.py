"""Telephone events (RFC 4733) as the other side reads them."""

import struct

from ivr.softphone.rtp import DTMF_DIGITS


def read_event(payload: bytes) -> tuple[str, int, bool]:
    """Return the digit of an event, its duration in samples, and whether it is over."""
    number, flags, duration = struct.unpack("!BBH", payload)
    return DTMF_DIGITS[number], duration, bool(flags & 0x80)
