"""The RTP side of one call: it sends the script's packets and stores all datagrams that arrive."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator

from ivr.softphone.recording import TxPacket
from ivr.softphone.rtp import PACKET_SECONDS, SAMPLES_PER_PACKET, TELEPHONE_EVENT, pack
from ivr.softphone.script import Action, Codec, PacketStep, packet_steps
from ivr.softphone.udp import StampedSocket

_CATCH_UP_SECONDS = 0.060
"""Limit, in seconds, for a delay of our own sending. After a shorter delay all late packets are
sent at once; after a longer one they are left out."""


def skipped(late: float) -> int:
    """Return the number of packets to leave out when sending is ``late`` seconds late.

    A packet is 20 ms. Up to 0.06 s of delay no packet is left out, and the late ones are sent at
    once.
    """
    return int(late / PACKET_SECONDS) if late > _CATCH_UP_SECONDS else 0


class Media:
    """The RTP port of one call: it receives from its creation on, and sends after :meth:`start`."""

    def __init__(self, host: str, codec: Codec, hang_up: Callable[[], None]) -> None:
        """Bind a free port of this machine's address ``host``; its number is even, as RTP asks for.

        ``codec`` encodes the sound that is sent. ``hang_up`` is called when the script hangs up.
        """
        self.received: list[tuple[float, bytes]] = []
        """Arrival (monotonic seconds) and bytes of each datagram that has reached the port."""
        self.sent: list[TxPacket] = []
        self.remote: tuple[str, int] | None = None
        """Host and port that packets are sent to; None until :meth:`start`. A re-INVITE of the
        other side may change it."""
        self._codec = codec
        self._event_type = TELEPHONE_EVENT
        self._hang_up = hang_up
        self._loop = asyncio.get_running_loop()
        self._socket = StampedSocket(host, self._arrived, even=True)
        self.port = self._socket.address[1]
        self._sequence = secrets.randbits(16)
        self._timestamp = secrets.randbits(32)
        self._left_out = 0
        """Samples of the packets left out, by which the timestamp has not been advanced yet."""
        self._ssrc = secrets.randbits(32)
        self._steps: Iterator[PacketStep] = iter(())
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(
        self, script: Iterable[Action], remote: tuple[str, int], event_type: int | None
    ) -> None:
        """Begin to send the packets of ``script`` to the host and port ``remote``.

        ``event_type`` is the payload type that the other side wants for pressed keys. If None, our
        own is used: 101.
        """
        self.remote = remote
        self._event_type = TELEPHONE_EVENT if event_type is None else event_type
        self.play(script)
        self._due = self._loop.time()
        self._beat()

    def play(self, script: Iterable[Action]) -> None:
        """Send ``script`` from the next packet on, instead of the rest of the current script."""
        self._steps = packet_steps(script, self._codec, self._event_type)

    def stop(self) -> None:
        """Send no more packets; packets that arrive are still stored."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Stop sending and close the port."""
        self.stop()
        self._socket.close()

    def _arrived(self, datagram: bytes, time: float) -> None:
        self.received.append((time, datagram))

    def _beat(self) -> None:
        now = self._loop.time()
        if holes := skipped(now - self._due):
            self._due += holes * PACKET_SECONDS
            self._left_out += holes * SAMPLES_PER_PACKET
        step = next(self._steps)
        if not self._continues_a_key(step):
            self._timestamp += self._left_out
            self._left_out = 0
        if step.hang_up:
            self._timer = None
            self._hang_up()
            return
        if step.payload is not None and self.remote is not None:
            timestamp = self._timestamp & 0xFFFFFFFF
            self._sequence += 1
            self._socket.send_to(
                pack(
                    step.payload_type,
                    self._sequence,
                    timestamp,
                    self._ssrc,
                    step.payload,
                    step.marker,
                ),
                self.remote,
            )
            self.sent.append(TxPacket(now, timestamp, step.payload_type, step.payload, step.what))
        self._timestamp += step.advance
        self._due += PACKET_SECONDS
        self._timer = self._loop.call_at(self._due, self._beat)

    def _continues_a_key(self, step: PacketStep) -> bool:
        """Return True if ``step`` is a packet of a pressed key, but not the first of that key.

        All packets of one key carry one timestamp (RFC 4733). The timestamp must not change before
        such a packet: otherwise the other side takes the key for two keys.
        """
        return step.payload_type == self._event_type and not step.marker
