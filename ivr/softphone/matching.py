"""Find which prompts a caller heard, and when, by correlation with the rendered files.

Wherever sound begins after quiet, it is correlated with the beginnings of all prompts
(:mod:`ivr.softphone.prompt_library`). The prompts that fit are compared further, frame by frame
(:mod:`ivr.softphone.candidates`). A prompt that was cut off is therefore recognised by its
beginning. Prompts that begin alike are told apart by how they continue.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.softphone.candidates import (
    Candidate,
    best_candidate,
    follow_prompt,
    padded_window,
    resumed,
)
from ivr.softphone.prompt_library import (
    HEAD_SAMPLES,
    SEARCH_SAMPLES,
    PromptLibrary,
    PromptSound,
    prompt_library,
    sound_onsets,
)
from ivr.softphone.recording import CallRecording, Timeline
from ivr.softphone.rtp import PACKET_SECONDS, SAMPLES_PER_PACKET
from ivr.words.catalogue import Catalogue, Rendering

_TAIL = 640
"""Number of silent samples (80 ms) at the end of every prompt's file. Sound that is heard there
belongs to the next prompt."""
_LIKELY = 0.4
"""Limit of correlation for a prompt's head (its first 256 ms). Above it, the rest of the prompt is
compared too. A head that was cut off after a third still reaches it."""
_ALIGNMENT = 8
"""Upper limit, in samples, for the error of a place found by correlation: 8 samples are 1 ms.
Arrivals are read this much inside the prompt, so that they are those of its own packets."""


@dataclass(frozen=True, slots=True)
class HeardPrompt:
    """One prompt that the caller heard in a call; times are monotonic seconds."""

    id: str
    same_sound_ids: tuple[str, ...]
    """The prompt's own ``id``, and the ids of all prompts that sound the same as far as heard."""
    start: float
    """Arrival of the packet with the first sample of the prompt's file, in monotonic seconds."""
    end: float
    """End of the prompt in monotonic seconds: 20 ms after the arrival of its last packet."""
    correlation: float
    """Correlation of the heard sound with the prompt's file; 1.0 if they have the same waveform."""
    complete: bool
    """True if the prompt was heard to its end: less than 40 ms of its file are missing."""
    heard_seconds: float
    """Length, in seconds, of the part of the prompt's file that was heard."""
    gap_seconds: float = 0.0
    """Seconds for which the prompt stood still, because no packets came, and then went on."""
    rendering: Rendering = "normal"


def heard_prompts(
    recording: CallRecording,
    catalogue: Catalogue,
    renderings: tuple[Rendering, ...] = ("normal",),
    among: frozenset[str] | None = None,
) -> list[HeardPrompt]:
    """Return the prompts that the caller heard in a call, in the order of time.

    ``catalogue`` has the rendered prompts. Only these ``renderings`` (such as "slow") and the ids
    in ``among`` (None: all ids) are looked for; fewer prompts take less time. A prompt that was cut
    off within its first 100 ms of speech is not found. If a prompt was cut off in a pause, the
    whole pause counts as heard. Raise CatalogueError when a prompt's file is missing.
    """
    timeline, library = recording.timeline, prompt_library(catalogue, renderings, among)
    sound = timeline.samples.astype(np.float32)
    found: list[Candidate] = []
    for onset in sound_onsets(sound):
        candidate: Candidate | None = None
        if not found or onset >= found[-1].end - _TAIL:
            candidate = _prompt_at(library, sound, timeline.present, onset)
        while candidate is not None:
            if found:  # a prompt ends at the latest where the next begins
                before = found[-1]
                length = min(before.length, candidate.start - before.start - before.gap)
                found[-1] = replace(before, length=length)
            found.append(candidate)
            candidate = _prompt_after_cut(library, sound, timeline.present, candidate)
    return [_heard(candidate, timeline) for candidate in found]


def measured_waits(recording: CallRecording, prompts: Sequence[HeardPrompt]) -> list[float]:
    """Return the length of each wait in a call, in seconds: one more than there are ``prompts``.

    The first wait is from the answer to the beginning of the first prompt. The further waits are
    from the end of one prompt to the beginning of the next. The last wait is from the end of the
    last prompt to the end of the call. The list is empty for a call that was not answered.
    """
    if recording.answered is None:
        return []
    ends = [recording.answered, *(prompt.end for prompt in prompts)]
    starts = [*(prompt.start for prompt in prompts), recording.ended]
    return [start - end for end, start in zip(ends, starts, strict=True)]


def _heard(candidate: Candidate, timeline: Timeline) -> HeardPrompt:
    last = candidate.end - 1
    return HeardPrompt(
        id=candidate.ids[0],
        same_sound_ids=candidate.ids,
        start=timeline.arrival(candidate.start + _ALIGNMENT),
        end=timeline.arrival(last - _ALIGNMENT) + PACKET_SECONDS,
        correlation=candidate.correlation,
        complete=candidate.complete,
        heard_seconds=candidate.length / RATE,
        gap_seconds=candidate.gap / RATE,
        rendering=candidate.prompt.rendering,
    )


def _prompt_at(
    library: PromptLibrary, sound: PromptSound, present: NDArray[np.bool_], onset: int
) -> Candidate | None:
    """Return the prompt of ``library`` that begins near index ``onset`` of the received sound.

    ``sound`` is the received sound (8 kHz), in which sound begins at ``onset`` after quiet. The
    first sound of the prompt may be up to 128 ms away from it. Return None if no prompt fits.
    ``present`` has one value for each sample of ``sound``: True if a packet brought it.
    """
    lags = SEARCH_SAMPLES - HEAD_SAMPLES
    before = lags // 2
    around = padded_window(sound, onset - before, SEARCH_SAMPLES)
    products = np.fft.irfft(np.fft.rfft(around) * library.heads, SEARCH_SAMPLES)[:, :lags]
    energy = np.concatenate(([0.0], np.cumsum(around.astype(np.float64) ** 2)))
    energies = energy[HEAD_SAMPLES : HEAD_SAMPLES + lags] - energy[:lags]
    norms = np.sqrt(energies + HEAD_SAMPLES * 100.0)
    correlations = products / norms.astype(np.float32)
    peaks = np.argmax(correlations, axis=1)
    heights = correlations[np.arange(len(peaks)), peaks]

    candidates: list[Candidate] = []
    for index in np.flatnonzero(heights > _LIKELY):
        prompt = library.prompts[int(index)]
        start = onset - before + int(peaks[index]) - prompt.onset
        candidate = follow_prompt(prompt, sound, present, start)
        if candidate is not None:
            candidates.append(resumed(candidate, sound, present))
    return best_candidate(candidates) if candidates else None


def _prompt_after_cut(
    library: PromptLibrary, sound: PromptSound, present: NDArray[np.bool_], cut: Candidate
) -> Candidate | None:
    """Return the prompt of ``library`` that begins where the prompt ``cut`` was cut off.

    It follows without a pause. Return None if no prompt follows, or if ``cut`` was heard to its
    end. ``sound`` is the received sound (8 kHz); ``present`` has one value for each sample of it:
    True if a packet brought it.
    """
    if cut.complete:
        return None
    reply = _prompt_at(library, sound, present, cut.end)
    if reply is None or reply.start + reply.prompt.onset < cut.end - 2 * SAMPLES_PER_PACKET:
        return None
    return reply
