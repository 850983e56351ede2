"""The echo gate: distinguishes the caller's voice from our own prompt that comes back as echo.

Every sample of the prompt is known, and is used in two ways. Both use only audio that has already
arrived.

By level: the prompt's level is delayed by the echo's lag and lowered by the echo return loss. This
predicts the level that would arrive if nobody spoke. Only a clearly louder chunk counts as the
caller's. Lag and loss are learned while the prompt is played (see echo_level).

By waveform: the echo is found by correlation and then subtracted (see echo_waveform). The caller
need only be louder than the residue. Until the echo is found, every sound that could be speech is
correlated with the prompt. If a copy of the prompt explains the sound, it is echo.
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
"""The echo of a prompt is over this many seconds after the prompt's end. The longest lag of an echo
(MAX_LAG) is 830 ms."""
HOLE_SECONDS = 0.1
"""Upper limit in seconds for the difference between the call's clock and the time counted in
samples. A larger difference means that audio is missing; a smaller one is jitter."""
TRUSTED_DB = -3.0
"""Upper limit for the residue (the part of the echo that subtraction leaves), in dB relative to the
echo. Above it the canceller is not trusted, and nothing is subtracted."""
ABOVE_FLOOR_DB = 5.0
"""While the echo of a prompt can arrive, only chunks more than this many decibels above the line's
noise count as the caller's. Quiet noise is amplified for the voice detector. Without this limit the
detector would go on finding the prompt's voice in that noise."""
INAUDIBLE_DBOV = -66.0
"""No echo is subtracted from chunks up to this level in dBov. The voice detector does not get such
quiet chunks either."""
SPLICE_DB = 6.0
"""Least decibels by which an echo must fit another place of the prompt better than the expected
place. Packets then count as lost, and the prompt goes on from the other place. By chance another
place fits 1 dB better. It fits 3 dB better if it is right for half of the chunk."""
SPLICE_PACKETS = 5
"""Greatest number of lost packets that is tried when an echo does not fit the prediction: the
prompt may be up to 5 packets further. The places one and two packets earlier are tried as well, in
case the echo gate's clock was put forward wrongly before."""


