"""Music on hold: half a minute of notes made of sines, which may be repeated.

It was composed for this product and needs no licence. It is rendered like a prompt, so that its
echo is known and Asterisk plays it as a prompt: a word or a key ends it, and the dead-man timer is
armed to its length.
"""

import numpy as np

from ivr.hearing.g711 import Samples

_SECONDS = 30.0
_BEAT = 0.625
"""Seconds per beat."""
_LEVEL_DBOV = -26.0
"""RMS level, 4 dB below the speech of prompts: they must be louder than the music."""
_DECAY_SECONDS = 0.9
"""Time constant of the first partial; that of the nth is an nth of it."""
_PARTIALS = (1.0, 0.35, 0.12)
"""Amplitude of each partial."""
_ATTACK_SECONDS = 0.02
"""Length of the linear attack of a note."""
_SCALE = (392.0, 440.0, 523.25, 587.33, 659.25, 783.99)
"""宫调式: a pentatonic scale from G4 in Hz, within the telephone band."""
_MELODY = (
    "0 2 4 3 2 . 1 0 1 2 3 . 2 1 0 . 2 3 5 4 3 . 2 3 4 2 1 . 0 1 0 . 3 4 5 . 4 3 2 . 1 2 0 . . ."
)
"""The degree of the scale for each beat; at a full stop the last note rings on."""


def hold_music(rate: int) -> Samples:
    """Return the music at ``rate`` samples per second."""
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
    """Return the sound of a plucked string: partials that decay, higher ones faster."""
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
