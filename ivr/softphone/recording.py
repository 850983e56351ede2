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
"""Largest difference, in seconds, between the time by a packet's RTP timestamp and its arrival. If
they differ by more, the packet is placed on the timeline by its arrival, not by its timestamp."""
_DRIFT_AT_MARKER_SECONDS = 0.1
"""The limit of _DRIFT_SECONDS (difference between RTP timestamp and arrival) for a packet with the
RTP marker. It is smaller, because a sender may begin a new count of timestamps at a marker."""


@dataclass(frozen=True, slots=True)
class TxPacket:
    """One RTP packet that the caller sent."""

    time: float
    timestamp: int
    payload_type: int
    payload: bytes
    what: str
    """Name of the script's action that the packet belongs to: ``PlayedSound``, ``Silence``, …"""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The sound of one direction of a call: audio packets placed by their RTP timestamps.

    The packets of the caller's own sound "arrive" when they are sent.
    """

    start: float
    """Time of the first sample, in monotonic seconds: the arrival of the first packet; 0.0 without
    any."""
    samples: Samples
    """Samples at 8 kHz; zero where no packet arrived."""
    present: NDArray[np.bool_]
    """For each sample, whether a packet brought it."""
    firsts: NDArray[np.int64]
    """Index in ``samples`` of each packet's first sample, ascending."""
    lengths: NDArray[np.int64]
    """Number of samples in each packet."""
    times: NDArray[np.float64]
    """Arrival of each packet, in monotonic seconds."""

    def arrival(self, sample: int) -> float:
        """Return the arrival, in monotonic seconds, of the packet with sample ``sample``.

        For a packet that was lost, return the time at which it would have arrived.
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
    """The time between received audio packets, and how many were lost."""

    packets: int
    """Number of audio packets that were received."""
    lost: int
    p50_ms: float
    """Median of the milliseconds from the arrival of an audio packet to the arrival of the next.
    ``p99_ms`` is the 99th percentile of these times, ``max_ms`` the longest of them."""
    p99_ms: float
    max_ms: float


@dataclass(frozen=True)  # without slots, because cached_property needs a __dict__
class CallRecording:
    """One call as the caller's telephone saw it."""

    number: str
    codec: Codec
    invited: float
    """Time at which the call was dialled, in monotonic seconds."""
    ringing: float | None
    """Arrival of the first 180 or 183 response, in monotonic seconds; None if there was none."""
    answered: float | None
    """Arrival of the 200 OK, in monotonic seconds; None if the call was not answered."""
    ended: float
    """Time of the end in monotonic seconds: the arrival of the other side's BYE or refusal, or the
    sending of our own BYE or CANCEL."""
    ended_by: EndedBy
    status: int
    """Final SIP status of the INVITE; by RFC 3261, 408 when no answer came and 503 when nothing
    listens at the server's address."""
    reason: str
    datagrams: Sequence[tuple[float, bytes]]
    """Arrival (monotonic seconds) and bytes of all datagrams at the RTP port, those before the
    answer (early media) included."""
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
        """The sound that the caller received."""
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
        """The sound that the caller sent."""
        return _timeline(
            [
                (packet.time, 0, packet.timestamp, False, packet.payload, packet.payload_type)
                for packet in self.sent
                if packet.payload_type in _DECODE
            ]
        )

    def audio(self) -> tuple[float, Samples]:
        """Return start (monotonic seconds) and samples of the sound that the caller received."""
        return self.timeline.start, self.timeline.samples

    @property
    def first_audio(self) -> float | None:
        """Arrival (monotonic seconds) of the first audio packet after the answer; None without any.

        In a call that was not answered, all packets since dialling count.
        """
        origin = self.invited if self.answered is None else self.answered
        times = (p.time for p in self.received if p.payload_type in _DECODE and p.time >= origin)
        return next(times, None)

    def gaps(self) -> Gaps:
        """Return how regularly the audio packets arrived, and how many were lost.

        The time before a packet with the RTP marker is left out: the other side has paused then.
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
        """Write both sides, on one clock, to a WAV file: caller left, PBX right; 8 kHz, 16 bits."""
        write_wav(path, [(self.said.start, self.said.samples), self.audio()])


def _timeline(packets: Sequence[tuple[float, int, int, bool, bytes, int]]) -> Timeline:
    """Return the timeline of packets that are given in the order of arrival.

    A packet is (time, ssrc, timestamp, marker, payload, payload type). Within a stream (one SSRC)
    a packet is placed by its RTP timestamp. When the stream changes, or when the sender begins a
    new count of timestamps after a pause, the packet is placed by its arrival.
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
    """Return how many packets were lost, by the gaps in the sequence numbers of each stream."""
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
