"""The echo gate: is this the caller, or our own prompt coming back?

The prompt being played is known sample by sample, and is used twice; both ways are causal.

By level: the prompt's level, delayed by the echo's lag and lowered by the echo return loss, is a
prediction of what would come back if nobody spoke. Only what is clearly louder is the caller. Lag
and loss are learned while the prompt runs.

By waveform: before that is learned, whatever could be speech is correlated with the prompt. What
the prompt explains by itself is its echo.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import (
    CHUNK,
    CHUNK_SECONDS,
    FRAME_SECONDS,
    RATE,
    frame_levels_dbov,
)
from ivr.hearing.g711 import Samples
from ivr.hearing.level import FLOOR_DBOV

Levels = NDArray[np.float64]
"""Level of each 20 ms frame of a prompt in dBov."""

MARGIN_DB = 9.0
"""How far above the predicted echo a chunk must be to be the caller's (facts: measured)."""
UNLEARNED_GAIN_DB = -35.0
"""Assumed echo before anything is learned: with the margin it passes a caller 26 dB below us."""
MAX_LAG = 26
"""Longest lag considered, in chunks: 830 ms, a far speakerphone on a mobile network."""
HISTORY = 125
"""Chunks that the gate learns from: 4 s."""
ENOUGH = 10
"""Loud chunks of prompt needed before the gate trusts what it has learned: 0.32 s."""
LOUD_DB = 15.0
"""A chunk of prompt is loud when it is within this of the loudest chunks."""
CORRELATED = 0.45
"""From this correlation of the level curves their lag is believed."""
EXPLAINED = 0.2
"""Share of a sound's power that one delayed copy of the prompt must explain to make it echo.
Independent speech stays below 0.1; a caller over an echo 10 dB below him leaves it 0.1."""
WINDOW = 8
"""Chunks of sound that are correlated: 256 ms."""
EARLY_SECONDS = 0.06
"""How much earlier than we think the prompt may have begun on the wire."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A prompt as the ear needs it: 8 kHz samples, and the level of each 20 ms frame."""

    samples: Samples
    levels: Levels

    @classmethod
    def of(cls, samples: Samples) -> "Reference":
        """The reference of a prompt's samples."""
        return cls(samples, frame_levels_dbov(samples))

    @classmethod
    def joined(cls, parts: Sequence["Reference"]) -> "Reference":
        """The reference of prompts that are played one after the other, whole frames each."""
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


