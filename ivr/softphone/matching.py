"""Which prompts a caller heard, and when: what arrived is correlated with the rendered files.

Wherever sound begins after quiet, the beginnings of all prompts are tried there at once; those
that fit are followed frame by frame for as long as they agree with what was heard. So a prompt
that was cut off is known by its beginning, and prompts that begin alike by how they go on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.softphone.recording import CallRecording, Timeline
from ivr.softphone.rtp import PACKET_SECONDS
from ivr.words.catalogue import Catalogue, Rendering

_Sound = NDArray[np.float32]
T = TypeVar("T", bound=np.generic)

_QUIET_DBOV = -50.0
"""Below this a frame counts as quiet; mastered speech is at -22 dBov."""
_QUIET = 32768.0**2 * 10 ** (_QUIET_DBOV / 10)
_FAINT = 1e-3
"""A frame of a prompt is speech down to 30 dB below its loudest."""
_BLOCK = 40
"""Samples per step of the search for beginnings: 5 ms."""
_PAUSE = 8
"""Quiet blocks before a beginning: 40 ms, half of the lead-in of a file."""
_FRAME = 160
_TAIL = 640
"""In the last 80 ms of a file there is no sound: what begins there is the next prompt."""
_HEAD, _SEARCH = 2048, 4096
"""A prompt is looked for by its first 256 ms of sound, 128 ms before and after a beginning."""
_LIKELY = 0.4
"""Correlation of the head that is worth following; a head cut after a third reaches it."""
_AGREES = 0.85
"""Correlation of a frame that continues a prompt."""
_LEAST_FRAMES = 5
"""A tenth of a second of speech is the least by which a prompt is told."""
_ALIGNMENT = 8
"""Samples by which a correlation peak may miss a packet's border (1 ms)."""


@dataclass(frozen=True, slots=True)
class HeardPrompt:
    """One prompt as it reached the caller; times are monotonic seconds."""

    id: str
    same_sound_ids: tuple[str, ...]
    """All prompts that sound the same as far as this one was heard, ``id`` among them."""
    start: float
    """Arrival of the packet with the first sample of the file."""
    end: float
    """Arrival of the packet with the last sample that was heard, plus its 20 ms."""
    correlation: float
    """Of what was heard with the file, at most 1.0."""
    complete: bool
    """Whether it was heard to the last 40 ms of the file."""
    heard_seconds: float
    rendering: Rendering = "normal"


@dataclass(frozen=True, slots=True, eq=False)
class _Prompt:
    ids: tuple[str, ...]
    """Prompts whose files are identical."""
    rendering: Rendering
    sound: _Sound
    onset: int
    """Where the sound begins after the lead-in."""


@dataclass(frozen=True, slots=True, eq=False)
class _Library:
    prompts: Sequence[_Prompt]
    heads: NDArray[np.complex64]
    """Conjugate spectrum of each prompt's head, of unit energy."""


@dataclass(frozen=True, slots=True, eq=False)
class _Match:
    prompt: _Prompt
    start: int
    """Sample of the timeline at which the file begins."""
    length: int
    """Samples of the file that were heard."""
    points: float
    """Frames of speech that agree."""
    gain: float
    correlation: float
    ids: tuple[str, ...]

    @property
    def end(self) -> int:
        """Sample of the timeline at which it ends."""
        return self.start + self.length

    @property
    def complete(self) -> bool:
        return len(self.prompt.sound) - self.length < 2 * _FRAME


def heard_prompts(
    recording: CallRecording,
    catalogue: Catalogue,
    renderings: tuple[Rendering, ...] = ("normal",),
    among: frozenset[str] | None = None,
) -> list[HeardPrompt]:
    """The prompts in the order in which they were heard; CatalogueError when a file is missing.

    A prompt cut off within its first 100 ms of speech is not told. Where a cut falls into a
    pause of the prompt, the pause counts as heard. Only those in these ``renderings`` and
    ``among`` these ids are looked for: fewer take less time.
    """
    timeline, library = recording.timeline, _library(catalogue, renderings, among)
    sound = timeline.samples.astype(np.float32)
    matches: list[_Match] = []
    for onset in _onsets(sound):
        match: _Match | None = None
        if not matches or onset >= matches[-1].end - _TAIL:
            match = _best(library, sound, timeline.present, onset)
        while match is not None:
            if matches:  # a prompt ends at the latest where the next begins
                before = matches[-1]
                matches[-1] = replace(before, length=min(before.length, match.start - before.start))
            matches.append(match)
            match = _reply(library, sound, timeline.present, match)
    return [_heard(match, timeline) for match in matches]


