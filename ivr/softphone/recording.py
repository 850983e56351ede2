"""The recording of one call: its times, every packet, and the sound of both sides.

All times are monotonic seconds; those of received packets come from the kernel's timestamps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.softphone.rtp import PACKET_SECONDS, SAMPLES_PER_PACKET, RtpError, RxPacket, parse_packet
from ivr.softphone.script import CODECS, Codec
from ivr.softphone.wav import write_wav

EndedBy = Literal["caller", "callee", "refused"]

_DECODE = {codec.payload_type: codec.decode for codec in CODECS.values()}
_DRIFT_SECONDS = 0.25
"""Limit, in seconds, for the difference between a packet's RTP timestamp and its arrival. Beyond
it, the packet is placed in the recorded sound by its arrival, not by its timestamp."""
_DRIFT_AT_MARKER_SECONDS = 0.1
"""The same limit as _DRIFT_SECONDS, but for a packet with the RTP marker. It is smaller, because a
sender may start new timestamps at a marker."""


@dataclass(frozen=True, slots=True)
class TxPacket:
    """One RTP packet that the caller sent."""

    time: float
    timestamp: int
    payload_type: int
    payload: bytes
    what: str
    """Class name of the script's action that sent the packet: ``PlayedSound``, ``Silence``, …"""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The sound of one direction of a call; each packet is placed by its RTP timestamp.

    For the sound that the caller sent, the time of sending stands for the arrival.
    """

    start: float
    """Time of the first sample, in monotonic seconds: the arrival of the first packet. It is 0.0 if
    there is no packet."""
    samples: Samples
    """Samples at 8 kHz; zero where no packet arrived."""
    present: NDArray[np.bool_]
    """One value for each sample: true if a packet brought it, false if it was lost or not sent."""
    firsts: NDArray[np.int64]
    """Index in ``samples`` of each packet's first sample, ascending."""
    lengths: NDArray[np.int64]
    """Number of samples in each packet."""
    times: NDArray[np.float64]
    """Arrival of each packet, in monotonic seconds."""

    def arrival(self, sample: int) -> float:
        """Return the arrival of the packet that has the sample with index ``sample``.

        The result is in monotonic seconds. If the packet was lost, return the time at which it
        would have arrived.
        """
        at = max(int(np.searchsorted(self.firsts, sample, "right")) - 1, 0)
        after = sample - int(self.firsts[at])
        if 0 <= after < self.lengths[at]:
            return float(self.times[at])
        following = min(at + 1, len(self.firsts) - 1)
        until = int(self.firsts[following]) - sample
        if 0 < until < after:
            return float(self.times[following]) - -(-until // SAMPLES_PER_PACKET) * PACKET_SECONDS
        return float(self.times[at]) + after // SAMPLES_PER_PACKET * PACKET_SECONDS


@dataclass(frozen=True, slots=True)
class Gaps:
    """How regularly audio packets arrived: the times between them, and how many were lost."""

    packets: int
    """Number of audio packets that were received."""
    lost: int
    p50_ms: float
    """Median time from one audio packet's arrival to the next, in milliseconds. ``p99_ms`` is the
    99th percentile of these times, ``max_ms`` the longest."""
    p99_ms: float
    max_ms: float


@dataclass(frozen=True)  # without slots, because cached_property needs a __dict__
class CallRecording:
    """One call as the caller's telephone recorded it: times, SIP status and packets."""

    number: str
    codec: Codec
    invited: float
    """Time at which the call was dialled, in monotonic seconds."""
    ringing: float | None
    """Arrival of the first 180 or 183 response, in monotonic seconds; None if there was none."""
    answered: float | None
    """Arrival of the 200 OK, in monotonic seconds; None if the call was not answered."""
    ended: float
    """End of the call in monotonic seconds. If the other side ended it, the arrival of its BYE or
    refusal; otherwise the time at which we sent our BYE or CANCEL."""
    ended_by: EndedBy
    status: int
    """Final SIP status of the INVITE. It is 408 when no answer came, and 503 when nothing listens
    at the server's address (RFC 3261)."""
    reason: str
    datagrams: Sequence[tuple[float, bytes]]
    """All datagrams at the RTP port, each as its arrival (monotonic seconds) and its bytes. Those
    before the answer (early media) are included."""
    sent: Sequence[TxPacket]

    @cached_property
    def received(self) -> list[RxPacket]:
        """All RTP packets in the order of arrival; other datagrams are left out."""
        packets = []
        for time, datagram in self.datagrams:
            try:
                packets.append(parse_packet(datagram, time))
            except RtpError:
                continue
        return packets

    @cached_property
    def timeline(self) -> Timeline:
        """The sound that the caller received in the call."""
        return _timeline(
            [
                (
                    packet.time,
                    packet.ssrc,
                    packet.timestamp,
                    packet.marker,
                    packet.payload,
                    packet.payload_type,
                )
                for packet in self.received
                if packet.payload_type in _DECODE
            ]
        )

    @cached_property
    def said(self) -> Timeline:
        """The sound that the caller sent in the call."""
        return _timeline(
            [
                (packet.time, 0, packet.timestamp, False, packet.payload, packet.payload_type)
                for packet in self.sent
                if packet.payload_type in _DECODE
            ]
        )

    def audio(self) -> tuple[float, Samples]:
        """Return the sound that the caller received in the call.

        It is a pair: the time of the first sample (monotonic seconds), and 16-bit samples at 8 kHz.
        """
        return self.timeline.start, self.timeline.samples

    @property
    def first_audio(self) -> float | None:
        """Arrival of the first audio packet after the answer (monotonic seconds); None without any.

        If the call was not answered, it is the first packet since dialling.
        """
        origin = self.invited if self.answered is None else self.answered
        times = (p.time for p in self.received if p.payload_type in _DECODE and p.time >= origin)
        return next(times, None)

    def gaps(self) -> Gaps:
        """Return how regularly the received audio packets arrived, and how many packets were lost.

        The time before a packet with the RTP marker is not counted, because the marker says that
        the sender had paused.
        """
        heard = [packet for packet in self.received if packet.payload_type in _DECODE]
        waits = [
            (packet.time - before.time) * 1e3
            for before, packet in pairwise(heard)
            if not packet.marker
        ]
        p50, p99, longest = np.percentile(waits, [50, 99, 100]) if waits else (0.0, 0.0, 0.0)
        lost = _lost(self.received)
        return Gaps(len(heard), lost, float(p50), float(p99), float(longest))

    def save_wav(self, path: Path) -> None:
        """Write the sound of both sides to the WAV file ``path``, with 8 kHz and 16 bits.

        The left channel is what the caller sent, the right what they received, both on one time
        axis.
        """
        write_wav(path, [(self.said.start, self.said.samples), self.audio()])


def _timeline(packets: Sequence[tuple[float, int, int, bool, bytes, int]]) -> Timeline:
    """Return the sound of one direction of a call, from ``packets`` in the order of arrival.

    A packet is (arrival in monotonic seconds, SSRC, timestamp, marker, payload, payload type). It
    is placed by its RTP timestamp. It is placed by its arrival instead if it begins a new stream
    (SSRC), or if the sender has started new timestamps after a pause.
    """
    origin = packets[0][0] if packets else 0.0
    firsts = np.zeros(len(packets), np.int64)
    end = position = 0
    stream, reference = -1, 0
    for index, (time, ssrc, timestamp, marker, payload, _) in enumerate(packets):
        step = ((timestamp - reference + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
        wall = round((time - origin) * RATE)
        drift = _DRIFT_AT_MARKER_SECONDS if marker else _DRIFT_SECONDS
        if ssrc != stream or abs(position + step - wall) > drift * RATE:
            position = max(wall, end)
        else:
            position += step
        stream, reference = ssrc, timestamp
        firsts[index] = position
        end = max(end, position + len(payload))

    lengths = np.array([len(packet[4]) for packet in packets], np.int64)
    keep = np.argsort(firsts, kind="stable")
    keep = keep[(lengths[keep] > 0) & (firsts[keep] >= 0)]
    samples = np.zeros(end, np.int16)
    present = np.zeros(end, np.bool_)
    for index in keep:
        payload, payload_type = packets[index][4:]
        place = slice(firsts[index], firsts[index] + len(payload))
        samples[place] = _DECODE[payload_type](payload)
        present[place] = True
    times = np.array([packet[0] for packet in packets], np.float64)
    return Timeline(origin, samples, present, firsts[keep], lengths[keep], times[keep])


def _lost(packets: Sequence[RxPacket]) -> int:
    """Return the number of packets that were lost, by the gaps in the RTP sequence numbers.

    Each stream (SSRC) has its own sequence numbers.
    """
    lost = 0
    for ssrc in {packet.ssrc for packet in packets}:
        numbers: set[int] = set()
        highest: int | None = None
        for packet in packets:
            if packet.ssrc != ssrc:
                continue
            if highest is None:
                highest = packet.sequence
            step = ((packet.sequence - highest + 0x8000) & 0xFFFF) - 0x8000
            numbers.add(highest + step)
            highest = max(highest, highest + step)
        lost += max(numbers) - min(numbers) + 1 - len(numbers)
    return lost
