"""What the ear costs, as a share of a core and against decoding a-law."""

from collections.abc import Callable
from time import process_time

import numpy as np

from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples, decode_alaw, encode_alaw
from ivr.lab.corpus.telephone import at_level
from ivr.lab.voices import PHRASES, says
from ivr.recognition.silero import SileroModel

_TURNS = 12


def cost(seed: int) -> dict[str, float]:
    """CPU time of one call that talks and of one that is silent, in percent of a core."""
    rng = np.random.default_rng(seed)
    pause = np.zeros(RATE // 2, np.int16)
    parts = [part for n in range(_TURNS) for part in (says(PHRASES[n % len(PHRASES)], n), pause)]
    talking = decode_alaw(encode_alaw(np.concatenate(parts)))
    room = at_level(rng.normal(size=len(talking)), -70.0).astype(np.int16)
    silent = decode_alaw(encode_alaw(room))
    octets = encode_alaw(talking)

    def decode(at: int, now: float) -> None:
        decode_alaw(octets[at : at + FRAME])

    per_frame = {
        "talking": _per_frame(_listener(talking), len(talking)),
        "silent": _per_frame(_listener(silent), len(silent)),
        "decoding": min(_per_frame(decode, len(talking)) for _ in range(5)),
    }
    return {
        "cost_per_call_core_percent": 100 * per_frame["talking"] / FRAME_SECONDS,
        "cost_silent_core_percent": 100 * per_frame["silent"] / FRAME_SECONDS,
        "cost_ratio_alaw_decode": per_frame["talking"] / per_frame["decoding"],
    }


def _listener(sound: Samples) -> Callable[[int, float], None]:
    ear = Ear(SileroModel.load().stream(), 0.0)

    def hear(at: int, now: float) -> None:
        ear.hear(sound[at : at + FRAME], now)

    return hear


def _per_frame(step: Callable[[int, float], None], count: int) -> float:
    """Seconds of CPU for each 20 ms."""
    begin = process_time()
    for n, at in enumerate(range(0, count - FRAME + 1, FRAME)):
        step(at, n * FRAME_SECONDS)
    return (process_time() - begin) / (count // FRAME)