def measured_waits(recording: CallRecording, prompts: Sequence[HeardPrompt]) -> list[float]:
    """Seconds from the answer to the first prompt, from each prompt to the next, and from the
    last one to the end of the call; empty for a call that was not answered."""
    if recording.answered is None:
        return []
    ends = [recording.answered, *(prompt.end for prompt in prompts)]
    starts = [*(prompt.start for prompt in prompts), recording.ended]
    return [start - end for end, start in zip(ends, starts, strict=True)]


def _heard(match: _Match, timeline: Timeline) -> HeardPrompt:
    last = match.start + match.length - 1
    return HeardPrompt(
        id=match.ids[0],
        same_sound_ids=match.ids,
        start=timeline.arrival(match.start + _ALIGNMENT),
        end=timeline.arrival(last - _ALIGNMENT) + PACKET_SECONDS,
        correlation=match.correlation,
        complete=match.complete,
        heard_seconds=match.length / RATE,
        rendering=match.prompt.rendering,
    )


@lru_cache(maxsize=4)
def _library(
    catalogue: Catalogue, renderings: tuple[Rendering, ...], among: frozenset[str] | None
) -> _Library:
    ids_by_sound: dict[tuple[Rendering, bytes], list[str]] = {}
    for rendering in renderings:
        for id in sorted(catalogue.manifest.recordings):
            wanted = among is None or id in among
            if wanted and catalogue.manifest.find(id, rendering) is not None:
                octets = catalogue.samples(id, rendering).tobytes()
                ids_by_sound.setdefault((rendering, octets), []).append(id)
    prompts: list[_Prompt] = []
    heads: list[_Sound] = []
    for (rendering, octets), ids in ids_by_sound.items():
        sound = np.frombuffer(octets, np.int16).astype(np.float32)
        onset = next(_onsets(sound), None)
        if onset is None:
            continue  # a file of silence is never "heard"
        head = np.zeros(_HEAD, np.float32)
        head[: len(sound[onset:][:_HEAD])] = sound[onset:][:_HEAD]
        prompts.append(_Prompt(tuple(ids), rendering, sound, onset))
        heads.append(head / np.linalg.norm(head))
    if not prompts:
        return _Library([], np.zeros((0, _SEARCH // 2 + 1), np.complex64))
    return _Library(prompts, np.conj(np.fft.rfft(np.stack(heads), _SEARCH)))


def _onsets(sound: _Sound) -> Iterator[int]:
    """Where sound begins after at least 40 ms of quiet, to 5 ms."""
    blocks = sound[: len(sound) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    active = np.flatnonzero(np.mean(blocks**2, axis=1) > _QUIET)
    before = np.concatenate(([-_PAUSE - 1], active[:-1]))
    for block in active[active - before > _PAUSE]:
        yield int(block) * _BLOCK


def _window(values: NDArray[T], start: int, length: int) -> NDArray[T]:
    """``length`` values from ``start``, with zeros where there are none."""
    window = np.zeros(length, values.dtype)
    first, last = max(start, 0), min(start + length, len(values))
    if first < last:
        window[first - start : last - start] = values[first:last]
    return window


def _best(
    library: _Library, sound: _Sound, present: NDArray[np.bool_], onset: int
) -> _Match | None:
    """The prompt that begins at ``onset``, if one does."""
    before = (_SEARCH - _HEAD) // 2
    lags = _SEARCH - _HEAD
    around = _window(sound, onset - before, _SEARCH)
    products = np.fft.irfft(np.fft.rfft(around) * library.heads, _SEARCH)[:, :lags]
    energy = np.concatenate(([0.0], np.cumsum(around.astype(np.float64) ** 2)))
    norms = np.sqrt(energy[_HEAD : _HEAD + lags] - energy[:lags] + _HEAD * 100.0)
    likeness = products / norms.astype(np.float32)
    peaks = np.argmax(likeness, axis=1)
    heights = likeness[np.arange(len(peaks)), peaks]

    candidates: list[_Match] = []
    for index in np.flatnonzero(heights > _LIKELY):
        prompt = library.prompts[int(index)]
        start = onset - before + int(peaks[index]) - prompt.onset
        match = _followed(prompt, sound, present, start)
        if match is not None:
            candidates.append(match)
    return _chosen(candidates) if candidates else None


def _reply(
    library: _Library, sound: _Sound, present: NDArray[np.bool_], cut: _Match
) -> _Match | None:
    """The prompt that follows one that was cut, with no pause between them."""
    if cut.complete:
        return None
    reply = _best(library, sound, present, cut.end)
    if reply is None or reply.start + reply.prompt.onset < cut.end - 2 * _FRAME:
        return None
    return reply


def _followed(
    prompt: _Prompt, sound: _Sound, present: NDArray[np.bool_], start: int
) -> _Match | None:
    """How far a prompt that begins at ``start`` agrees with what was heard.

    A frame of the prompt's speech counts one point for or against; one that did not arrive
    counts nothing, so that lost packets do not end a prompt. A pause that is kept counts little,
    a pause with sound in it against.
    """
    length = -(-len(prompt.sound) // _FRAME) * _FRAME
    expected = _window(prompt.sound, 0, length).reshape(-1, _FRAME)
    heard = _window(sound, start, length).reshape(-1, _FRAME)
    arrived = _window(present, start, length).reshape(-1, _FRAME).mean(axis=1) > 0.5
    product = np.einsum("ij,ij->i", expected, heard).astype(np.float64)
    wanted = np.einsum("ij,ij->i", expected, expected).astype(np.float64)
    got = np.einsum("ij,ij->i", heard, heard).astype(np.float64)

    # Against the loudest frame, so that a louder rendering has no more speech than a soft one.
    least = max(_QUIET * _FRAME, float(wanted.max()) * _FAINT)
    speech = wanted > least
    quiet = wanted <= _QUIET * _FRAME
    alike = arrived & (product > _AGREES * np.sqrt(wanted * got))
    if np.count_nonzero(alike & speech) < _LEAST_FRAMES:
        return None
    gains = product / np.maximum(wanted, 1.0)
    gain = float(np.median(gains[alike & speech]))
    alike &= (gains > gain / 2) & (gains < gain * 2)
    kept_pause = quiet & (got < 2 * _QUIET * _FRAME * max(1.0, gain * gain))
    agrees = np.where(quiet, kept_pause, alike)
    score = np.where(agrees, np.where(speech, 1.0, 0.02), -1.0) * arrived
    points = np.cumsum(score)
    frames = int(np.argmax(points)) + 1
    if np.count_nonzero((alike & speech)[:frames]) < _LEAST_FRAMES:
        return None

    used = slice(0, frames)
    both = wanted[used] @ arrived[used] * np.sum(got[used])
    correlation = float(np.sum(product[used]) / np.sqrt(both))
    end = min(frames * _FRAME, len(prompt.sound))
    match = _Match(
        prompt, start, end, float(points[frames - 1]), gain, min(correlation, 1.0), prompt.ids
    )
    return replace(match, length=len(prompt.sound)) if match.complete else match


def _chosen(candidates: Sequence[_Match]) -> _Match:
    """The candidate that agrees longest; of equals the one that is as loud as its file."""
    candidates = [match for match in candidates if not _is_outdone(match, candidates)]
    most = max(match.points for match in candidates)
    equals = [match for match in candidates if match.points >= 0.995 * most - 1.0]
    equals.sort(key=lambda match: (abs(_decibel(match.gain)), -match.points))
    # A louder rendering has the same waveform; only its level tells it from the usual one.
    nearest = abs(_decibel(equals[0].gain))
    equals = [match for match in equals if abs(_decibel(match.gain)) < nearest + 0.5]
    # Who was heard to the end is preferred to who would have gone on.
    whole = [match for match in equals if match.complete] or equals
    best = max(whole, key=lambda match: match.points)
    others = (id for match in whole if match is not best for id in match.ids)
    return replace(best, ids=(*best.ids, *others))


def _is_outdone(match: _Match, candidates: Sequence[_Match]) -> bool:
    """Whether another rendering of the same words fits as far, and is as loud as it was heard.

    A louder rendering has more frames that count as speech, and so more points.
    """
    return any(
        other.ids == match.ids
        and other.prompt.rendering != match.prompt.rendering
        and other.length > 0.9 * match.length
        and abs(_decibel(other.gain)) + 0.5 < abs(_decibel(match.gain))
        for other in candidates
    )


def _decibel(gain: float) -> float:
    return float(20 * np.log10(max(gain, 1e-6)))
