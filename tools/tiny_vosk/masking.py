"""Bands of frequencies and stretches of time that are hidden from the network while it is trained.

A network that must do without some of them relies on all of them (SpecAugment, Park and others,
2019). Cepstra are a cosine transform of the levels in bands, so they are turned into levels and
back.
"""

import numpy as np
import torch

from tools.tiny_vosk.configuration import CEPSTRA

_BANDS, _WIDEST_BAND = 2, 7
"""Number of ranges of bands that are hidden in a piece of speech, and the widest range."""
_LONGEST = 12
"""Longest stretch of frames that is hidden."""
_HIDDEN = 0.5
"""Share of the batches in which something is hidden."""
_LIFTER = 22.0
"""Kaldi's factor for the cepstra: 1 + 11 sin(pi i / 22)."""


class Masking:
    """Hides bands and frames in normalised cepstra, whose mean and deviation are given."""

    def __init__(
        self, mean: torch.Tensor, deviation: torch.Tensor, random: np.random.Generator
    ) -> None:
        order, band = np.arange(CEPSTRA)[:, None], np.arange(CEPSTRA)[None, :]
        cosines = np.sqrt(2 / CEPSTRA) * np.cos(np.pi / CEPSTRA * (band + 0.5) * order)
        cosines[0] = np.sqrt(1 / CEPSTRA)
        lifter = 1 + _LIFTER / 2 * np.sin(np.pi * np.arange(CEPSTRA) / _LIFTER)
        to_cepstra = lifter[:, None] * cosines / deviation.double().numpy()[:, None]
        self._to_cepstra = torch.tensor(to_cepstra, dtype=torch.float32)
        self._to_levels = torch.tensor(np.linalg.inv(to_cepstra), dtype=torch.float32)
        self._random = random

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the cepstra with random bands and frames at their mean."""
        if self._random.random() > _HIDDEN:
            return rows
        levels = rows @ self._to_levels.T
        count, frames, _ = levels.shape
        for piece in range(count):
            for _ in range(_BANDS):
                width = int(self._random.integers(_WIDEST_BAND + 1))
                first = int(self._random.integers(CEPSTRA - width + 1))
                levels[piece, :, first : first + width] = 0.0
            length = int(self._random.integers(_LONGEST + 1))
            begin = int(self._random.integers(max(frames - length, 1)))
            levels[piece, begin : begin + length] = 0.0
        return levels @ self._to_cepstra.T
