"""G.711: converts a-law and μ-law octets to 16-bit linear samples and back, by tables.

The tables follow ITU-T G.711. A-law has no zero: its idle code 0xD5 decodes to +8, so the level of
digital silence on an a-law line is -72 dBov.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
"""Mono 16-bit linear samples at 8 kHz."""

ALAW_IDLE = 0xD5
"""The octet (idle code) that stands for silence on an a-law line."""
ULAW_IDLE = 0xFF
"""The octet (idle code) that stands for silence on a μ-law line."""


def _alaw_table() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = np.where(
        exponent == 0,
        (mantissa << 4) + 8,
        ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0),
    )
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_table() -> Samples:
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _nearest_code(table: Samples, idle: int) -> NDArray[np.uint8]:
    """Return an encoding table: element i is the code nearest to the linear value i - 32768.

    ``table`` holds the decoded value of each of the 256 codes. Zero is as near to the idle code
    ``idle`` as to the code of the opposite sign, and becomes the idle code.
    """
    order = np.argsort(table, kind="stable")
    values = table[order].astype(np.int32)
    linear = np.arange(-32768, 32768)
    right = np.searchsorted(values, linear).clip(1, 255)
    left_is_nearer = np.abs(values[right - 1] - linear) <= np.abs(values[right] - linear)
    codes = order[np.where(left_is_nearer, right - 1, right)].astype(np.uint8)
    codes[32768] = idle
    return codes


_ALAW, _ULAW = _alaw_table(), _ulaw_table()
_TO_ALAW, _TO_ULAW = _nearest_code(_ALAW, ALAW_IDLE), _nearest_code(_ULAW, ULAW_IDLE)


def decode_alaw(octets: bytes) -> Samples:
    """Return the linear samples of an a-law payload, one per octet."""
    return _ALAW[np.frombuffer(octets, np.uint8)]


def decode_ulaw(octets: bytes) -> Samples:
    """Return the linear samples of a μ-law payload, one per octet."""
    return _ULAW[np.frombuffer(octets, np.uint8)]


def encode_alaw(samples: Samples) -> bytes:
    """Return the a-law octets whose values are nearest to ``samples``."""
    return _TO_ALAW[samples.astype(np.int32) + 32768].tobytes()


def encode_ulaw(samples: Samples) -> bytes:
    """Return the μ-law octets whose values are nearest to ``samples``."""
    return _TO_ULAW[samples.astype(np.int32) + 32768].tobytes()
