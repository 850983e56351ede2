"""The echo gate: is this the caller, or our own prompt coming back?

The prompt being played is known sample by sample, and is used twice; both ways are causal.

By level: the prompt's level, delayed by the echo's lag and lowered by the echo return loss, is a
prediction of what would come back if nobody spoke. Only what is clearly louder is the caller. Lag
and loss are learned while the prompt runs.

By waveform: the echo is found by correlation and then subtracted (see echo_waveform), so that only
what is left of it need be exceeded. Until then, whatever could be speech is correlated with the
prompt, and what the prompt explains by itself is its echo.
"""

import numpy as np

from ivr.hearing.echo_level import (
    ENOUGH,
    MARGIN_DB,
    RECENT,
    WINDOW,
    EchoLevel,
    Past,
    loud,
)
from ivr.hearing.echo_waveform import (
    AGREE,
    BEFORE,
    EARLY,
    EXPLAINED,
    EXPLAINED_AGAIN,
    MAX_LAG,
    MOSTLY,
    SPAN,
    Canceller,
    best_explained,
)
from ivr.hearing.frames import (
    CHUNK,
    CHUNK_SECONDS,
    FRAME_SECONDS,
    RATE,
    FloatArray,
)
from ivr.hearing.g711 import Samples
from ivr.hearing.level import FLOOR_DBOV, chunk_dbov
from ivr.hearing.played import Played, Reference
from ivr.hearing.ranks import nearest_rank

_TAIL_SECONDS = 1.0
"""After this much time without a prompt nothing can come back any more (MAX_LAG is 830 ms)."""
HOLE_SECONDS = 0.1
"""Chunks this far from where they are expected have lost their place in time; less is jitter."""
TRUSTED_DB = -3.0
"""The canceller is trusted once it takes this much of the echo away."""
ABOVE_FLOOR_DB = 5.0
"""How far above the line's noise a chunk must be while a prompt is heard: the noise is amplified
for the voice detector, which otherwise goes on hearing the prompt's voice in it."""
INAUDIBLE_DBOV = -66.0
"""An echo no louder than this is left alone: the voice detector is not shown it (see ear)."""
SPLICE_DB = 6.0
"""How much better the echo must fit elsewhere (by chance: 1 dB; half of a chunk: 3 dB)."""
SPLICE_PACKETS = 5
"""Packets looked ahead at most; two looked back, where the clock has been put forward wrongly."""


