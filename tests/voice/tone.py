"""An engine that hums: it is quick, counts what it is asked for, and breaks when told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ivr.voice.clip import Take
from ivr.voice.engine import RenderProgress
from ivr.words.catalogue import Licence

_RATE = 16_000
_SECONDS_PER_SIGN = 0.15


@dataclass
class Tone:
    """A tone of 440 Hz, 0.15 s for each sign of the words."""

    breaks_after: int = 10_000
    """Number of takes after which it raises RuntimeError."""
    words: list[str] = field(default_factory=list)
    """The words of each take so far, with " slowly" after those for the slow rendering."""
    name: str = "tone"
    voice: str = "440 Hz"
    licence: Licence = field(default_factory=Licence)

    def source(self, take: Take) -> str:
        """Return an empty string: nothing but the words decides how a take sounds."""
        return ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Do nothing: there is nothing to fetch."""

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the tone and its rate in Hz."""
        if len(self.words) == self.breaks_after:
            raise RuntimeError("the engine broke")
        self.words.append(take.words + " slowly" * take.slow)
        seconds = np.arange(round(_SECONDS_PER_SIGN * _RATE) * len(take.words)) / _RATE
        return (8000 * np.sin(2 * np.pi * 440 * seconds)).astype(np.int16), _RATE
