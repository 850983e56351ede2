"""Predicts the echo's level: how long after the prompt the echo arrives, and how much quieter it
is."""

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.echo_waveform import MAX_LAG
from ivr.hearing.frames import CHUNK
from ivr.hearing.level import FLOOR_DBOV, Levels
from ivr.hearing.ranks import nearest_rank

MARGIN_DB = 9.0
"""A chunk counts as the caller's if it is more than this many decibels above the predicted echo;
the value was found by measurement."""
UNLEARNED_GAIN_DB = -35.0
"""Level of the echo relative to the prompt, in dB, that is assumed until the real level is learned.
A caller must be more than MARGIN_DB (9 dB) above the echo. Until then, callers less than 26 dB
quieter than the prompt are thus admitted (-35 + 9 = -26)."""
HISTORY = 125
"""Number of the last chunks from which the echo gate learns: 125, 4 s."""
ENOUGH = 10
"""Least number of loud chunks of a prompt from which anything is learned: 10, 0.32 s."""
LOUD_DB = 15.0
"""A chunk counts as loud if its level is at most this many decibels below the 95th percentile of
the levels of all chunks."""
CORRELATED = 0.45
"""Least correlation at which the lag of the echo counts as found. The level curves of the prompt
and of the caller's audio are shifted against each other. The shift at which they fit best is the
lag."""
RECENT = 3
"""Number of earlier chunks of the prompt whose echo may still be heard in the present chunk. An
echo dies away slowly."""
WINDOW = 8
"""Number of the last chunks whose samples are kept: 8, 256 ms."""


class Past:
    """Levels and samples of the last chunks (32 ms each) during which an echo could arrive. In each
    array the newest chunk is the last."""

    def __init__(self) -> None:
        self.count = 0
        rows = np.full((4, HISTORY), FLOOR_DBOV)
        self._rows = rows
        self.heard, self.played, self.echo, self.left = rows
        """Levels in dBov of each of the last HISTORY (125) chunks: of the audio that arrived, of
        the prompt, of the predicted echo, and of the residue after the echo was subtracted."""
        self.caller = np.zeros(HISTORY, np.bool_)
        """Whether each of the last HISTORY (125) chunks was the caller's voice."""
        self.arrived = np.zeros((WINDOW, CHUNK), np.float32)
        self.cleaned = np.zeros((WINDOW, CHUNK), np.float32)
        """Samples of the last WINDOW (8) chunks, as they arrived and with the echo subtracted, each
        array shaped (WINDOW, CHUNK)."""

    def step(self, played: float) -> None:
        """Drop the oldest chunk, and begin a new one as the newest.

        ``played`` is the level in dBov that the prompt had during the new chunk; its other levels
        are those of silence. The echo gate then enters its samples and the other levels.
        """
        self.count = min(self.count + 1, HISTORY)
        for past in (self.arrived, self.cleaned, self.caller):
            past[:-1] = past[1:]
        self._rows[:, :-1] = self._rows[:, 1:]
        self._rows[:, -1] = FLOOR_DBOV
        self.played[-1] = played
        self.caller[-1] = False


class EchoLevel:
    """Predicts the level of the echo from the level of the prompt that is played.

    It learns by how long the echo lags behind the prompt, and by how much it is quieter.
    """

    def __init__(self) -> None:
        self.gain_db = UNLEARNED_GAIN_DB
        self.learned = False
        self._lag: int | None = None

    def learn(self, past: Past) -> None:
        """Learn the echo's lag and the echo return loss from the levels of the chunks in ``past``.

        If the level curves of the prompt and of the arrived audio correlate, the arrived audio is
        the echo, and the lag is the shift between them. Otherwise no lag is known, and the echo is
        taken to be 9 dB (MARGIN_DB) quieter than the audio that arrived while the caller was
        silent. If there are too few loud chunks, nothing is learned.
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
        """Return the highest level in dBov that the echo is expected to have in the newest chunk of
        ``past``."""
        if self._lag is None:
            return float(past.played[-MAX_LAG:].max()) + self.gain_db
        end = HISTORY - self._lag
        return float(past.played[end - RECENT - 1 : end].max()) + self.gain_db


def loud(levels: Levels) -> NDArray[np.bool_]:
    """Return one flag for each of ``levels`` (the levels of chunks in dBov): True if it is loud.

    A loud chunk is above -60 dBov and at most LOUD_DB (15 dB) below the 95th percentile of all
    ``levels``.
    """
    return levels > max(nearest_rank(levels, 95) - LOUD_DB, -60.0)


def _best_lag(played: Levels, heard: Levels) -> int | None:
    """Return the lag of the echo behind the prompt, in chunks of 32 ms; None if none is found.

    ``played`` and ``heard`` are the levels in dBov of the prompt and of the caller's audio in the
    same chunks. The lag is the shift at which they correlate best. None means that they correlate
    too little (CORRELATED) or are too short.
    """
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