class EchoGate:
    """The echo gate of one caller: subtracts the echo of our prompts from each chunk (32 ms), and
    tells which chunks are louder than what is left of the echo. For each chunk call :meth:`clean`,
    then :meth:`admits` with the chunk that :meth:`clean` returned.
    """

    def __init__(self) -> None:
        self._played = Played()
        self._awake = False
        self._clock = 0.0
        """Time at which the last chunk ended, in seconds of the call's clock (`now`). It is counted
        in samples, because packets have jitter."""
        self._cleaned = False
        """Whether :meth:`clean` has already added the present chunk to the past."""
        self._past = Past()
        self._level = EchoLevel()
        self._canceller = Canceller()
        self._left_db: float | None = None
        """Residue that the canceller leaves, in dB relative to the echo; None while the canceller
        is not trusted."""
        self._floor_dbov = FLOOR_DBOV
        """Level of the line's noise in dBov, measured while the caller was silent."""

    @property
    def return_loss_db(self) -> float | None:
        """The echo return loss learned so far in dB (by how much our prompt is quieter when it
        comes back); None until one is learned."""
        return -self._level.gain_db if self._level.learned else None

    def prompt_started(self, reference: Reference, now: float) -> None:
        """Note that the caller begins to hear the prompt ``reference`` at ``now``, in seconds of
        the call's clock."""
        self._played.start(reference, now)
        self._distrust()

    def prompt_stopped(self, now: float) -> None:
        """Note that the prompt was cut at ``now``, in seconds of the call's clock. If it ended
        before, do nothing."""
        self._played.stop(now)

    def clean(self, chunk: Samples, now: float) -> Samples:
        """Return a chunk with the echo subtracted; the chunk ended at ``now`` (seconds of the
        call's clock).

        ``chunk`` has CHUNK (256) samples. It is returned unchanged if it is almost silent, or if
        the predicted echo is not known or not trusted yet.
        """
        if self._no_echo_at(now):
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
        """Return True if a chunk is clearly louder than the line's noise and the expected echo, so
        that it may be the caller's; otherwise False. Return True whenever no echo can arrive.

        ``level`` is the chunk's level in dBov. ``now`` is the end of the chunk in seconds of the
        call's clock.
        """
        if self._no_echo_at(now):
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
        """Return True if the last 256 ms are echo (a copy of our prompts), otherwise False.

        ``now`` is the end of these 256 ms in seconds of the call's clock. If they are echo, their
        chunks no longer count as the caller's voice.
        """
        if self._no_echo_at(now):
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
        """The decibels by which :meth:`clean` lowered the level of the last chunk; 0 if it changed
        nothing."""
        if not self._awake or self._left_db is None or self._past.left[-1] <= FLOOR_DBOV:
            return 0.0
        return max(float(self._past.heard[-1] - self._past.left[-1]), 0.0)

    def was_caller(self) -> None:
        """Note that the last chunk is the caller's voice, so that nothing is learned about the echo
        from it."""
        self._past.caller[-1] = True

    def learn(self) -> None:
        """Learn the echo's lag, the echo return loss and the line's noise from the last 4 s. Call
        it only while the caller does not speak."""
        if not self._awake:
            return
        past = self._past
        self._level.learn(past)
        self._left_db = self._echo_left()
        self._floor_dbov = self._floor()
        if self._left_db is None and past.heard[-WINDOW:].max() > INAUDIBLE_DBOV:
            self._canceller.search(past.arrived.ravel(), self._played_around())

    def _echo_left(self) -> float | None:
        """Return the level of the residue (what subtraction leaves of the echo), in dB relative to
        the echo. Return None if it is above TRUSTED_DB (-3 dB), or if fewer than ENOUGH (10) chunks
        with echo were measured."""
        past = self._past
        usable = loud(past.echo) & ~past.caller
        if np.count_nonzero(usable) < ENOUGH:
            return None
        left = nearest_rank((past.left - past.echo)[usable], 40)
        return left if left <= TRUSTED_DB else None

    def _floor(self) -> float:
        """Return the level of the line's noise in dBov; FLOOR_DBOV (-96) if fewer than ENOUGH (10)
        chunks without the caller's voice have arrived."""
        past = self._past
        if self._left_db is not None:
            return nearest_rank(past.left[past.left > FLOOR_DBOV], 10)
        heard = past.heard[-past.count :][~past.caller[-past.count :]]
        return nearest_rank(heard, 10) if len(heard) >= ENOUGH else FLOOR_DBOV

    def _echo_at(self, now: float) -> FloatArray:
        """Return the predicted echo in the newest chunk, as CHUNK (256) samples. The chunk ended at
        ``now``, in seconds of the call's clock.

        If the prediction does not fit, packets may have been lost: it is tried with the prompt up
        to 5 packets further and 2 back. If one of these fits better by SPLICE_DB (6 dB), the echo
        gate's clock is set accordingly.
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

    def _no_echo_at(self, now: float) -> bool:
        """Return True if the last prompt ended more than 1 s before ``now``, so that its echo can
        no longer arrive; otherwise False."""
        return now > self._played.ended + _TAIL_SECONDS

    def _distrust(self) -> None:
        """Forget how well the canceller works, so that it is not trusted until it has been measured
        again."""
        self._left_db = None
        self._past.echo[:] = self._past.left[:] = FLOOR_DBOV

    def _step(self, chunk: Samples, now: float) -> None:
        """Store the newest ``chunk`` of the caller's line, and its level, after the earlier ones.

        The chunk ended at ``now``, in seconds of the call's clock.
        """
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
        """Return all samples of the prompts whose echo may be in the last WINDOW (8) chunks."""
        count = (WINDOW + MAX_LAG) * CHUNK + EARLY
        return self._played.samples_until(self._clock + EARLY / RATE, count)
