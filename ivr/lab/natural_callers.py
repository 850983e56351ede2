"""Callers with a natural voice: the voice baker, made to sound like several people."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.baker.engine import Baker
from ivr.voice.voices import installed


@dataclass(frozen=True, slots=True)
class NaturalCaller:
    """A synthetic caller: the natural voice ``baker``, changed in pitch and pace."""

    pitch: float = 1.0
    """Factor for the pitch and the resonances of the voice, from 0.7 to 1.3. Both change together,
    as between a large and a small person: 0.7 is a deep voice."""
    pace: float = 1.0
    """Factor for the number of syllables in a second."""

    def synthesise(self, text: str) -> tuple[NDArray[np.int16], int]:
        """Return ``text`` as spoken by this caller: mono samples and their rate in Hz.

        The voice speaks more slowly or more quickly; resampling then changes its pitch, and with it
        the pace to the wanted one. Raise VoiceError if the voice is not installed, or if it cannot
        read the text.
        """
        directory = installed("baker")
        if directory is None:
            raise VoiceError(
                tr(
                    "callers with a natural voice need the voice baker: run `ivr voices fetch "
                    "baker`"
                )
            )
        samples, rate = Baker(directory).speak(text, slower=self.pitch / self.pace)
        played = soxr.resample(samples.astype(np.float64), rate * self.pitch, rate, quality="HQ")
        return np.rint(played.clip(-32768, 32767)).astype(np.int16), rate


NATURAL_CALLERS = (
    NaturalCaller(),
    NaturalCaller(pitch=0.72, pace=0.95),
    NaturalCaller(pitch=1.25, pace=1.1),
    NaturalCaller(pitch=0.85, pace=1.15),
)
"""A woman, a man with a deep voice, a child, and a man who speaks quickly."""
NATURAL_NAMES: Mapping[str, NaturalCaller] = {
    "natural": NATURAL_CALLERS[0],
    **{f"natural {number}": caller for number, caller in enumerate(NATURAL_CALLERS, 1)},
}
"""The callers by their names in scenario files: ``natural`` (the first), ``natural 1`` and so on.
"""