class EchoGate:
    """Knows what is being played, takes its echo away, admits what is louder than the rest."""

    def __init__(self) -> None:
        self._played = Played()
        self._awake = False
        self._clock = 0.0
        """When the last chunk ended, counted in samples: packets jitter, samples do not."""
        self._cleaned = False
        """Whether the present chunk has been through :meth:`clean`."""
        self._past = Past()
        self._level = EchoLevel()
        self._canceller = Canceller()
        self._left_db: float | None = None
        """How much of an echo the canceller leaves, or None while it cannot be trusted."""
        self._floor_dbov = FLOOR_DBOV
        """Level of the line's own noise, as far as it has been heard without the caller."""

    @property
    def return_loss_db(self) -> float | None:
        """The echo return loss learned so far in dB, or None."""
        return -self._level.gain_db if self._level.learned else None

    def prompt_started(self, reference: Reference, now: float) -> None:
        """A prompt begins to be heard at ``now``."""
        self._played.start(reference, now)
        self._distrust()

    def prompt_stopped(self, now: float) -> None:
        """The prompt is cut at ``now``, or has ended."""
        self._played.stop(now)

    def clean(self, chunk: Samples, now: float) -> Samples:
        """The chunk that ended at ``now`` without the echo in it, as far as that is known.

        What it returns is what :meth:`admits` is then asked about.
        """
        if self._silent(now):
            return chunk
        self._step(chunk, now)
        self._cleaned = True
        past, canceller = self._past, self._canceller
        if canceller.lag is None:
            return chunk
        if past.caller[-2]:
            canceller.forget()
        canceller.adapt()
        if past.heard[-1] <= INAUDIBLE_DBOV:
            return chunk
        echo = self._echo_at(now)
        rest = past.arrived[-1] - echo
        past.echo[-1], past.left[-1] = chunk_dbov(echo), chunk_dbov(rest)
        if self._left_db is None:
            return chunk
        past.cleaned[-1] = rest
        cleaned: Samples = np.clip(np.rint(rest), -32768, 32767).astype(np.int16)
        return cleaned

    def admits(self, chunk: Samples, level: float, now: float) -> bool:
        """Whether a chunk of this level (dBov) that ended at ``now`` is louder than our echo."""
        if self._silent(now):
            self._awake = False
            return True
        if not self._cleaned:
            self._step(chunk, now)
        self._cleaned = False
        if self._left_db is not None:
            echo = float(self._past.echo[-1 - RECENT :].max()) + self._left_db
        else:
            echo = self._level.loudest(self._past)
        return level > max(echo + MARGIN_DB, self._floor_dbov + ABOVE_FLOOR_DB)

    def explains(self, now: float) -> bool:
        """Whether the last quarter of a second, up to ``now``, is a copy of what was played."""
        if self._silent(now):
            return False
        past, played = self._past, self._played_around()
        share, _, lag = best_explained(past.cleaned.ravel(), played)
        whole, _, _ = best_explained(past.arrived.ravel(), played)
        known = self._canceller.lag is not None and abs(lag - self._canceller.lag) <= AGREE
        if share < (EXPLAINED_AGAIN if known else EXPLAINED) and whole < MOSTLY:
            return False
        self._past.caller[-WINDOW:] = False
        return True

    @property
    def removed_db(self) -> float:
        """How much quieter :meth:`clean` made the last chunk; 0 when it left it alone."""
        if not self._awake or self._left_db is None or self._past.left[-1] <= FLOOR_DBOV:
            return 0.0
        return max(float(self._past.heard[-1] - self._past.left[-1]), 0.0)

    def was_caller(self) -> None:
        """The chunk just admitted is the caller's voice: nothing is to be learned from it."""
        self._past.caller[-1] = True

    def learn(self) -> None:
        """Learn lag and loss from what was heard; call it while nobody speaks."""
        if not self._awake:
            return
        past = self._past
        self._level.learn(past)
        self._left_db = self._echo_left()
        self._floor_dbov = self._floor()
        if self._left_db is None and past.heard[-WINDOW:].max() > INAUDIBLE_DBOV:
            self._canceller.search(past.arrived.ravel(), self._played_around())

    def _echo_left(self) -> float | None:
        """How many dB the canceller's residue lies above (below: negative) the echo, if known."""
        past = self._past
        usable = loud(past.echo) & ~past.caller
        if np.count_nonzero(usable) < ENOUGH:
            return None
        left = nearest_rank((past.left - past.echo)[usable], 40)
        return left if left <= TRUSTED_DB else None

    def _floor(self) -> float:
        past = self._past
        if self._left_db is not None:
            return nearest_rank(past.left[past.left > FLOOR_DBOV], 10)
        heard = past.heard[-past.count :][~past.caller[-past.count :]]
        return nearest_rank(heard, 10) if len(heard) >= ENOUGH else FLOOR_DBOV

    def _echo_at(self, now: float) -> FloatArray:
        """The echo in the present chunk. Where it does not fit, packets may be missing.

        Then the sound goes on at a later place of the prompt, and so does the clock.
        """
        sound, canceller = self._past.arrived[-1], self._canceller

        def after(lost: int) -> FloatArray:
            lag = ((canceller.lag or 0) - BEFORE) / RATE
            end = self._clock + lost * FRAME_SECONDS - lag
            return canceller.echo_in(sound, self._played.samples_until(end, SPAN))

        echo = after(0)
        if self._left_db is None:
            return echo
        excess = chunk_dbov(sound - echo) - chunk_dbov(echo) - self._left_db
        if excess <= MARGIN_DB:
            return echo
        ahead = min(round((now - self._clock) / FRAME_SECONDS), SPLICE_PACKETS)
        others = [lost for lost in range(-2, ahead + 1) if lost]
        left = [chunk_dbov(sound - after(lost)) for lost in others]
        if left and min(left) <= chunk_dbov(sound - echo) - SPLICE_DB:
            self._clock += others[int(np.argmin(left))] * FRAME_SECONDS
        return after(0)

    def _silent(self, now: float) -> bool:
        """Return whether nothing can come back any more."""
        return now > self._played.ended + _TAIL_SECONDS

    def _distrust(self) -> None:
        """What the canceller does must be seen to work again."""
        self._left_db = None
        self._past.echo[:] = self._past.left[:] = FLOOR_DBOV

    def _step(self, chunk: Samples, now: float) -> None:
        """Go on to the chunk that ended at ``now``."""
        self._clock += CHUNK_SECONDS
        if not self._awake or abs(now - self._clock) > HOLE_SECONDS:
            self._clock = now
        self._awake = True
        past = self._past
        past.step(self._played.level_at(self._clock - CHUNK_SECONDS / 2))
        past.arrived[-1] = chunk
        past.arrived[-1] -= past.arrived[-1].mean()
        past.cleaned[-1] = past.arrived[-1]
        past.heard[-1] = chunk_dbov(past.arrived[-1])

    def _played_around(self) -> FloatArray:
        """All that may be heard in the last WINDOW chunks."""
        count = (WINDOW + MAX_LAG) * CHUNK + EARLY
        return self._played.samples_until(self._clock + EARLY / RATE, count)
