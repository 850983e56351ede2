"""Decide which of several known prompts a caller heard at one place of the received sound.

A candidate is a known prompt that may begin at one sample of the received sound. The two are
compared in frames of 20 ms. The comparison ends where they no longer agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.softphone.prompt_library import QUIET_POWER, KnownPrompt, PromptSound
from ivr.softphone.rtp import SAMPLES_PER_PACKET

T = TypeVar("T", bound=np.generic)

LONGEST_GAP_SECONDS = 0.5
"""Longest gap, in seconds, after which a prompt is followed on."""

_FAINT = 1e-3
"""Limit of energy that tells speech from pauses in a prompt, as a share of its loudest frame. A
frame (20 ms) above a thousandth of that energy (30 dB less) counts as speech."""
_AGREES = 0.85
"""Limit of correlation: a heard frame (20 ms) agrees with a prompt's frame above this value."""
_LEAST_FRAMES = 5
"""Least number of frames of speech that must agree with what was heard. With fewer, the prompt is
no candidate. 5 frames of 20 ms are a tenth of a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A known prompt that the caller may have heard, with the place where it may begin."""

    prompt: KnownPrompt
    start: int
    """Index of the sample of the received sound (8 kHz) at which the prompt's file begins."""
    length: int
    """Number of samples of the prompt's file that were heard, from the file's beginning on."""
    points: float
    """Score of the candidate; the highest wins. Each frame (20 ms) that arrived and agrees with the
    file adds 1 if it is speech, 0.02 if it is a pause or faint. Each that does not agree takes 1
    away."""
    gain: float
    """Amplitude of what was heard, divided by the amplitude of the prompt's file; 1.0 if equal."""
    correlation: float
    """Correlation of the heard sound with the prompt's file; 1.0 if they have the same waveform."""
    ids: tuple[str, ...]
    """Ids of all prompts that fit equally well; several if their files sound alike."""
    gap: int = 0
    """Number of samples for which the prompt stood still without packets, and then went on."""

    @property
    def end(self) -> int:
        """Index of the first sample of the received sound (8 kHz) after the prompt."""
        return self.start + self.length + self.gap

    @property
    def complete(self) -> bool:
        """True if the prompt was heard to its end: less than 40 ms of its file are missing."""
        return len(self.prompt.sound) - self.length < 2 * SAMPLES_PER_PACKET


def padded_window(values: NDArray[T], start: int, length: int) -> NDArray[T]:
    """Return ``length`` values from index ``start`` on, with zeros where ``values`` has none.

    ``start`` may be negative, and the window may end after the end of ``values``.
    """
    window = np.zeros(length, values.dtype)
    first, last = max(start, 0), min(start + length, len(values))
    if first < last:
        window[first - start : last - start] = values[first:last]
    return window


def follow_prompt(
    prompt: KnownPrompt, sound: PromptSound, present: NDArray[np.bool_], start: int
) -> Candidate | None:
    """Compare ``prompt`` with the received sound, as if it began at sample ``start`` of ``sound``.

    Return the candidate with its score and the part that was heard. Return None if fewer than five
    frames (20 ms each) of its speech agree. A frame of speech counts 1 point if it agrees and -1 if
    it does not. A pause counts 0.02 points if the sound is quiet there too, and -1 if it is not. A
    lost frame counts nothing, so that lost packets do not end a prompt. ``present`` has one value
    for each sample of ``sound``: True if a packet brought it. All sound is at 8 kHz.
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


def resumed(candidate: Candidate, sound: PromptSound, present: NDArray[np.bool_]) -> Candidate:
    """Return ``candidate``, extended past gaps without packets if its prompt goes on after them.

    A PBX that gets no processor for 80 ms or more sends the rest of a prompt with later timestamps,
    so the caller hears a gap of that length in it. (After lost packets, the sound is where it would
    have been without the loss, and :func:`follow_prompt` goes on by itself.) ``sound`` is the
    received sound (8 kHz); ``present`` has one value for each sample of it: True if a packet
    brought it.
    """
    at = candidate.start
    while not candidate.complete:
        gap = _next_gap(present, at, candidate.start + len(candidate.prompt.sound))
        if gap is None:
            break
        without = np.delete(sound, gap), np.delete(present, gap)
        more = follow_prompt(candidate.prompt, *without, candidate.start)
        if more is not None and (more.complete or more.points >= candidate.points + _LEAST_FRAMES):
            size = candidate.gap + gap.stop - gap.start
            candidate = replace(more, ids=candidate.ids, gap=size)
            (sound, present), at = without, gap.start
        else:
            at = gap.stop
    return candidate


def _next_gap(present: NDArray[np.bool_], start: int, end: int) -> slice | None:
    """Return the first samples from index ``start`` on that no packet brought.

    They begin before index ``end``, and are at most LONGEST_GAP_SECONDS (0.5 s) long. Return None
    if there are none, or if no packet follows.
    """
    while True:
        missing = np.flatnonzero(~present[max(start, 0) : end])
        if not len(missing):
            return None
        first = max(start, 0) + int(missing[0])
        later = np.flatnonzero(present[first:])
        if not len(later):
            return None
        start = first + int(later[0])
        if start - first <= LONGEST_GAP_SECONDS * RATE:
            return slice(first, start)


def best_candidate(candidates: Sequence[Candidate]) -> Candidate:
    """Return the candidate with the most points, which best fits what was heard.

    If several have about equal points, those whose heard level is nearest to the level of their
    file are preferred, then those that were heard to their end. The ``ids`` of the result also name
    the other prompts that fit equally well.
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
    """Return True if another rendering (louder or slower) of the same prompt fits better.

    Return False otherwise. A rendering in ``candidates`` fits better if its heard level is nearer
    to the level of its file, and if it agrees with the sound for more than 0.9 of the length of
    ``candidate``. Points do not decide here: a louder rendering has more frames that count as
    speech, and so more points.
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
