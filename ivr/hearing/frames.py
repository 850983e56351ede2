"""Units of time of the package ``hearing`` (sample, frame, chunk) and its type of array."""

import numpy as np
from numpy.typing import NDArray

RATE = 8000
"""Samples per second of a telephone line (ITU-T G.711)."""
FRAME = 160
"""Number of samples in a frame (20 ms), the unit in which RTP and Asterisk's AudioSocket carry
audio."""
CHUNK = 256
"""Number of samples in a chunk (32 ms), the unit that the voice detector (Silero) takes at 8
kHz."""
FRAME_SECONDS = FRAME / RATE
"""Length of a frame in seconds: 0.02."""
CHUNK_SECONDS = CHUNK / RATE
"""Length of a chunk in seconds: 0.032."""

FloatArray = NDArray[np.float32]
"""Samples, spectra or probabilities in single precision."""
