"""The rendered files as :mod:`ivr.softphone.matching` looks for them, each distinct sound once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ivr.words.catalogue import Catalogue, Rendering

PromptSound = NDArray[np.float32]
"""Samples at 8 kHz on the scale of 16 bits."""

_QUIET_DBOV = -50.0
"""Below this level a block or frame counts as quiet; mastered speech is at -22 dBov."""
QUIET_POWER = 32768.0**2 * 10 ** (_QUIET_DBOV / 10)
"""The same as a mean square of samples."""
HEAD_SAMPLES = 2048
"""A prompt is looked for by its head: its first 256 ms from the first sound on."""
SEARCH_SAMPLES = 4096
"""Length of the correlation: the head, and 128 ms before and after the expected beginning."""
_BLOCK = 40
"""Samples per step of the search for beginnings: 5 ms."""
_PAUSE_BLOCKS = 8
"""Quiet blocks before a beginning: 40 ms, half of the lead-in of a file."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownPrompt:
    """A sound that one or more prompts of the catalogue have."""

    ids: tuple[str, ...]
    """The prompts whose files are identical."""
    rendering: Rendering
    sound: PromptSound
    onset: int
    """Sample at which the sound begins, after the lead-in."""


@dataclass(frozen=True, slots=True, eq=False)
class PromptLibrary:
    """All prompts that are looked for."""

    prompts: Sequence[KnownPrompt]
    heads: NDArray[np.complex64]
    """Conjugate spectrum of each prompt's head, scaled to unit energy; one row per prompt."""


@lru_cache(maxsize=4)
def prompt_library(
    catalogue: Catalogue, renderings: tuple[Rendering, ...], among: frozenset[str] | None
) -> PromptLibrary:
    """Return the prompts in these renderings, limited to the ids ``among`` unless it is None.

    Raise CatalogueError when a file is missing. A file of silence is left out: it is never heard.
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
    """Yield the samples, to 5 ms, at which sound begins after at least 40 ms of quiet."""
    blocks = sound[: len(sound) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    active = np.flatnonzero(np.mean(blocks**2, axis=1) > QUIET_POWER)
    before = np.concatenate(([-_PAUSE_BLOCKS - 1], active[:-1]))
    for block in active[active - before > _PAUSE_BLOCKS]:
        yield int(block) * _BLOCK
