"""Make sound slower or faster without changing its pitch: waveform-similarity overlap-add (WSOLA).

The method is by Verhelst and Roelands, 1993. Overlapping windows are taken from the sound at
shorter steps than they are added to the result. Each window is shifted to the place where it best
continues the previous window. No period of the voice is thus broken. The shift is at most half a
period of a low voice.
"""

import numpy as np
from numpy.typing import NDArray

_Sound = NDArray[np.float64]

_WINDOW_SECONDS = 0.03
"""Length of a window, in seconds."""
_SHIFT_SECONDS = 0.008
"""Upper limit for the shift of a window to either side, in seconds. It is half the period of a
voice at 62 Hz."""


def stretched(sound: _Sound, rate: int, factor: float) -> _Sound:
    """Return ``sound`` (at ``rate`` Hz) with ``factor`` times its length and the same pitch."""
    hop = round(_WINDOW_SECONDS * rate) // 2
    reach = round(_SHIFT_SECONDS * rate)
    window = np.hanning(2 * hop + 1)[:-1]
    padded = np.pad(sound, (reach + hop, reach + 4 * hop))
    count = round(len(sound) * factor / hop) + 1
    result = np.zeros((count + 1) * hop)
    natural = padded[reach : reach + 2 * hop]
    for n in range(count):
        start = min(round(n * hop / factor), len(sound)) + reach
        candidates = padded[start - reach : start + reach + 2 * hop]
        best = int(np.argmax(np.correlate(candidates, natural, "valid")))
        chosen = start - reach + best
        result[n * hop : (n + 2) * hop] += window * padded[chosen : chosen + 2 * hop]
        natural = padded[chosen + hop : chosen + 3 * hop]
    return result[hop : hop + round(len(sound) * factor)]
