"""Strings of recorded words that resemble sentences on a telephone line, to train with.

Every string is made anew from a generator of random numbers: its words, the size of the speaker,
the speed, the gaps, the line and its noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from tools.hearing_back.recordings import RATE, Samples
from tools.recordings import Recording
from tools.tiny_vosk import channel

_SIZES, _WORD_SIZES = (0.80, 1.25), (0.9, 1.12)
"""Range of the factor at which a string is played faster, as by a smaller or larger person: pitch
and formants change with it. Each word has a factor of its own as well."""
_TEMPOS = (0.95, 2.2)
"""Range of the factor by which a string is faster at the same pitch. Words that are recorded singly
are spoken slowly."""
_LONGEST_GAP, _GAPS = 0.3, 0.25
"""Longest gap between two words in seconds, and the share of the words that a gap follows. The
others run into the next word."""
_LONGEST_FADE = 0.05
"""Longest time in seconds in which a word fades into the next one."""
_CUT_DB = (18.0, 34.0)
"""Range of the level below a word's peak at which its end is cut off: words that are recorded
singly fade away slowly."""
_DBOV, _SNRS_DB = (-35.0, -15.0), (15.0, 40.0)
_NOISY, _NARROW, _CODED = 0.5, 0.8, 0.9
"""Shares of the strings with noise, with the band of a telephone, and coded as a-law."""
_WORD_DB = 4.0
"""Standard deviation of the level of a word in a string, in dB."""
_LONGEST_STRING = 7.6
"""Longest string in seconds, after it was made faster."""
_FRAME = 100

Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Words:
    """Recordings of one speaker, with their samples at RATE."""

    recordings: Sequence[Recording]
    sounds: Sequence[Samples]

    def syllables(self, places: Sequence[int]) -> list[str]:
        """Return the syllables of the words at ``places``."""
        return [sound for place in places for sound in self.recordings[place].syllables]

    def apart(self, places: Sequence[int]) -> Samples:
        """Return the samples of the words at ``places`` as recorded, a short gap after each."""
        gap = np.zeros(round(0.1 * RATE), np.int16)
        return np.concatenate([part for place in places for part in (self.sounds[place], gap)])

    def string(self, random: np.random.Generator) -> tuple[Sound, float, list[str]]:
        """Return a random string on a random line (8 kHz), its tempo, and its syllables."""
        tempo = random.uniform(*_TEMPOS)
        seconds = random.uniform(4, _LONGEST_STRING - 0.6) * tempo * _SIZES[0]
        places: list[int] = []
        while not places or sum(len(self.sounds[place]) for place in places) < seconds * RATE:
            places.append(int(random.integers(len(self.sounds))))
        joined = np.zeros(0)
        for place in places:
            joined = _appended(joined, _spoken(self.sounds[place], random), random)
        samples = np.clip(joined, -32768, 32767).astype(np.int16)
        return _on_a_line(samples, random), tempo, self.syllables(places)


def _spoken(samples: Samples, random: np.random.Generator) -> Sound:
    """Return a word as it may be spoken within a sentence: shorter, at another level and size."""
    sound = samples * min(10 ** (random.normal(0, _WORD_DB) / 20), 1.6)
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.mean(frames**2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-random.uniform(*_CUT_DB) / 10))
    shorter = sound[: (loud[-1] + 1) * _FRAME]
    resized: Sound = soxr.resample(shorter, RATE * random.uniform(*_WORD_SIZES), RATE, quality="HQ")
    return resized


def _appended(joined: Sound, word: Sound, random: np.random.Generator) -> Sound:
    """Return ``joined`` and ``word``, which fade into each other or have a gap after them."""
    faded = min(round(random.uniform(0, _LONGEST_FADE) * RATE), len(word) // 4, len(joined))
    rising = np.linspace(0, 1, faded)
    middle = joined[len(joined) - faded :] * (1 - rising) + word[:faded] * rising
    gap = random.uniform(0, _LONGEST_GAP) if random.random() < _GAPS else 0.0
    silence = np.zeros(round(gap * RATE))
    return np.concatenate([joined[: len(joined) - faded], middle, word[faded:], silence])


def _on_a_line(samples: Samples, random: np.random.Generator) -> Sound:
    """Return a string as a random person says it on a random line."""
    rate = round(RATE * random.uniform(*_SIZES))
    before, after = random.uniform(0, 0.3, size=2)
    noise, count = None, round((len(samples) / rate + before + after + 0.1) * channel.RATE)
    if random.random() < _NOISY:
        noise = channel.noise_of(str(random.choice(channel.NOISES)), count, random)
    return channel.telephone(
        samples,
        rate,
        dbov=random.uniform(*_DBOV),
        band=random.random() < _NARROW,
        law=random.random() < _CODED,
        before=before,
        after=after,
        noise=noise,
        snr_db=random.uniform(*_SNRS_DB),
    )
