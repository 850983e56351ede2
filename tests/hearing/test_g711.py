"""G.711 against the recommendation's own landmarks, and against itself."""

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
def test_a_law_landmarks(code: int, linear: int) -> None:
    assert [linear] == decode_alaw(bytes([code])).tolist()


@pytest.mark.parametrize(
    ("code", "linear"), [(ULAW_IDLE, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xFE, 8)]
)
def test_mu_law_landmarks(code: int, linear: int) -> None:
    assert [linear] == decode_ulaw(bytes([code])).tolist()


def test_every_a_law_code_survives_the_way_there_and_back() -> None:
    assert encode_alaw(decode_alaw(CODES)) == CODES


def test_every_mu_law_value_survives_the_way_there_and_back() -> None:
    values = decode_ulaw(CODES)
    assert decode_ulaw(encode_ulaw(values)).tolist() == values.tolist()


@given(st.integers(-32768, 32767))
def test_the_code_is_the_nearest(linear: int) -> None:
    sample = np.array([linear], np.int16)
    for encode, decode in ((encode_alaw, decode_alaw), (encode_ulaw, decode_ulaw)):
        nearest = np.abs(decode(CODES).astype(int) - linear).min()
        assert nearest == abs(int(decode(encode(sample))[0]) - linear)


def test_louder_never_decodes_to_quieter() -> None:
    ramp = np.arange(-32768, 32768).astype(np.int16)
    for encode, decode in ((encode_alaw, decode_alaw), (encode_ulaw, decode_ulaw)):
        assert (np.diff(decode(encode(ramp)).astype(int)) >= 0).all()


def test_nothing_in_nothing_out() -> None:
    assert decode_alaw(b"").tolist() == []
    assert encode_alaw(np.zeros(0, np.int16)) == b""


def test_silence_is_the_idle_code() -> None:
    """Zero must not become the idle code's negative twin: the line would seem to carry a signal."""
    assert encode_alaw(np.zeros(2, np.int16)) == b"\xd5\xd5"
    assert encode_ulaw(np.zeros(2, np.int16)) == b"\xff\xff"