class EchoGate:
    """Knows what is being played, predicts its echo, admits what is louder."""

    def __init__(self) -> None:
        self._prompts: list[_Prompt] = []
        self._heard: list[float] = []
        self._played: list[float] = []
        self._callers: list[bool] = []
        self._sound: list[Samples] = []
        self._gain_db = UNLEARNED_GAIN_DB
        self._lag: int | None = None
        self._learned = False

    @property
    def return_loss_db(self) -> float | None:
        """The echo return loss learned so far in dB, or None."""
        return -self._gain_db if self._learned else None

    def prompt_started(self, reference: Reference, now: float) -> None:
        """A prompt begins to be heard at ``now``."""
        self.prompt_stopped(now)
        end = now + len(reference.samples) / RATE
        self._prompts = [*self._prompts[-2:], _Prompt(reference, now, end)]

    def prompt_stopped(self, now: float) -> None:
        """The prompt is cut at ``now``, or has ended."""
        if self._prompts:
            self._prompts[-1].ended = min(self._prompts[-1].ended, now)

    def admits(self, chunk: Samples, level: float, now: float) -> bool:
        """Whether a chunk of this level (dBov) that ended at ``now`` is louder than our echo."""
        played = self._level_at(now - CHUNK_SECONDS / 2)
        self._heard = [*self._heard[1 - HISTORY :], level]
        self._played = [*self._played[1 - HISTORY :], played]
        self._callers = [*self._callers[1 - HISTORY :], False]
        self._sound = [*self._sound[1 - WINDOW :], chunk]
        return level > self._loudest_recent() + self._gain_db + MARGIN_DB

    def explains(self, now: float) -> bool:
        """Whether the last quarter of a second, up to ``now``, is a copy of what was played."""
        sound = np.concatenate(self._sound).astype(np.float64)
        lags = MAX_LAG * CHUNK
        begin = now - (len(sound) + lags) / RATE
        played = self._played_samples(begin, len(sound) + lags + round(EARLY_SECONDS * RATE))
        return bool(_best_explained(sound - sound.mean(), played) >= EXPLAINED)

    def was_caller(self) -> None:
        """The chunk just admitted is the caller's voice: nothing is to be learned from it."""
        self._callers[-1] = True

    def learn(self) -> None:
        """Fit lag and return loss to what was heard; call it while nobody speaks.

        Where the level curves agree, what was heard *is* the echo. Where they do not, any echo
        is buried in what was heard while the caller was silent, be it noise or nothing: then the
        caller needs to be no louder than that.
        """
        played, heard = np.array(self._played), np.array(self._heard)
        if len(played) <= MAX_LAG:
            return
        lag = _best_lag(played, heard)
        if lag is not None:
            source, heard = played[: len(played) - lag], heard[lag:]
            usable = _loud(source)
        else:
            windows = np.lib.stride_tricks.sliding_window_view(played, MAX_LAG + 1)
            source, heard = windows.max(axis=1), heard[MAX_LAG:]
            usable = _loud(source) & (windows[:, 0] > FLOOR_DBOV)
            usable &= ~np.array(self._callers)[MAX_LAG:]
        if np.count_nonzero(usable) < ENOUGH:
            return
        self._lag = lag
        gain = float(np.percentile((heard - source)[usable], 40))
        self._gain_db = min(gain if lag is not None else gain - MARGIN_DB, 0.0)
        self._learned = True

    def _loudest_recent(self) -> float:
        """The loudest the prompt was where its echo would come from now."""
        if self._lag is None:
            return max(self._played[-MAX_LAG:])
        end = len(self._played) - self._lag
        return max(self._played[max(end - 3, 0) : end + 1], default=FLOOR_DBOV)

    def _level_at(self, time: float) -> float:
        for prompt in reversed(self._prompts):
            if prompt.began <= time < prompt.ended:
                levels = prompt.reference.levels
                return float(
                    levels[min(int((time - prompt.began) / FRAME_SECONDS), len(levels) - 1)]
                )
        return FLOOR_DBOV

    def _played_samples(self, begin: float, count: int) -> NDArray[np.float64]:
        """What was played from ``begin`` on; zero where nothing was."""
        played = np.zeros(count)
        for prompt in self._prompts:
            first = round((prompt.began - begin) * RATE)
            length = min(round((prompt.ended - prompt.began) * RATE), len(prompt.reference.samples))
            source = prompt.reference.samples[max(-first, 0) : max(min(length, count - first), 0)]
            at = max(first, 0)
            played[at : at + len(source)] = source[: max(count - at, 0)]
        return played


def _loud(played: Levels) -> NDArray[np.bool_]:
    return played > max(float(np.percentile(played, 95)) - LOUD_DB, -60.0)


def _best_lag(played: Levels, heard: Levels) -> int | None:
    """Lag in chunks at which the level curves agree best, or None when they do not agree."""
    best, best_lag = CORRELATED, None
    floor = float(np.percentile(heard, 10))
    heard = np.maximum(heard, floor)
    played = np.maximum(played, float(np.max(played)) - 40.0)
    for lag in range(min(MAX_LAG, len(played) - 2 * ENOUGH) + 1):
        a, b = played[: len(played) - lag], heard[lag:]
        spread = float(np.std(a) * np.std(b))
        if spread > 1e-6:
            agreement = float(np.mean((a - a.mean()) * (b - b.mean()))) / spread
            if agreement > best:
                best, best_lag = agreement, lag
    return best_lag


def _best_explained(sound: NDArray[np.float64], played: NDArray[np.float64]) -> float:
    """Largest share of ``sound``'s power that a scaled stretch of ``played`` explains, 0 to 1."""
    size = 1 << (len(sound) + len(played) - 1).bit_length()
    spectrum = np.fft.rfft(played, size) * np.conj(np.fft.rfft(sound, size))
    products = np.fft.irfft(spectrum, size)[: len(played) - len(sound) + 1]
    power = np.concatenate([[0.0], np.cumsum(played**2)])
    stretch = power[len(sound) :] - power[: len(power) - len(sound)]
    total = float(np.sum(sound**2))
    if total == 0.0:
        return 0.0
    # A stretch of hardly anything would explain anything: it counts as a quiet prompt.
    return float(np.max(products**2 / (total * np.maximum(stretch, len(sound) * 100.0))))
