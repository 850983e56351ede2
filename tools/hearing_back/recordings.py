"""The sound of people's recordings (tools/recordings.py), ready for the training."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from rich.progress import track

from tools.recordings import Recording

RATE = 10000
"""Samples per second of the loaded recordings. Played at 0.8 times the speed, they still fill the
4 kHz of a telephone line."""
_QUIET_DB, _FRAME, _MARGIN = 38.0, 100, 1
"""A frame this far below the loudest frame is silence; samples of a frame; frames that are kept
before the first and after the last frame that is not silence."""

Samples = NDArray[np.int16]


def load_sounds(recordings: list[Recording], cache: Path) -> list[Samples]:
    """Return the samples of each recording at RATE, without the silence at both ends.

    The result is kept in the file ``cache``, which is read if it holds the same recordings: reading
    10,000 MP3 files takes about two minutes.
    """
    names = [f"{one.speaker}/{one.path.stem}" for one in recordings]
    if cache.exists():
        kept = np.load(cache)
        if kept["names"].tolist() == names:
            return np.split(kept["samples"], np.cumsum(kept["lengths"])[:-1])
    sounds = list(_read(recordings))
    np.savez(
        cache,
        names=np.array(names),
        samples=np.concatenate(sounds),
        lengths=np.array([len(sound) for sound in sounds]),
    )
    return sounds


def _read(recordings: list[Recording]) -> Iterator[Samples]:
    for recording in track(recordings, "recordings"):
        samples, rate = soundfile.read(recording.path, dtype="float32", always_2d=True)
        sound = trimmed(soxr.resample(samples.mean(1), rate, RATE, quality="HQ"))
        peak = max(float(np.abs(sound).max()), 1e-6)
        yield np.rint(sound * (20000 / peak)).astype(np.int16)


def trimmed(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``sound`` (at RATE) without the silence before and after its words."""
    count = len(sound) // _FRAME
    if count == 0:
        return sound
    power = np.mean(sound[: count * _FRAME].reshape(count, _FRAME) ** 2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-_QUIET_DB / 10))
    first, last = max(loud[0] - _MARGIN, 0), min(loud[-1] + _MARGIN + 1, count)
    return sound[first * _FRAME : last * _FRAME]
