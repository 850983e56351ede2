"""The AudioSocket protocol without a socket: one kind octet, two of length, the payload."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

HANG_UP, UUID, DTMF, AUDIO_8K, ERROR = 0x00, 0x01, 0x03, 0x10, 0xFF
_KINDS = frozenset({HANG_UP, UUID, DTMF, AUDIO_8K, ERROR})
MAX_PAYLOAD = 2048
"""Far above the 320 octets of a frame; the field could say 65,535."""


class AudioError(Exception):
    """The peer does not speak AudioSocket, or a kind of it that was not asked for."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One AudioSocket packet."""

    kind: int
    payload: bytes

    @property
    def uuid(self) -> uuid.UUID:
        """The id a connection opens with; AudioError when it is not 16 octets."""
        if self.kind != UUID or len(self.payload) != 16:
            raise AudioError("the connection does not open with a UUID")
        return uuid.UUID(bytes=self.payload)


class Packets:
    """Cuts a stream of octets into packets; never holds more than one."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[Packet]:
        """The packets completed by ``octets``; AudioError on an unknown kind or a wrong length.

        What came before the wrong packet is given first, however the octets were cut.
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
    """One packet, to be sent in one write: Asterisk gives up on a header that comes alone."""
    return bytes((kind, len(payload) >> 8, len(payload) & 0xFF)) + payload
