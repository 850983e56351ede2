"""The AudioSocket server: takes the audio connections that a call expects, refuses all others.

A connection is expected if it begins with a UUID that this server has given out.
"""

import asyncio
import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from ivr.asterisk.audio_wire import ERROR, HANG_UP, AudioError, Packet, Packets

log = structlog.get_logger()

FIRST_PACKET_SECONDS = 1.0
"""Seconds after connecting within which a peer must send the UUID that it was given."""
UUID_OCTETS = 19
"""Octets of the packet with the UUID."""
EXPECT_SECONDS = 5.0
"""Seconds for which a new UUID is valid: within them, one connection may begin with it."""


class ConnectionOwner(Protocol):
    """Owner of one connection, such as a heartbeat."""

    def connected(self, transport: asyncio.Transport) -> None:
        """Note that the connection has been made; ``transport`` sends to Asterisk and closes it."""
        ...

    def disconnected(self) -> None:
        """Note that the connection has ended, by either side or by a fault."""
        ...


@dataclass(frozen=True, slots=True)
class HandOver:
    """Another process takes the connection over as soon as its UUID has arrived."""

    take: Callable[[socket.socket, bytes], None]
    """Function that is called with the connected socket, which it owns from then on, and with the
    octets that have arrived after the UUID."""


class AudioConnection(asyncio.Protocol):
    """One AudioSocket connection from Asterisk, which begins with a UUID that we have given out."""

    def __init__(
        self,
        claim: Callable[[uuid.UUID], ConnectionOwner | HandOver | None],
        connected: set[uuid.UUID],
    ) -> None:
        """Prepare for a connection, whose first packet is a UUID.

        ``claim`` returns the listener that expects this UUID, or None if it is not expected; the
        connection is then refused. The UUID is in the set ``connected`` as long as the connection
        lasts; if the connection is handed over, its new owner must remove it.
        """
        self._claim, self._connected = claim, connected
        self._id: uuid.UUID | None = None
        self._packets = Packets()
        self._received = b""
        """All octets so far, until the UUID has arrived."""
        self._listener: ConnectionOwner | None = None
        self._handed_over = False
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection; refuse the peer if its UUID has not arrived after 1 s."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._deadline = self._loop.call_later(
            FIRST_PACKET_SECONDS, self._refuse, "it sent no UUID"
        )

    def data_received(self, data: bytes) -> None:
        """Handle the packets that ``data`` completes; malformed octets end the connection."""
        if self._id is None:
            self._received += data
        try:
            for packet in self._packets.feed(data):
                self._packet(packet)
                if self._handed_over:
                    break
        except AudioError as error:
            self._refuse(str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the listener that the connection has ended."""
        if self._deadline is not None:
            self._deadline.cancel()
        if self._handed_over:
            return
        if self._id is not None:
            self._connected.discard(self._id)
        if self._listener is not None:
            self._listener.disconnected()

    def _packet(self, packet: Packet) -> None:
        assert self._transport is not None
        if self._id is None:
            self._open(packet.uuid)
        elif packet.kind in (HANG_UP, ERROR):
            self._transport.close()

    def _open(self, id: uuid.UUID) -> None:
        assert self._deadline is not None
        assert self._transport is not None
        self._deadline.cancel()
        claimed = self._claim(id)
        if claimed is None:
            raise AudioError("the UUID is unknown, used or expired")
        self._id = id
        self._connected.add(id)
        if isinstance(claimed, HandOver):
            self._hand_over(claimed)
        else:
            self._listener = claimed
            claimed.connected(self._transport)

    def _hand_over(self, to: HandOver) -> None:
        """Give the connection away and forget it; the peer notices nothing."""
        assert self._transport is not None
        self._handed_over = True
        ours = self._transport.get_extra_info("socket")
        to.take(socket.socket(fileno=os.dup(ours.fileno())), self._received[UUID_OCTETS:])
        self._transport.abort()  # closes our descriptor; the connection lives on in the other one

    def _refuse(self, reason: str) -> None:
        assert self._transport is not None
        peer = self._transport.get_extra_info("peername")
        log.warning(
            "audio_refused", reason=reason, peer=peer,
            effect="this connection is closed; if it was to carry a caller's audio, the line "
            "tap_lost of that call says what the caller notices",
            remedy="only Asterisk may reach audio.port: if the peer is another machine or program, "
            "keep it off; if it is your Asterisk and this repeats, report this line",
        )  # fmt: skip
        self._transport.abort()


class AudioServer:
    """The server for AudioSocket connections; it gives each to the listener that expects it."""

    def __init__(self) -> None:
        self._expected: dict[uuid.UUID, tuple[ConnectionOwner | HandOver, asyncio.TimerHandle]] = {}
        self._server: asyncio.Server | None = None
        self.connected: set[uuid.UUID] = set()
        """The UUIDs of the connections that exist now."""

    async def start(self, host: str, port: int) -> None:
        """Begin to accept connections; raise OSError when the port cannot be used."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: AudioConnection(self._take, self.connected), host, port, backlog=256
        )

    def close(self) -> None:
        """Accept no more connections; those that exist stay."""
        if self._server is not None:
            self._server.close()

    def expect(self, listener: ConnectionOwner | HandOver) -> uuid.UUID:
        """Return a new UUID; ``listener`` gets the connection that begins with it.

        The connection must come within 5 s (EXPECT_SECONDS); only the first one is accepted.
        """
        id = uuid.uuid4()
        timer = asyncio.get_running_loop().call_later(EXPECT_SECONDS, self._take, id)
        self._expected[id] = (listener, timer)
        return id

    def ended(self, id: uuid.UUID) -> None:
        """Note that a connection that was handed over has ended."""
        self.connected.discard(id)

    def forget(self, id: uuid.UUID) -> None:
        """Refuse connections that begin with the UUID ``id`` from now on."""
        self._take(id)

    def _take(self, id: uuid.UUID) -> ConnectionOwner | HandOver | None:
        listener, timer = self._expected.pop(id, (None, None))
        if timer is not None:
            timer.cancel()
        return listener
