"""The protocol between the service and its recognition workers. Pure.

A frame is a kind (1 octet), the number of an utterance (4 octets), the length of the payload
(4 octets), both little-endian, and the payload. The worker answers each frame with exactly one
frame, in order, so the service always knows how much a worker still has to do.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

LONGEST_FRAME = 4_000_000
"""Maximum payload in octets, four minutes of sound; a longer one is an error."""
_HEAD = struct.Struct("<BII")


class Kind(IntEnum):
    """The kinds of frames."""

    # To the worker:
    AUDIO = 1
    """Sound of an utterance: 16-bit samples, little-endian, 8 kHz. The first one begins it."""
    FINISH = 2
    """The utterance is over. The answer is TRANSCRIPT."""
    CANCEL = 3
    """The utterance is no longer needed; the worker drops it."""
    PING = 4
    """A request for any answer, which shows that the worker is running."""
    # From the worker:
    DONE = 16
    """The oldest unanswered frame has been processed."""
    PARTIAL = 17
    """The same as DONE, with the changed partial text of the utterance as payload."""
    TRANSCRIPT = 18
    """The transcript of an utterance, as JSON."""
    READY = 19
    """The model is loaded. It is the first frame of a worker and is not an answer."""
    FAILED = 20
    """The model cannot be used; the payload is a sentence. Not an answer; the worker ends."""


_KINDS = frozenset(Kind)


class FramingError(Exception):
    """The octets are not frames of this protocol, so the other side has a defect."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message in either direction; ``utterance`` is 0 if it concerns no utterance."""

    kind: Kind
    utterance: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        """Return the octets of the frame as they are sent."""
        return _HEAD.pack(self.kind, self.utterance, len(self.payload)) + self.payload


class FrameCutter:
    """Cuts incoming octets, which arrive in pieces of any length, into frames."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """Yield the frames that are complete now; FramingError if the octets are not a frame."""
        self._octets += octets
        while len(self._octets) >= _HEAD.size:
            kind, utterance, length = _HEAD.unpack_from(self._octets)
            end = _HEAD.size + length
            if length > LONGEST_FRAME or kind not in _KINDS:
                raise FramingError(f"kind {kind} with {length} octets is not a frame")
            if len(self._octets) < end:
                return
            payload = bytes(self._octets[_HEAD.size : end])
            del self._octets[:end]
            yield Frame(Kind(kind), utterance, payload)
