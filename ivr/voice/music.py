"""Music on hold: half a minute of notes made of sines, which may be repeated.

The music was composed for this product and needs no licence. It is rendered like a prompt, so that
its echo is known. Asterisk also plays it like a prompt: a word or a key of the caller ends it. The
dead-man timer of the PBX, which helps if the service dies, is set to its length.
"""

import numpy as np

from ivr.hearing.g711 import Samples

_SECONDS = 30.0
_BEAT = 0.625
"""Seconds per beat."""
_LEVEL_DBOV = -26.0
"""RMS level in dBov. It is 4 dB below the prompts, because speech must be louder than the music."""
_DECAY_SECONDS = 0.9
"""Seconds in which the first partial of a note decays to 37 % (1/e). The nth partial decays n times
as fast."""
_PARTIALS = (1.0, 0.35, 0.12)
"""Amplitude of each partial of a note, the fundamental first."""
_ATTACK_SECONDS = 0.02
"""Seconds in which a note rises from silence to its full amplitude, linearly."""
_SCALE = (392.0, 440.0, 523.25, 587.33, 659.25, 783.99)
"""Frequencies of notes in Hz: a pentatonic scale (宫调式) from G4, within the telephone band."""
_MELODY = (
    "0 2 4 3 2 . 1 0 1 2 3 . 2 1 0 . 2 3 5 4 3 . 2 3 4 2 1 . 0 1 0 . 3 4 5 . 4 3 2 . 1 2 0 . . ."
)
"""The melody, with one entry for each beat. A digit starts a note: its index in _SCALE, such as 0
for G4. A full stop starts none, and the last note rings on."""


def hold_music(rate: int) -> Samples:
    """Return half a minute of music on hold as mono samples at ``rate`` Hz."""
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
    """Return a note that sounds like a plucked string: the higher partials decay faster.

    ``hertz`` is the frequency of the first partial.
    """
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
