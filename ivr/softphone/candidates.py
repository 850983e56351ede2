"""Decide which of several known prompts a caller heard at one place of the received sound.

A candidate is a known prompt placed at one sample of the timeline (the sound that the caller
received). It is compared with the timeline in frames of 20 ms, for as long as the two agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ivr.softphone.prompt_library import QUIET_POWER, KnownPrompt, PromptSound
from ivr.softphone.rtp import SAMPLES_PER_PACKET

T = TypeVar("T", bound=np.generic)

_FAINT = 1e-3
"""A frame (20 ms) of a prompt counts as speech if its energy is above this share of the energy of
the prompt's loudest frame: a thousandth, which is 30 dB less."""
_AGREES = 0.85
"""A heard frame (20 ms) agrees with a prompt's frame if their correlation is above this value."""
_LEAST_FRAMES = 5
"""A prompt is a candidate only if at least this many of its frames of speech agree with what was
heard: 5 frames of 20 ms, a tenth of a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A known prompt that the caller may have heard, and where in the received sound it begins."""

    prompt: KnownPrompt
    start: int
    """Sample of the timeline (the received sound, 8 kHz) at which the prompt's file begins."""
    length: int
    """Number of samples of the prompt's file that were heard, from the file's beginning on."""
    points: float
    """Sum over the frames (20 ms) that arrived: 1 for a frame of speech that agrees with the
    file, 0.02 for a pause or faint frame that agrees, -1 for a frame that does not agree."""
    gain: float
    """Amplitude of what was heard, divided by that of the prompt's file."""
    correlation: float
    """Correlation of what was heard with the prompt's file, at most 1.0."""
    ids: tuple[str, ...]
    """Ids of all prompts that this may be; several if they sound alike."""

    @property
    def end(self) -> int:
        """Index of the first sample of the received sound (8 kHz) after the prompt."""
        return self.start + self.length

    @property
    def complete(self) -> bool:
        """Whether the prompt was heard to its end: less than 40 ms of its file are missing."""
        return len(self.prompt.sound) - self.length < 2 * SAMPLES_PER_PACKET


def padded_window(values: NDArray[T], start: int, length: int) -> NDArray[T]:
    """Return ``length`` values from ``start`` on, with zeros beyond both ends of ``values``."""
    window = np.zeros(length, values.dtype)
    first, last = max(start, 0), min(start + length, len(values))
    if first < last:
        window[first - start : last - start] = values[first:last]
    return window


def follow_prompt(
    prompt: KnownPrompt, sound: PromptSound, present: NDArray[np.bool_], start: int
) -> Candidate | None:
    """Return how far ``prompt``, placed at sample ``start`` of ``sound``, agrees with it.

    Return None when fewer than five frames (20 ms each) of its speech agree. ``present`` says for
    each sample of ``sound`` whether a packet brought it. A frame of the prompt's speech counts one
    point for or against it; a frame that did not arrive counts nothing, so that lost packets do not
    end a prompt. A frame of the prompt's pauses counts 0.02 points for it if the sound is quiet
    there, and one point against it if the sound is not quiet.
    """
    length = -(-len(prompt.sound) // SAMPLES_PER_PACKET) * SAMPLES_PER_PACKET
    expected = padded_window(prompt.sound, 0, length).reshape(-1, SAMPLES_PER_PACKET)
    heard = padded_window(sound, start, length).reshape(-1, SAMPLES_PER_PACKET)
    arrived = (
        padded_window(present, start, length).reshape(-1, SAMPLES_PER_PACKET).mean(axis=1) > 0.5
    )
    product = np.einsum("ij,ij->i", expected, heard).astype(np.float64)
    wanted = np.einsum("ij,ij->i", expected, expected).astype(np.float64)
    got = np.einsum("ij,ij->i", heard, heard).astype(np.float64)

    # Relative to the loudest frame, so that a louder rendering has no more speech than a soft one.
    quiet_energy = QUIET_POWER * SAMPLES_PER_PACKET
    speech = wanted > max(quiet_energy, float(wanted.max()) * _FAINT)
    quiet = wanted <= quiet_energy
    alike = arrived & (product > _AGREES * np.sqrt(wanted * got))
    if np.count_nonzero(alike & speech) < _LEAST_FRAMES:
        return None
    gains = product / np.maximum(wanted, 1.0)
    gain = float(np.median(gains[alike & speech]))
    alike &= (gains > gain / 2) & (gains < gain * 2)
    quiet_pause = quiet & (got < 2 * quiet_energy * max(1.0, gain * gain))
    agrees = np.where(quiet, quiet_pause, alike)
    score = np.where(agrees, np.where(speech, 1.0, 0.02), -1.0) * arrived
    points = np.cumsum(score)
    frames = int(np.argmax(points)) + 1
    if np.count_nonzero((alike & speech)[:frames]) < _LEAST_FRAMES:
        return None

    used = slice(0, frames)
    both = wanted[used] @ arrived[used] * np.sum(got[used])
    correlation = float(np.sum(product[used]) / np.sqrt(both))
    end = min(frames * SAMPLES_PER_PACKET, len(prompt.sound))
    candidate = Candidate(
        prompt, start, end, float(points[frames - 1]), gain, min(correlation, 1.0), prompt.ids
    )
    return replace(candidate, length=len(prompt.sound)) if candidate.complete else candidate


def best_candidate(candidates: Sequence[Candidate]) -> Candidate:
    """Return the candidate with the most points.

    If several candidates have about equal points, return the one whose heard level is nearest to
    the level of its file. The ``ids`` of the result also name each prompt that sounds the same.
    """
    candidates = [one for one in candidates if not _is_outdone(one, candidates)]
    most = max(one.points for one in candidates)
    equals = [one for one in candidates if one.points >= 0.995 * most - 1.0]
    equals.sort(key=lambda one: (abs(_decibel(one.gain)), -one.points))
    # A louder rendering has the same waveform; only its level tells it from the usual one.
    nearest = abs(_decibel(equals[0].gain))
    equals = [one for one in equals if abs(_decibel(one.gain)) < nearest + 0.5]
    # A prompt that was heard to its end is preferred to one that would have gone on.
    whole = [one for one in equals if one.complete] or equals
    best = max(whole, key=lambda one: one.points)
    others = (id for one in whole if one is not best for id in one.ids)
    return replace(best, ids=(*best.ids, *others))


def _is_outdone(candidate: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Return whether another rendering of the same prompt fits better than ``candidate``.

    The other rendering fits better if it agrees for more than 0.9 of the candidate's length, and
    its heard level is nearer to the level of its file. Points do not decide: a louder rendering has
    more frames that count as speech, and so more points.
    """
    return any(
        other.ids == candidate.ids
        and other.prompt.rendering != candidate.prompt.rendering
        and other.length > 0.9 * candidate.length
        and abs(_decibel(other.gain)) + 0.5 < abs(_decibel(candidate.gain))
        for other in candidates
    )


def _decibel(gain: float) -> float:
    return float(20 * np.log10(max(gain, 1e-6)))
