"""The echo's level: how long after the prompt it comes, and how much quieter it is."""

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.echo_waveform import MAX_LAG
from ivr.hearing.frames import CHUNK
from ivr.hearing.level import FLOOR_DBOV, Levels
from ivr.hearing.ranks import nearest_rank

MARGIN_DB = 9.0
"""How far above the predicted echo a chunk must be to be the caller's (facts: measured)."""
UNLEARNED_GAIN_DB = -35.0
"""Assumed echo before anything is learned: with the margin it passes a caller 26 dB below us."""
HISTORY = 125
"""Chunks that the gate learns from: 4 s."""
ENOUGH = 10
"""Loud chunks of prompt needed before the gate trusts what it has learned: 0.32 s."""
LOUD_DB = 15.0
"""A chunk of prompt is loud when it is within this of the loudest chunks."""
CORRELATED = 0.45
"""From this correlation of the level curves their lag is believed."""
RECENT = 3
"""Chunks before the present one that an echo may still ring on from."""
WINDOW = 8
"""Chunks whose sound is kept: 256 ms."""


class Past:
    """The last chunks in which an echo was possible, the newest last."""

    def __init__(self) -> None:
        self.count = 0
        rows = np.full((4, HISTORY), FLOOR_DBOV)
        self._rows = rows
        self.heard, self.played, self.echo, self.left = rows
        """Levels in dBov: what arrived, the prompt, its predicted echo, what that leaves."""
        self.caller = np.zeros(HISTORY, np.bool_)
        """Which chunks were the caller's."""
        self.arrived = np.zeros((WINDOW, CHUNK), np.float32)
        self.cleaned = np.zeros((WINDOW, CHUNK), np.float32)
        """The last sounds, and what the canceller leaves of them."""

    def step(self, played: float) -> None:
        """Make room for a chunk."""
        self.count = min(self.count + 1, HISTORY)
        for past in (self.arrived, self.cleaned, self.caller):
            past[:-1] = past[1:]
        self._rows[:, :-1] = self._rows[:, 1:]
        self._rows[:, -1] = FLOOR_DBOV
        self.played[-1] = played
        self.caller[-1] = False


class EchoLevel:
    """Predicts the level of the echo from the prompt's."""

    def __init__(self) -> None:
        self.gain_db = UNLEARNED_GAIN_DB
        self.learned = False
        self._lag: int | None = None

    def learn(self, past: Past) -> None:
        """Fit lag and return loss to the levels of what was heard.

        Where the level curves agree, what was heard *is* the echo. Where they do not, any echo
        is buried in what was heard while the caller was silent, be it noise or nothing: then the
        caller needs to be no louder than that.
        """
        if past.count <= MAX_LAG:
            return
        played, heard = past.played[-past.count :], past.heard[-past.count :]
        lag = _best_lag(played, heard)
        if lag is not None:
            source, heard = played[: len(played) - lag], heard[lag:]
            usable = loud(source)
        else:
            windows = np.lib.stride_tricks.sliding_window_view(played, MAX_LAG + 1)
            source, heard = windows.max(axis=1), heard[MAX_LAG:]
            usable = loud(source) & (windows[:, 0] > FLOOR_DBOV)
            usable &= ~past.caller[-past.count :][MAX_LAG:]
        if np.count_nonzero(usable) < ENOUGH:
            return
        self._lag = lag
        gain = nearest_rank((heard - source)[usable], 40)
        self.gain_db = min(gain if lag is not None else gain - MARGIN_DB, 0.0)
        self.learned = True

    def loudest(self, past: Past) -> float:
        """The echo at its loudest now, if it is as it was."""
        if self._lag is None:
            return float(past.played[-MAX_LAG:].max()) + self.gain_db
        end = HISTORY - self._lag
        return float(past.played[end - RECENT - 1 : end].max()) + self.gain_db


def loud(levels: Levels) -> NDArray[np.bool_]:
    """Which of the chunks are loud, as chunks of a prompt go."""
    return levels > max(nearest_rank(levels, 95) - LOUD_DB, -60.0)


def _best_lag(played: Levels, heard: Levels) -> int | None:
    """Lag in chunks at which the level curves agree best, or None when they do not agree."""
    heard = np.maximum(heard[MAX_LAG:], nearest_rank(heard, 10))
    if len(heard) < 2 * ENOUGH:
        return None
    heard = heard - heard.mean()
    played = np.maximum(played, float(np.max(played)) - 40.0)
    windows = np.lib.stride_tricks.sliding_window_view(played, len(heard))
    windows = windows - windows.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.sum(windows**2, axis=1) * np.dot(heard, heard))
    agreement = windows @ heard / np.maximum(spread, 1e-6)
    best = int(np.argmax(agreement))
    return MAX_LAG - best if agreement[best] > CORRELATED else None
