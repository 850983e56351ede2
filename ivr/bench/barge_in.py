"""``ivr bench barge-in``: how soon a prompt stops when the caller begins to speak."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ivr.bench.result import BenchResult, percentile
from ivr.bench.silent_calls import prompts_of
from ivr.hearing.frames import FRAME, FRAME_SECONDS
from ivr.hearing.g711 import Samples
from ivr.hearing.level import dbov
from ivr.lab.lab import Lab, laboratory
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import PHRASES, VOICES, says
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import Action, PlayedSound, Silence

LIMITS = {"stop_p95_ms": 400.0}
EARLIEST_SECONDS, LATEST_SECONDS = 0.5, 4.0
"""Earliest and latest moment of a caller's first word, in seconds after the answer. The greeting
lasts 5.7 s, so every caller speaks during it."""
VOICED_DBOV = -40.0
"""A packet of the caller counts as voiced (speech) if its level is at least this many dBov."""
_PROMPT = "greeting.ask"
_CALLERS = [speaker for pair in zip(VOICES, NATURAL_CALLERS, strict=True) for speaker in pair]
"""The callers in turn: every second one has a natural voice."""


async def measure(root: Path, calls: int, seed: int, done: Callable[[], None]) -> BenchResult:
    """Interrupt the greeting in ``calls`` simultaneous calls, each at another random moment.

    The result says how long the greeting goes on after the caller's first word. ``root`` is the
    directory of the project's checkout, ``seed`` the random seed of the moments. ``done`` is called
    after each call. Every second caller has a natural voice; raise VoiceError if it is not
    installed.
    """
    rng = np.random.default_rng(seed)
    starts = rng.uniform(EARLIEST_SECONDS, LATEST_SECONDS, calls)
    words = [says(PHRASES[i % len(PHRASES)], _CALLERS[i % len(_CALLERS)]) for i in range(calls)]
    async with laboratory(root, max_calls=calls + 5) as lab:
        recordings = await _interrupt(lab, starts.tolist(), words, done)
        stops = [
            stop_seconds(recording, voiced(sound), lab)
            for recording, sound in zip(recordings, words, strict=True)
        ]
    cut = [stop * 1000 for stop in stops if stop is not None]
    missed = len(stops) - len(cut)
    figures = {
        "stop_p50_ms": percentile(cut, 50),
        "stop_p95_ms": percentile(cut, 95),
        "stop_max_ms": percentile(cut, 100),
        "missed": missed,
        "calls": calls,
    }
    early = sum(stop < 0 for stop in cut)
    problems = tuple(
        f"{count} {what}"
        for count, what in (
            (missed, "callers did not interrupt the greeting"),
            (early, "prompts were cut before the caller spoke"),
        )
        if count
    )
    return BenchResult("barge-in", figures, LIMITS, len(stops), seed, problems)


async def _interrupt(
    lab: Lab, starts: list[float], words: list[Samples], done: Callable[[], None]
) -> list[CallRecording]:
    """Place one call for each clip in ``words``, all at once; return the recordings of the calls.

    In call i the caller plays ``words[i]`` when ``starts[i]`` seconds have passed since the answer,
    which interrupts the greeting. Recording i belongs to call i. ``done`` is called after each
    call.
    """
    async with lab.telephone() as phone:

        async def one(start: float, sound: Samples) -> CallRecording:
            script: list[Action] = [Silence(start), PlayedSound(sound), Silence()]
            recording = await phone.call(lab.number, script, max_seconds=start + 6.0)
            done()
            return recording

        return await asyncio.gather(*(one(*each) for each in zip(starts, words, strict=True)))


def stop_seconds(recording: CallRecording, voiced_after: float, lab: Lab) -> float | None:
    """Return how many seconds the greeting went on after the caller's first voiced packet.

    A packet is voiced if it contains speech. The result is negative if the greeting stopped before
    that packet, and None if the greeting was played to its end or no speech was sent. ``recording``
    is the recording of the call, ``lab`` the laboratory in which it was made. ``voiced_after`` is
    the time from the caller's first packet of the clip to the first voiced one, in seconds.
    """
    spoken = next(
        (packet.time for packet in recording.sent if packet.what == PlayedSound.__name__), None
    )
    heard = prompts_of(recording, lab.catalogue)
    if spoken is None or not heard or heard[0].id != _PROMPT or heard[0].complete:
        return None
    return heard[0].end - (spoken + voiced_after)


def voiced(sound: Samples) -> float:
    """Return the seconds from the start of a clip to its first voiced packet (20 ms).

    ``sound`` is the clip: 16-bit samples at 8 kHz. A packet is voiced if its level is at least -40
    dBov (VOICED_DBOV). At least one packet of the clip must be voiced.
    """
    frames = [sound[at : at + FRAME] for at in range(0, len(sound), FRAME)]
    first = next(i for i, frame in enumerate(frames) if dbov(frame, remove_dc=True) >= VOICED_DBOV)
    return first * FRAME_SECONDS
