"""The language between the service and its recognition workers. Pure.

A frame is a kind (1 octet), the number of an utterance and the length of what follows (4 octets
each, little-endian), then that many octets. The worker answers every frame with exactly one, in
order, so that the service always knows how much a worker still has to do.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

LONGEST_FRAME = 4_000_000
"""Octets a frame may carry: four minutes of sound. More is no frame of ours."""
_HEAD = struct.Struct("<BII")


class Kind(IntEnum):
    """What a frame is."""

    # To the worker:
    AUDIO = 1
    """Some more of an utterance: 16-bit samples, little-endian, 8 kHz. The first one begins it."""
    FINISH = 2
    """The utterance is over; answered by TRANSCRIPT."""
    CANCEL = 3
    """Forget the utterance."""
    PING = 4
    """Are you there?"""
    # From the worker:
    DONE = 16
    """The oldest unanswered frame has been dealt with, and there is nothing to tell."""
    PARTIAL = 17
    """As DONE, and what may have been said so far has changed: text."""
    TRANSCRIPT = 18
    """What was said: JSON."""
    READY = 19
    """The model is loaded. Answers nothing; comes once, first."""
    FAILED = 20
    """The model cannot be used: a sentence. Answers nothing; the worker ends."""


_KINDS = frozenset(Kind)


class FramingError(Exception):
    """These octets are no frames: the other side is not what it should be."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    kind: Kind
    utterance: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        """As it is sent."""
        return _HEAD.pack(self.kind, self.utterance, len(self.payload)) + self.payload


class FrameCutter:
    """Cuts what arrives, in pieces of any length, into frames."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """The frames that are whole now; FramingError for what is none."""
        self._octets += octets
        while len(self._octets) >= _HEAD.size:
            kind, utterance, length = _HEAD.unpack_from(self._octets)
            end = _HEAD.size + length
            if length > LONGEST_FRAME or kind not in _KINDS:
                raise FramingError(f"kind {kind} with {length} octets is no frame")
            if len(self._octets) < end:
                return
            payload = bytes(self._octets[_HEAD.size : end])
            del self._octets[:end]
            yield Frame(Kind(kind), utterance, payload)
