"""Studio sessions that the tests build: a synthetic speaker, a noisy room, coughs and clicks."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.hearing.level import dbov, gain
from ivr.voice.espeak import Espeak

Sound = NDArray[np.float64]
"""Mono samples on the scale of 16 bits, at RATE."""
RATE = 22050
"""Sampling rate of the sessions in Hz: that of espeak-ng."""
PAUSE_SECONDS = 1.2
_CLICK_SECONDS, _COUGH_SECONDS = 0.004, 0.28


@cache
def said(words: str, words_per_minute: int = 215) -> Sound:
    """Return the words as espeak-ng says them, without the silence around them."""
    samples, rate = Espeak(words_per_minute=words_per_minute).synthesise(words)
    assert rate == RATE
    loud = np.flatnonzero(np.abs(samples) > 300)
    spoken: Sound = samples[loud[0] : loud[-1]].astype(np.float64)
    return spoken * gain(-22 - dbov(spoken))


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE))


def cough(seed: int = 1) -> Sound:
    """Return a burst of noise as long as a cough."""
    burst = np.random.default_rng(seed).normal(0, 2500, round(_COUGH_SECONDS * RATE))
    return burst * np.hanning(len(burst))


def click() -> Sound:
    """Return a click, as a switch or the speaker's mouth makes it."""
    return np.full(round(_CLICK_SECONDS * RATE), 9000.0)


def broken_off(sound: Sound, share: float) -> Sound:
    """Return the first ``share`` of a sound: the speaker breaks off."""
    return sound[: round(len(sound) * share)]


def record(
    path: Path,
    parts: Sequence[Sound],
    *,
    noise_dbov: float = -55,
    pause: float = PAUSE_SECONDS,
    seed: int = 1,
    **form: object,
) -> list[float]:
    """Write a session of the ``parts``, with a pause before and after each, and noise throughout.

    Return the second at which each part begins. ``form`` is given to soundfile.write.
    """
    sounds: list[Sound] = [silence(pause)]
    starts = []
    for part in parts:
        starts.append(sum(map(len, sounds)) / RATE)
        sounds += [part, silence(pause)]
    session = np.concatenate(sounds)
    noise = np.random.default_rng(seed).normal(0, 1, len(session))
    session = session + noise * 32768 * 10 ** (noise_dbov / 20)
    soundfile.write(path, session / 32768, RATE, **form)
    return starts
