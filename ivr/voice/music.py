"""Music on hold: half a minute that may be repeated, made of nothing but sums of sines.

Ours, so that nobody owns it, and rendered, so that its echo is known to the ear like that of any
prompt and Asterisk plays it as one: a word or a key ends it, and the dead-man stands behind it.
Another music takes its place as another voice does: `ivr prompts render --engine files` with a
recording called music.hold.
"""

import numpy as np

from ivr.hearing.g711 import Samples

_SECONDS = 30.0
_BEAT = 0.625
_LEVEL_DBOV = -26.0
"""Below the voice: what is waited for is louder than the waiting."""
_DECAY_SECONDS = 0.9
_PARTIALS = (1.0, 0.35, 0.12)
_ATTACK_SECONDS = 0.02
_SCALE = (392.0, 440.0, 523.25, 587.33, 659.25, 783.99)
"""宫调式: a pentatonic scale from G4, well inside the telephone's band."""
_MELODY = (
    "0 2 4 3 2 . 1 0 1 2 3 . 2 1 0 . 2 3 5 4 3 . 2 3 4 2 1 . 0 1 0 . 3 4 5 . 4 3 2 . 1 2 0 . . ."
)
"""A degree of the scale for each beat; a full stop lets the last note ring."""


def hold_music(rate: int) -> Samples:
    """The piece at ``rate`` samples a second."""
    sound = np.zeros(round(_SECONDS * rate))
    for beat, degree in enumerate(_MELODY.split()):
        if degree != ".":
            note = _note(_SCALE[int(degree)], rate)
            first = round(beat * _BEAT * rate)
            note = note[: len(sound) - first]
            sound[first : first + len(note)] += note
    sound *= 32768 * 10 ** (_LEVEL_DBOV / 20) / np.sqrt(np.mean(sound**2))
    return np.rint(sound).astype(np.int16)


def _note(hertz: float, rate: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """A plucked string: partials that die away, the higher the sooner."""
    seconds = np.arange(round(4 * _DECAY_SECONDS * rate)) / rate
    attack = np.minimum(seconds / _ATTACK_SECONDS, 1.0)
    partials = (
        share
        * np.exp(-seconds * number / _DECAY_SECONDS)
        * np.sin(2 * np.pi * hertz * number * seconds)
        for number, share in enumerate(_PARTIALS, 1)
    )
    sound: np.ndarray[tuple[int], np.dtype[np.float64]] = attack * sum(partials)
    return sound
