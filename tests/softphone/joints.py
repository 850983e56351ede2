"""Measure the joints between the clips of a composed sentence as they arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.softphone.recording import CallRecording, Timeline
from ivr.softphone.sentences import HeardClip

_QUIET = 32768.0 * 10 ** (-50 / 20)
"""RMS at and below which 5 ms count as silence: -50 dBov."""
_STEP = 5 * RATE // 1000
"""Samples over which loudness is taken: 5 ms."""


@dataclass(frozen=True, slots=True)
class Joint:
    """The joint between two neighbouring clips."""

    gap_seconds: float
    """Seconds that the wire adds: from the end of one clip to the beginning of the next."""
    pause_seconds: float
    """Seconds of audible silence: from the last sound of one clip to the first of the next."""
    click: float
    """Largest step from one sample to the next at the border, as a share of full scale."""


def joints(recording: CallRecording, heard: Sequence[HeardClip]) -> list[Joint]:
    """Return the joint between each clip and the next."""
    return [_joint(recording.timeline, one, other) for one, other in pairwise(heard)]


def _joint(timeline: Timeline, one: HeardClip, other: HeardClip) -> Joint:
    border = one.first + one.length
    by_timestamp = (other.first - border) / RATE
    sound = timeline.samples.astype(np.float64)
    before = _loud(sound[one.first : border])[::-1]
    after = _loud(sound[other.first : other.first + other.length])
    around = sound[border - _STEP : other.first + _STEP]
    return Joint(
        gap_seconds=max(by_timestamp, other.start - one.end),
        pause_seconds=by_timestamp + (_silent(before) + _silent(after)) * _STEP / RATE,
        click=float(np.max(np.abs(np.diff(around)))) / 32768,
    )


def _loud(sound: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each 5 ms whether anything is heard."""
    blocks = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP)
    loud: NDArray[np.bool_] = np.sqrt(np.mean(blocks**2, axis=1)) > _QUIET
    return loud


def _silent(loud: NDArray[np.bool_]) -> int:
    """Return how many blocks come before the first loud one."""
    return int(np.argmax(loud)) if loud.any() else len(loud)
