"""CPU cost of hearing one call: in percent of a core, and as a multiple of decoding a-law."""

from collections.abc import Callable
from time import process_time

from ivr.bench.streams import sounds
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS
from ivr.hearing.g711 import Samples, decode_alaw
from ivr.recognition.silero import SileroModel

_SECONDS = 28.5
"""Seconds of audio that are played to measure each cost."""


def cost(seed: int) -> dict[str, float]:
    """Return three figures about the CPU cost of the detectors of one call, by name.

    Two are in percent of a core: for a talking and for a silent caller. The third is the cost for
    the talking caller divided by the cost of decoding the same a-law. ``seed`` is the random seed
    of the silent caller's noise.
    """
    sent = sounds(_SECONDS, seed)
    talking, silent = decode_alaw(sent.talking), decode_alaw(sent.silent)

    def decode(at: int, now: float) -> None:
        decode_alaw(sent.talking[at : at + FRAME])

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
    """Return a function that plays one frame (20 ms) of ``sound`` to the detectors of one call.

    The function takes the index of the frame's first sample, and the time of the frame in seconds.
    """
    ear = Ear(SileroModel.load().stream(), 0.0)

    def hear(at: int, now: float) -> None:
        ear.hear(sound[at : at + FRAME], now)

    return hear


def _per_frame(step: Callable[[int, float], None], count: int) -> float:
    """Return the mean CPU seconds that one call of ``step`` takes.

    ``step`` is called for each frame (20 ms) of a recording with ``count`` samples at 8 kHz. Its
    arguments are the index of the frame's first sample, and the time of the frame in seconds.
    """
    begin = process_time()
    for n, at in enumerate(range(0, count - FRAME + 1, FRAME)):
        step(at, n * FRAME_SECONDS)
    return (process_time() - begin) / (count // FRAME)
