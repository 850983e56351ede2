"""The actions of a script (play, wait, press keys, hang up), and the packets made from them.

One packet step stands for 20 ms. The module uses no socket and no clock: a script is a list of
values, and its steps come from a generator.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import (
    ALAW_IDLE,
    ULAW_IDLE,
    Samples,
    decode_alaw,
    decode_ulaw,
    encode_alaw,
    encode_ulaw,
)
from ivr.softphone.rtp import (
    COMFORT_NOISE,
    DTMF_DIGITS,
    PACKET_SECONDS,
    SAMPLES_PER_PACKET,
    TELEPHONE_EVENT,
    event,
)
from ivr.softphone.sdp import PCMA, PCMU
from ivr.translation import tr

_CHUNK = 50 * SAMPLES_PER_PACKET
"""Number of samples that are computed and encoded at a time: one second. Longer pieces of a sound
would delay other calls."""
_EVENT_UPDATES, _EVENT_ENDS, _EVENT_PAUSE = 8, 3, 5
"""Numbers of packets (20 ms each) for one pressed key, in the order in which they are sent. 8 say
that the key is down (160 ms), 3 that it was released (RFC 4733); 5 are silence (100 ms)."""
_COMFORT_NOISE_EVERY = 10
"""Time from one comfort noise packet to the next, in steps of 20 ms: 10 steps are 200 ms."""


@dataclass(frozen=True, slots=True)
class Codec:
    """An audio codec that makes one octet of each sample, such as A-law."""

    name: str
    encoding: str
    """Name and clock rate of the codec as SDP writes them: ``PCMA/8000``."""
    payload_type: int
    idle: int
    """The octet that encodes a sample of silence."""
    encode: Callable[[Samples], bytes]
    decode: Callable[[bytes], Samples]


ALAW = Codec("alaw", "PCMA/8000", PCMA, ALAW_IDLE, encode_alaw, decode_alaw)
ULAW = Codec("ulaw", "PCMU/8000", PCMU, ULAW_IDLE, encode_ulaw, decode_ulaw)
CODECS = {codec.name: codec for codec in (ALAW, ULAW)}


@dataclass(frozen=True, slots=True, eq=False)
class PlayedSound:
    """An action of a script: send recorded sound, 16-bit samples at 8 kHz.

    If the last packet is not full, silence fills it up.
    """

    samples: Samples


@dataclass(frozen=True, slots=True)
class Silence:
    """An action of a script: send packets of silence (the codec's idle octet)."""

    seconds: float = math.inf


@dataclass(frozen=True, slots=True)
class Tone:
    """An action of a script: send a sine tone of ``hz`` Hz.

    ``dbov`` is its RMS level; 0 dBov is the level of a full-scale square wave.
    """

    hz: float
    seconds: float
    dbov: float = -20.0


@dataclass(frozen=True, slots=True)
class Noise:
    """An action of a script: send white noise up to 4 kHz.

    ``dbov`` is its RMS level in dBov, ``seed`` the random seed.
    """

    seconds: float
    dbov: float
    seed: int = 1


@dataclass(frozen=True, slots=True)
class NoRtp:
    """An action of a script: send no packets for a time; the RTP timestamp still advances."""

    seconds: float = math.inf


@dataclass(frozen=True, slots=True)
class ComfortNoise:
    """An action of a script: send one comfort noise packet every 200 ms and nothing else.

    ``level`` is the noise's level in dB below 0 dBov: 60 means -60 dBov.
    """

    seconds: float = math.inf
    level: int = 60


@dataclass(frozen=True, slots=True)
class Digits:
    """An action of a script: press telephone keys one after the other, as RFC 4733 events.

    Raise ValueError when ``keys`` is empty or holds a character other than 0-9, *, # and A-D.
    """

    keys: str

    def __post_init__(self) -> None:
        if not self.keys or any(key not in DTMF_DIGITS for key in self.keys):
            raise ValueError(tr("digits are 0-9 * # A-D, not {keys!r}").format(keys=self.keys))


@dataclass(frozen=True, slots=True)
class HangUpStep:
    """An action of a script: end the call."""


Action = PlayedSound | Silence | Tone | Noise | NoRtp | ComfortNoise | Digits | HangUpStep


@dataclass(frozen=True, slots=True)
class PacketStep:
    """The output of a caller's telephone in a slot of 20 ms: a packet, nothing, or a hang-up."""

    what: str
    """Class name of the script's action that made this step, for reports: ``Silence``."""
    payload_type: int
    payload: bytes | None
    """The RTP payload of the packet; None means that no packet is sent in this slot."""
    marker: bool
    advance: int
    """Number of samples by which the RTP timestamp advances after this slot."""
    hang_up: bool = False
    """True if the caller hangs up in this slot instead of sending a packet."""


def packet_steps(
    script: Iterable[Action], codec: Codec = ALAW, event_type: int = TELEPHONE_EVENT
) -> Iterator[PacketStep]:
    """Yield what a caller's telephone sends in each slot of 20 ms, to carry out ``script``.

    After the script, steps of silence follow without end, or steps without a packet if its last
    action was NoRtp. Only a hang-up in the script ends the steps. ``event_type`` is the RTP payload
    type for pressed keys.
    """
    resumes = True  # the next audio packet follows a slot without audio, so it carries the marker
    last: Action | None = None
    for last in script:
        for step in _steps(last, codec, event_type, resumes):
            yield step
            resumes = step.payload is None or step.payload_type != codec.payload_type
            if step.hang_up:
                return
    yield from _steps(NoRtp() if isinstance(last, NoRtp) else Silence(), codec, 0, resumes)


def _steps(action: Action, codec: Codec, event_type: int, resumes: bool) -> Iterator[PacketStep]:
    what = type(action).__name__
    match action:
        case NoRtp(seconds):
            nothing = PacketStep(what, codec.payload_type, None, False, SAMPLES_PER_PACKET)
            for _ in _slots(seconds):
                yield nothing
        case ComfortNoise(seconds, level):
            nothing = PacketStep(what, COMFORT_NOISE, None, False, SAMPLES_PER_PACKET)
            packet = PacketStep(what, COMFORT_NOISE, bytes([level]), False, SAMPLES_PER_PACKET)
            for slot in _slots(seconds):
                yield nothing if slot % _COMFORT_NOISE_EVERY else packet
        case Digits(keys):
            for key in keys:
                yield from _digit(key, codec, event_type)
        case HangUpStep():
            yield PacketStep(what, codec.payload_type, None, False, 0, hang_up=True)
        case Silence(seconds):
            packet = _idle(what, codec)
            for slot in _slots(seconds):
                first = resumes and slot == 0
                yield _idle(what, codec, marker=True) if first else packet
        case PlayedSound() | Tone() | Noise():
            for samples in _sound(action):
                octets = codec.encode(samples)
                for at in range(0, len(octets), SAMPLES_PER_PACKET):
                    payload = octets[at : at + SAMPLES_PER_PACKET]
                    payload = payload.ljust(SAMPLES_PER_PACKET, bytes([codec.idle]))
                    yield PacketStep(what, codec.payload_type, payload, resumes, SAMPLES_PER_PACKET)
                    resumes = False


def _idle(what: str, codec: Codec, marker: bool = False) -> PacketStep:
    payload = bytes([codec.idle]) * SAMPLES_PER_PACKET
    return PacketStep(what, codec.payload_type, payload, marker, SAMPLES_PER_PACKET)


def _digit(key: str, codec: Codec, event_type: int) -> Iterator[PacketStep]:
    # Every packet of an event carries the timestamp of its beginning.
    for update in range(_EVENT_UPDATES):
        payload = event(key, (update + 1) * SAMPLES_PER_PACKET, end=False)
        yield PacketStep("Digits", event_type, payload, update == 0, 0)
    end = event(key, _EVENT_UPDATES * SAMPLES_PER_PACKET, end=True)
    for left in reversed(range(_EVENT_ENDS)):
        passed = 0 if left else (_EVENT_UPDATES + _EVENT_ENDS) * SAMPLES_PER_PACKET
        yield PacketStep("Digits", event_type, end, False, passed)
    for slot in range(_EVENT_PAUSE):
        yield _idle("Digits", codec, marker=slot == 0)


def _slots(seconds: float) -> Iterable[int]:
    return count() if seconds == math.inf else range(round(seconds / PACKET_SECONDS))


def _sound(action: PlayedSound | Tone | Noise) -> Iterator[Samples]:
    """Yield the samples (16-bit, 8 kHz) of ``action`` in chunks of at most one second."""
    if isinstance(action, PlayedSound):
        for at in range(0, len(action.samples), _CHUNK):
            yield action.samples[at : at + _CHUNK]
        return
    rms = 32768.0 * 10 ** (action.dbov / 20)
    generator = np.random.default_rng(action.seed if isinstance(action, Noise) else 0)
    for at in range(0, round(action.seconds * RATE), _CHUNK):
        length = min(_CHUNK, round(action.seconds * RATE) - at)
        if isinstance(action, Tone):
            phase = 2 * np.pi * action.hz * np.arange(at, at + length) / RATE
            sound = rms * math.sqrt(2) * np.sin(phase)
        else:
            sound = generator.normal(0.0, rms, length)
        yield np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
