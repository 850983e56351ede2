"""The units of time in which the hearing room works, and its type of array."""

import numpy as np
from numpy.typing import NDArray

RATE = 8000
"""Samples per second of a telephone line (ITU-T G.711)."""
FRAME = 160
"""Samples in a frame, as RTP and Asterisk's AudioSocket carry them: 20 ms."""
CHUNK = 256
"""Samples in a chunk, as the voice detector (Silero) takes them at 8 kHz: 32 ms."""
FRAME_SECONDS = FRAME / RATE
"""Seconds in a frame."""
CHUNK_SECONDS = CHUNK / RATE
"""Seconds in a chunk."""

FloatArray = NDArray[np.float32]
"""Samples, spectra or probabilities in single precision."""
