"""The AudioSocket protocol without a socket: reads and writes packets.

A packet has one octet for its kind, two for the length of its payload (big-endian), and then the
payload.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

HANG_UP, UUID, DTMF, AUDIO_8K, ERROR = 0x00, 0x01, 0x03, 0x10, 0xFF
_KINDS = frozenset({HANG_UP, UUID, DTMF, AUDIO_8K, ERROR})
MAX_PAYLOAD = 2048
"""Maximum number of octets in a payload: a frame of 20 ms has 320, and the length field allows
65,535."""


class AudioError(Exception):
    """The peer does not speak AudioSocket, or sends audio of another rate than 8 kHz."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One AudioSocket packet."""

    kind: int
    payload: bytes

    @property
    def uuid(self) -> uuid.UUID:
        """The UUID in this packet, with which a connection begins; AudioError if it has none."""
        if self.kind != UUID or len(self.payload) != 16:
            raise AudioError("the connection does not begin with a UUID")
        return uuid.UUID(bytes=self.payload)


class Packets:
    """Divider of a stream of octets into packets; it keeps at most one unfinished packet."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[Packet]:
        """Yield the AudioSocket packets that ``octets`` complete.

        On a packet of unknown kind or wrong length, raise AudioError after the packets before it
        have been yielded.
        """
        data, start = self._rest + octets, 0
        self._rest = b""
        while len(data) - start >= 3:
            kind = data[start]
            length = data[start + 1] << 8 | data[start + 2]
            if kind not in _KINDS:
                raise AudioError(f"kind 0x{kind:02x} is unknown")
            if length > MAX_PAYLOAD or (kind == AUDIO_8K and length % 2):
                raise AudioError(f"a packet of {length} octets is not audio of 8 kHz")
            if len(data) - start < 3 + length:
                break
            yield Packet(kind, data[start + 3 : start + 3 + length])
            start += 3 + length
        self._rest = data[start:]


def encode_packet(kind: int, payload: bytes = b"") -> bytes:
    """Return the octets of one AudioSocket packet.

    Send them in one write: Asterisk closes the connection if kind and length (three octets) come
    without the payload.
    """
    return bytes((kind, len(payload) >> 8, len(payload) & 0xFF)) + payload
