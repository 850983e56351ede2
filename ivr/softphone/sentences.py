"""Was a composed sentence heard whole, in order and without gaps? Each clip is looked for by ear.

The clips that were to be played are known; each is correlated with what arrived just after the
one before it. What lies between two of them on the wire is the joint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.softphone.recording import CallRecording, Timeline
from ivr.softphone.rtp import PACKET_SECONDS
from ivr.words.catalogue import Catalogue, Rendering

_SURE = 0.9
"""Correlation from which a clip counts as found; what arrives unharmed has 1.0."""
_FIRST_WITHIN = 10 * RATE
"""The first clip of a sentence is looked for so far after the sentence before."""
_NEXT_WITHIN = RATE // 2
_QUIET = 32768.0 * 10 ** (-50 / 20)
_STEP = 5 * RATE // 1000
"""Loudness is taken over 5 ms."""


@dataclass(frozen=True, slots=True)
class HeardClip:
    """One clip of a sentence as it reached the caller."""

    id: str
    correlation: float
    """Of the clip with what was heard at its place, at most 1.0; below 0.9 it was not heard."""
    first: int
    """Sample of the timeline with which it begins."""
    length: int
    start: float
    """Arrival of the packet with its first sample, monotonic seconds."""
    end: float
    """Arrival of the packet with its last sample, plus its 20 ms."""

    @property
    def heard(self) -> bool:
        """Whether it was found at all."""
        return self.correlation >= _SURE


@dataclass(frozen=True, slots=True)
class Joint:
    """Between two clips."""

    gap_seconds: float
    """What the wire adds to the clips: from the end of one to the beginning of the next."""
    pause_seconds: float
    """All that is heard as silence: from the last sound of one to the first of the next."""
    click: float
    """Largest step from one sample to the next at the border, of a full scale of 1.0."""


def heard_sentence(
    recording: CallRecording,
    catalogue: Catalogue,
    clips: Sequence[str],
    rendering: Rendering = "normal",
    after: int = 0,
) -> list[HeardClip]:
    """Where each of ``clips`` was heard, from sample ``after`` of the timeline on.

    Always as many as ``clips``: one that was not heard has the correlation of the best place.
    """
    timeline = recording.timeline
    found: list[HeardClip] = []
    sound = timeline.samples.astype(np.float64)
    for id in clips:
        samples = catalogue.samples(id, rendering).astype(np.float64)
        within = _NEXT_WITHIN if found else _FIRST_WITHIN
        first, correlation = _place(samples, sound[after : after + within + len(samples)])
        found.append(_heard(id, correlation, after + first, len(samples), timeline))
        if found[-1].heard:
            after = found[-1].first + len(samples)
    return found


def joints(recording: CallRecording, heard: Sequence[HeardClip]) -> list[Joint]:
    """What lies between each clip and the next."""
    return [_joint(recording.timeline, one, other) for one, other in pairwise(heard)]


def _heard(id: str, correlation: float, first: int, length: int, timeline: Timeline) -> HeardClip:
    margin = _STEP // 2  # a packet's border, missed by less than this
    start = timeline.arrival(first + margin)
    end = timeline.arrival(first + length - margin) + PACKET_SECONDS
    return HeardClip(id, correlation, first, length, start, end)


def _place(clip: NDArray[np.float64], sound: NDArray[np.float64]) -> tuple[int, float]:
    """Where in ``sound`` the clip fits first, and how well."""
    lags = len(sound) - len(clip) + 1
    if lags < 1:
        return 0, 0.0
    size = 1 << (len(sound) + len(clip)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(clip, size))
    products = np.fft.irfft(spectrum, size)[:lags]
    power = np.concatenate([[0.0], np.cumsum(sound**2)])
    energy = power[len(clip) :][:lags] - power[:lags]
    likeness = products / np.sqrt(np.maximum(energy, 1.0) * max(float(np.sum(clip**2)), 1.0))
    sure = np.flatnonzero(likeness > _SURE)
    # The earliest place, since a digit may come twice; its peak lies within half a packet.
    from_, to = (int(sure[0]), int(sure[0]) + 80) if len(sure) else (0, lags)
    best = from_ + int(np.argmax(likeness[from_:to]))
    return best, min(float(likeness[best]), 1.0)


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
    """For each 5 ms, whether anything is heard."""
    blocks = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP)
    loud: NDArray[np.bool_] = np.sqrt(np.mean(blocks**2, axis=1)) > _QUIET
    return loud


def _silent(loud: NDArray[np.bool_]) -> int:
    """How many blocks come before the first loud one."""
    return int(np.argmax(loud)) if loud.any() else len(loud)
