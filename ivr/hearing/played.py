"""The prompts that are played to the caller, and when each of them began and ended."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.hearing.frames import FRAME_SECONDS, RATE, FloatArray
from ivr.hearing.g711 import Samples
from ivr.hearing.level import FLOOR_DBOV, Levels, frame_levels_dbov

_KEPT = 3
"""Number of prompts that are remembered: the last 3. The echo of an earlier prompt can hardly still
arrive."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A prompt as the echo gate needs it: 8 kHz samples, and the level in dBov of each 20 ms
    frame."""

    samples: Samples
    levels: Levels

    @classmethod
    def of(cls, samples: Samples) -> "Reference":
        """Return the reference (samples and their levels) of a prompt's samples at 8 kHz."""
        return cls(samples, frame_levels_dbov(samples))

    @classmethod
    def joined(cls, parts: Sequence["Reference"]) -> "Reference":
        """Return one reference for the prompts ``parts``, which are played without a gap.

        Each of them must consist of whole frames of 160 samples (20 ms).
        """
        if len(parts) == 1:
            return parts[0]
        samples = [np.zeros(0, np.int16), *(part.samples for part in parts)]
        levels = [np.zeros(0), *(part.levels for part in parts)]
        return cls(np.concatenate(samples), np.concatenate(levels))


@dataclass(slots=True)
class _Prompt:
    reference: Reference
    began: float
    ended: float


class Played:
    """The prompts played in one call, with their times in seconds of the call's clock (`now`)."""

    def __init__(self) -> None:
        self._prompts: list[_Prompt] = []

    @property
    def ended(self) -> float:
        """The time, in seconds of the call's clock, at which the last prompt ended or will end;
        minus infinity before the first prompt."""
        return self._prompts[-1].ended if self._prompts else float("-inf")

    def start(self, reference: Reference, now: float) -> None:
        """Add a prompt that the caller begins to hear at ``now``, in seconds of the call's clock.
        If another prompt is still played, that prompt ends at ``now``."""
        self.stop(now)
        end = now + len(reference.samples) / RATE
        self._prompts = [*self._prompts[1 - _KEPT :], _Prompt(reference, now, end)]

    def stop(self, now: float) -> None:
        """End the last prompt at ``now``, in seconds of the call's clock, unless it ended
        before."""
        if self._prompts:
            last = self._prompts[-1]
            last.ended = min(last.ended, now)

    def level_at(self, time: float) -> float:
        """Return the level in dBov of the frame that is played at ``time``, in seconds of the
        call's clock; FLOOR_DBOV (-96) if no prompt is played then."""
        for prompt in reversed(self._prompts):
            if prompt.began <= time < prompt.ended:
                levels = prompt.reference.levels
                frame = int((time - prompt.began) / FRAME_SECONDS)
                return float(levels[min(frame, len(levels) - 1)])
        return FLOOR_DBOV

    def samples_until(self, end: float, count: int) -> FloatArray:
        """Return the last ``count`` samples (8 kHz) that were played before the time ``end``, in
        seconds of the call's clock. Samples are 0 where no prompt was played."""
        played = np.zeros(count, np.float32)
        for prompt in self._prompts:
            first = count - round((end - prompt.began) * RATE)
            length = min(round((prompt.ended - prompt.began) * RATE), len(prompt.reference.samples))
            source = prompt.reference.samples[max(-first, 0) : max(min(length, count - first), 0)]
            at = max(first, 0)
            played[at : at + len(source)] = source[: max(count - at, 0)]
        return played
