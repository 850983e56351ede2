"""The rendered prompts, prepared for the search in recorded calls (:mod:`ivr.softphone.matching`).

If several files of one rendering have the same samples, they are one entry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ivr.words.catalogue import Catalogue, Rendering

PromptSound = NDArray[np.float32]
"""Samples of sound at 8 kHz, from -32768.0 to 32767.0."""

_QUIET_DBOV = -50.0
"""Limit of level, in dBov, for quiet: a block (5 ms) or frame (20 ms) below it counts as quiet.
Mastered speech is at -22 dBov."""
QUIET_POWER = 32768.0**2 * 10 ** (_QUIET_DBOV / 10)
"""Limit of power for quiet: -50 dBov as a mean square of 16-bit samples. A block (5 ms) or frame
(20 ms) below it counts as quiet."""
HEAD_SAMPLES = 2048
"""Number of samples of a prompt's head: the first 256 ms of its sound. The search in a recorded
call compares only the head at first."""
SEARCH_SAMPLES = 4096
"""Number of samples of recorded sound in which one search looks for prompts' heads: 512 ms. They
are the 256 ms after a beginning of sound, and 128 ms more on each side."""
_BLOCK = 40
"""Number of samples of a block: 5 ms. The search for beginnings of sound advances block by
block."""
_PAUSE_BLOCKS = 8
"""Least number of quiet blocks (5 ms each) before a beginning of sound. 8 blocks are 40 ms, half of
the 80 ms of silence with which a prompt's file begins."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownPrompt:
    """The sound of one rendered file, and the ids of all prompts that have exactly this sound."""

    ids: tuple[str, ...]
    """Ids of the prompts whose files have exactly this sound."""
    rendering: Rendering
    sound: PromptSound
    onset: int
    """Index of the first sample of the file that is not silent, exact to 5 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class PromptLibrary:
    """The prompts that a search in a recorded call looks for, prepared for this search."""

    prompts: Sequence[KnownPrompt]
    heads: NDArray[np.complex64]
    """Spectra of the prompts' heads (first 256 ms of sound), one row per prompt. Each is
    conjugated, scaled to unit energy, and has :data:`SEARCH_SAMPLES` / 2 + 1 columns."""


@lru_cache(maxsize=4)
def prompt_library(
    catalogue: Catalogue, renderings: tuple[Rendering, ...], among: frozenset[str] | None
) -> PromptLibrary:
    """Return the prompts of ``catalogue``, prepared for the search in recorded calls.

    Only the named ``renderings`` (such as "slow") and the ids in ``among`` (None: all ids) are
    taken. A file that holds only silence is left out, because it cannot be heard. Raise
    CatalogueError when a prompt's file is missing.
    """
    ids_by_sound: dict[tuple[Rendering, bytes], list[str]] = {}
    for rendering in renderings:
        for id in sorted(catalogue.manifest.recordings):
            wanted = among is None or id in among
            if wanted and catalogue.manifest.find(id, rendering) is not None:
                octets = catalogue.samples(id, rendering).tobytes()
                ids_by_sound.setdefault((rendering, octets), []).append(id)
    prompts: list[KnownPrompt] = []
    heads: list[PromptSound] = []
    for (rendering, octets), ids in ids_by_sound.items():
        sound = np.frombuffer(octets, np.int16).astype(np.float32)
        onset = next(sound_onsets(sound), None)
        if onset is None:
            continue
        head = np.zeros(HEAD_SAMPLES, np.float32)
        head[: len(sound[onset:][:HEAD_SAMPLES])] = sound[onset:][:HEAD_SAMPLES]
        prompts.append(KnownPrompt(tuple(ids), rendering, sound, onset))
        heads.append(head / np.linalg.norm(head))
    if not prompts:
        return PromptLibrary([], np.zeros((0, SEARCH_SAMPLES // 2 + 1), np.complex64))
    return PromptLibrary(prompts, np.conj(np.fft.rfft(np.stack(heads), SEARCH_SAMPLES)))


def sound_onsets(sound: PromptSound) -> Iterator[int]:
    """Yield each index in ``sound`` (8 kHz) at which sound begins after at least 40 ms of quiet.

    The index is exact to 5 ms. The beginning of ``sound`` counts as quiet.
    """
    blocks = sound[: len(sound) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    active = np.flatnonzero(np.mean(blocks**2, axis=1) > QUIET_POWER)
    before = np.concatenate(([-_PAUSE_BLOCKS - 1], active[:-1]))
    for block in active[active - before > _PAUSE_BLOCKS]:
        yield int(block) * _BLOCK
