"""Find each clip of a composed sentence in what a caller heard.

A clip is a rendered file that holds one part of a sentence. The clips to be heard are known. Each
is searched for in the sound just after the clip before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.softphone.candidates import LONGEST_GAP_SECONDS
from ivr.softphone.recording import CallRecording, Timeline
from ivr.softphone.rtp import PACKET_SECONDS
from ivr.words.catalogue import Catalogue, Rendering

_SURE = 0.9
"""Least correlation with the heard sound at which a clip counts as found. A clip that arrives
unchanged has 1.0."""
_FIRST_WITHIN = 10 * RATE
"""Number of samples, from the start of the search, in which a sentence must begin: 10 s."""
_NEXT_WITHIN = RATE // 2
"""Number of samples, from the end of a clip, in which the next clip must begin: 0.5 s."""
_MARGIN = RATE // 400
"""Upper limit, in samples, for the error of the place that is found for a clip: 2.5 ms. Arrivals
are read this much inside the clip, so that they are those of its own packets."""


@dataclass(frozen=True, slots=True)
class HeardClip:
    """One clip of a sentence, with the place in a call at which it was searched for and found."""

    id: str
    correlation: float
    """Correlation of the clip with the sound heard at its place; 1.0 if it arrived unchanged."""
    first: int
    """Index of the clip's first sample in the received sound, at 8 kHz."""
    length: int
    """Number of samples from the clip's first to its last, at 8 kHz. It is more than the clip has
    if the clip stood still without packets, and then went on."""
    start: float
    """Arrival of the packet with the clip's first sample, in monotonic seconds."""
    end: float
    """End of the clip in monotonic seconds: 20 ms after the arrival of its last packet."""

    @property
    def heard(self) -> bool:
        """True if the clip was found in the call: its correlation is at least 0.9. Else False."""
        return self.correlation >= _SURE


def heard_sentence(
    recording: CallRecording,
    catalogue: Catalogue,
    clips: Sequence[str],
    rendering: Rendering = "normal",
    after: int = 0,
) -> list[HeardClip]:
    """Return where in a call each clip of a sentence was heard, one entry for each of ``clips``.

    ``clips`` are the ids of the clips, in the order of the sentence. Each is searched for after the
    one before; the first one after sample ``after`` of the received sound (8 kHz). A clip that a
    busy PBX interrupted, so that no packets came for at most 0.5 s, is found too. The entry of a
    clip that was not heard has the place that fits best, and its ``heard`` is False. ``catalogue``
    has the clips' files in ``rendering``; raise CatalogueError when one is missing.
    """
    timeline = recording.timeline
    found: list[HeardClip] = []
    sound = timeline.samples.astype(np.float64)
    for id in clips:
        samples = catalogue.samples(id, rendering).astype(np.float64)
        longest = (_NEXT_WITHIN if found else _FIRST_WITHIN) + len(samples)
        everywhere = np.arange(after, min(after + longest, len(sound)))
        clip = _searched(id, samples, everywhere, sound, timeline)
        if not clip.heard:
            unbroken = after + _without_gaps(timeline.present[after:])[:longest]
            resumed = _searched(id, samples, unbroken, sound, timeline)
            clip = resumed if resumed.heard else clip
        found.append(clip)
        if clip.heard:
            after = clip.first + clip.length
    return found


def _searched(
    id: str,
    samples: NDArray[np.float64],
    places: NDArray[np.int64],
    sound: NDArray[np.float64],
    timeline: Timeline,
) -> HeardClip:
    """Return where the clip ``id`` with these ``samples`` fits best in a part of ``sound``.

    ``places`` are the indexes of the part's samples in ``sound``, ascending.
    """
    at, correlation = _place(samples, sound[places])
    if len(places) < len(samples):
        first, length = int(places[0]) if len(places) else len(sound), len(samples)
    else:
        first = int(places[at])
        length = int(places[at + len(samples) - 1]) + 1 - first
    start = timeline.arrival(first + _MARGIN)
    end = timeline.arrival(first + length - _MARGIN) + PACKET_SECONDS
    return HeardClip(id, correlation, first, length, start, end)


def _without_gaps(present: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the indexes of ``present`` that lie in no gap.

    A gap is a row of samples that no packet brought, at most LONGEST_GAP_SECONDS (0.5 s) long.
    """
    borders = np.flatnonzero(np.diff(present)) + 1
    runs = np.split(np.arange(len(present)), borders)
    longest = LONGEST_GAP_SECONDS * RATE
    kept = [run for run in runs if len(run) and (present[run[0]] or len(run) > longest)]
    return np.concatenate([np.zeros(0, np.int64), *kept])


def _place(clip: NDArray[np.float64], sound: NDArray[np.float64]) -> tuple[int, float]:
    """Return where ``clip`` fits best in ``sound``: index of the first sample, and correlation.

    If the clip is found in several places (correlation above 0.9), it is the earliest of them. If
    ``sound`` is shorter than the clip, both are 0.
    """
    lags = len(sound) - len(clip) + 1
    if lags < 1:
        return 0, 0.0
    size = 1 << (len(sound) + len(clip)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(clip, size))
    products = np.fft.irfft(spectrum, size)[:lags]
    power = np.concatenate([[0.0], np.cumsum(sound**2)])
    energy = power[len(clip) :][:lags] - power[:lags]
    correlations = products / np.sqrt(np.maximum(energy, 1.0) * max(float(np.sum(clip**2)), 1.0))
    sure = np.flatnonzero(correlations > _SURE)
    # The earliest place, since a digit may come twice; its peak lies within half a packet.
    from_, to = (int(sure[0]), int(sure[0]) + 80) if len(sure) else (0, lags)
    best = from_ + int(np.argmax(correlations[from_:to]))
    return best, min(float(correlations[best]), 1.0)
