"""The measures of time and level that the hearing room works in."""

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.g711 import Samples

RATE = 8000
FRAME = 160
"""Samples in a frame, as RTP and the tap carry them: 20 ms."""
CHUNK = 256
"""Samples in a chunk, as the voice detector wants them: 32 ms."""
FRAME_SECONDS = FRAME / RATE
CHUNK_SECONDS = CHUNK / RATE
FLOOR_DBOV = -96.0
"""The level of nothing: one step of 16-bit linear is -90 dBov."""


def level_dbov(samples: Samples) -> float:
    """RMS level without its DC part, in dBov (full-scale square = 0), not below the floor.

    The DC part is taken off because a-law idle code decodes to +8 and never to zero.
    """
    power = float(np.var(samples.astype(np.float64))) if len(samples) else 0.0
    if power < 1e-3:
        return FLOOR_DBOV
    return max(FLOOR_DBOV, 10 * float(np.log10(power / 32768.0**2)))


def frame_levels_dbov(samples: Samples) -> NDArray[np.float64]:
    """Level of each whole frame in dBov, as :func:`level_dbov` tells it."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    power = np.maximum(np.var(frames, axis=1), 1e-3) / 32768.0**2
    levels: NDArray[np.float64] = np.maximum(10 * np.log10(power), FLOOR_DBOV)
    return levels
