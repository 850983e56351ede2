"""The frames that the service and its recognition workers exchange. Pure: no input or output.

A frame has four parts: its kind (1 octet), the number of an utterance (4 octets, little-endian),
the length of the payload (4 octets, little-endian), and the payload. The worker answers each frame
with exactly one frame, in order, so the service always knows how much a worker still has to do.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

LONGEST_FRAME = 4_000_000
"""Upper limit for a frame's payload in octets: four minutes of audio. A longer frame causes a
FramingError."""
_HEAD = struct.Struct("<BII")


class Kind(IntEnum):
    """The kinds of frames between the service and a recognition worker."""

    # To the worker:
    AUDIO = 1
    """Audio of an utterance: 16-bit samples, little-endian, 8 kHz. Its first frame begins the
    utterance."""
    FINISH = 2
    """The caller's utterance is over. The worker answers with TRANSCRIPT."""
    CANCEL = 3
    """The service no longer needs the utterance; the worker drops it."""
    PING = 4
    """The service asks the worker for an answer, which shows that the worker is running."""
    PAUSE = 5
    """The caller has paused and may have finished, so a worker may begin to decode."""
    GO_ON = 6
    """The caller goes on after a pause, so what was decoded in the pause is of no use."""
    EXPECT = 7
    """The kind of answer that an utterance is expected to be; the payload is the value of an
    :class:`~ivr.dialogue.expected.Expected`. If it is sent, it comes before the audio."""
    # From the worker:
    DONE = 16
    """The worker has processed the oldest frame that it had not answered."""
    PARTIAL = 17
    """Sent instead of DONE when the text recognised so far has changed; the payload is the text."""
    TRANSCRIPT = 18
    """The transcript of an utterance, as JSON; the answer to FINISH."""
    READY = 19
    """The worker has loaded the model. This is a worker's first frame and is not an answer."""
    FAILED = 20
    """The worker cannot use the model; the payload is a sentence that says why. After this frame
    the worker ends. The frame is not an answer to a frame of the service."""
    DECODING = 21
    """The answer to FINISH when the transcript takes time: DECODED follows, and meanwhile the
    worker answers other frames."""
    DECODED = 22
    """The transcript of an utterance whose FINISH was answered with DECODING, as JSON. The frame is
    not an answer."""


_KINDS = frozenset(Kind)


class FramingError(Exception):
    """The octets received are not frames of this protocol, so the other side has a defect."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of the service or of a worker; ``utterance`` is 0 if it concerns no utterance."""

    kind: Kind
    utterance: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        """Return the octets of the frame as they are sent."""
        return _HEAD.pack(self.kind, self.utterance, len(self.payload)) + self.payload


class FrameCutter:
    """Cutter of the octets from a pipe into frames; they may arrive in blocks of any length."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """Add ``octets`` and yield the frames that are complete now.

        Raise FramingError if the octets are not frames.
        """
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
