"""G.711: known codes of the recommendation, and encoding against decoding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.hearing.g711 import (
    ALAW_IDLE,
    ULAW_IDLE,
    decode_alaw,
    decode_ulaw,
    encode_alaw,
    encode_ulaw,
)

CODES = bytes(range(256))


@pytest.mark.parametrize(
    ("code", "linear"),
    [(ALAW_IDLE, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256), (0xC5, 264)],
)
def test_known_a_law_codes(code: int, linear: int) -> None:
    assert [linear] == decode_alaw(bytes([code])).tolist()


@pytest.mark.parametrize(
    ("code", "linear"), [(ULAW_IDLE, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xFE, 8)]
)
def test_known_mu_law_codes(code: int, linear: int) -> None:
    assert [linear] == decode_ulaw(bytes([code])).tolist()


def test_every_a_law_code_is_the_same_after_decoding_and_encoding() -> None:
    assert encode_alaw(decode_alaw(CODES)) == CODES


def test_every_mu_law_value_is_the_same_after_encoding_and_decoding() -> None:
    values = decode_ulaw(CODES)
    assert decode_ulaw(encode_ulaw(values)).tolist() == values.tolist()


@given(st.integers(-32768, 32767))
def test_a_sample_gets_the_code_of_the_nearest_value(linear: int) -> None:
    sample = np.array([linear], np.int16)
    for encode, decode in ((encode_alaw, decode_alaw), (encode_ulaw, decode_ulaw)):
        nearest = np.abs(decode(CODES).astype(int) - linear).min()
        assert nearest == abs(int(decode(encode(sample))[0]) - linear)


def test_encoding_keeps_the_order_of_values() -> None:
    ramp = np.arange(-32768, 32768).astype(np.int16)
    for encode, decode in ((encode_alaw, decode_alaw), (encode_ulaw, decode_ulaw)):
        assert (np.diff(decode(encode(ramp)).astype(int)) >= 0).all()


def test_no_octets_are_no_samples() -> None:
    assert decode_alaw(b"").tolist() == []
    assert encode_alaw(np.zeros(0, np.int16)) == b""


def test_zero_becomes_the_idle_code() -> None:
    """The code of the opposite sign is as near, but would look like a signal on the line."""
    assert encode_alaw(np.zeros(2, np.int16)) == b"\xd5\xd5"
    assert encode_ulaw(np.zeros(2, np.int16)) == b"\xff\xff"
