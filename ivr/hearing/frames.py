"""The measures of time and level that the hearing room works in."""

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.g711 import Samples
from ivr.hearing.level import FLOOR_DBOV

RATE = 8000
FRAME = 160
"""Samples in a frame, as RTP and the tap carry them: 20 ms."""
CHUNK = 256
"""Samples in a chunk, as the voice detector wants them: 32 ms."""
FRAME_SECONDS = FRAME / RATE
CHUNK_SECONDS = CHUNK / RATE


def frame_levels_dbov(samples: Samples) -> NDArray[np.float64]:
    """Level of each whole frame in dBov, without its DC part."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    power = np.maximum(np.var(frames, axis=1), 1e-3) / 32768.0**2
    levels: NDArray[np.float64] = np.maximum(10 * np.log10(power), FLOOR_DBOV)
    return levels
