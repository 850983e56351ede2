"""The audio of the callers whose hearing ``ivr bench streams`` and ``bench hearing`` measure."""

from dataclasses import dataclass

import numpy as np

from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import ALAW_IDLE, encode_alaw
from ivr.lab.voices import PHRASES, says

PROMPT = "您好，很高兴为您服务，请问您需要了解企业QQ哪方面的信息"
"""Words of the prompt that plays while callers are heard."""
PAUSE_SECONDS = 0.5
"""Seconds of pause between two sentences of a talking caller."""
COMFORT_DBOV = -70.0
"""Level in dBov of the comfort noise of a silent caller."""
ROOM_DBOV = -50.0
"""Level in dBov of the noise of a room, which is above what the voice detector is spared."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """The audio that four kinds of callers send, as octets of a-law at 8 kHz."""

    talking: bytes
    """Speech with pauses."""
    silent: bytes
    """Comfort noise, without a voice."""
    dead: bytes
    """A line without any sound: the octet of a-law silence again and again."""
    noisy: bytes
    """The noise of a room, without a voice."""


def sounds(seconds: float, seed: int) -> Sounds:
    """Return the audio of four kinds of callers: speech, comfort noise, a dead line, a room.

    Each lasts ``seconds`` seconds; ``seed`` is the random seed of the noise.
    """
    count = round(seconds / FRAME_SECONDS) * FRAME
    pause = np.zeros(round(PAUSE_SECONDS * RATE), np.int16)
    turns = [
        part
        for n, text in enumerate(PHRASES[n % len(PHRASES)] for n in range(12))
        for part in (says(text, n), pause)
    ]
    noise = np.random.default_rng(seed).normal(0, 32768, count)
    return Sounds(
        encode_alaw(np.resize(np.concatenate(turns), count)),
        encode_alaw((noise * 10 ** (COMFORT_DBOV / 20)).astype(np.int16)),
        bytes([ALAW_IDLE]) * count,
        encode_alaw((noise * 10 ** (ROOM_DBOV / 20)).astype(np.int16)),
    )
