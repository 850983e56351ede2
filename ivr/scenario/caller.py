"""The caller of a real call: they wait until the bot has finished, then carry out the next step.

The caller is a script for the softphone, made while it is played. Every 20 ms the caller reads the
packets that have arrived and decides what to send next. The caller recognises no prompts. Instead,
they count the bot's turns (sound after quiet), and wait for as many as the scenario asks for. The
prompts are found after the call, in :mod:`ivr.scenario.wire`.
"""

from collections.abc import Callable, Iterator, Sequence
from math import inf

import numpy as np

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.level import dbov
from ivr.scenario.seen import Acted
from ivr.scenario.sounds import frames, line_sound, recording, voice
from ivr.scenario.steps import (
    LEAST_PAUSE,
    THINKING_SECONDS,
    Act,
    HangsUp,
    Hears,
    HungUp,
    LineSound,
    Plays,
    Presses,
    Says,
    Scenario,
    step_text,
)
from ivr.softphone.rtp import RtpError, parse_packet
from ivr.softphone.script import (
    Action,
    Codec,
    ComfortNoise,
    Digits,
    HangUpStep,
    NoRtp,
    PlayedSound,
    Silence,
)

SOUND_DBOV = -50.0
"""Limit of level, in dBov: a louder packet counts as sound of the bot. Mastered speech is at -22
dBov."""
LEAD_IN_SECONDS, TAIL_SECONDS = 0.08, 0.15
"""Seconds of silence at the beginning and at the end of every prompt's file. They count as part of
the prompt."""
_PATIENCE_SECONDS = 10.0
"""Upper limit, in seconds, for the bot's silence: after it, the caller gives up and hangs up. The
waits that the scenario sets before the caller's next step are added to it."""

Arrived = Callable[[], Sequence[tuple[float, bytes]]]
"""A function that returns all datagrams of the call so far, each with its arrival in seconds."""


class FarEnd:
    """The times at which the bot spoke, found from the level of the packets that have arrived.

    All times are seconds of the clock that ``arrived`` gives arrivals in.
    """

    def __init__(self, codec: Codec, arrived: Arrived) -> None:
        self.turns: list[float] = []
        """Times at which the bot began to speak. A turn begins with sound after more than 0.7 s
        (LEAST_PAUSE) of quiet."""
        self.last_sound = -inf
        """Arrival of the last packet in which the bot was heard; minus infinity before the
        first."""
        self._codec, self._arrived, self._read = codec, arrived, 0

    def look(self) -> None:
        """Read the packets that have arrived since the last look, and note when the bot made sound.

        The result is in ``turns`` and ``last_sound``.
        """
        datagrams = self._arrived()
        for time, datagram in datagrams[self._read :]:
            try:
                packet = parse_packet(datagram, time)
            except RtpError:
                continue
            if packet.payload_type != self._codec.payload_type:
                continue
            if dbov(self._codec.decode(packet.payload)) > SOUND_DBOV:
                if not self.turns or time - self.last_sound > LEAST_PAUSE:
                    self.turns.append(time)
                self.last_sound = time
        self._read = len(datagrams)


class Caller:
    """The caller of one real call, who carries out the steps of a scenario by telephone."""

    def __init__(
        self, scenario: Scenario, codec: Codec, arrived: Arrived, now: Callable[[], float]
    ) -> None:
        """Prepare the caller of ``scenario``, whose call uses ``codec``.

        ``arrived`` returns the datagrams that have arrived so far. ``now`` returns the time in
        seconds of the clock that arrivals are given in.
        """
        self.acted: list[Acted] = []
        """The steps that the caller has carried out, with times in seconds by the clock of
        ``now``."""
        self.gave_up = False
        """True if the caller hung up because the bot was quiet for too long, False otherwise."""
        self._scenario, self._now = scenario, now
        self._bot = FarEnd(codec, arrived)
        self._line = LineSound(line="silence")
        self._carried: Iterator[Samples] | None = None

    def script(self) -> Iterator[Action]:
        """Yield the actions of the caller's telephone, from the answer to the end of the call.

        Each action is chosen when it is asked for, by what has been heard of the bot until then.
        """
        wanted: list[Hears] = []
        self._since = self._now()
        heard = 0
        """Number of the bot's turns that the caller has waited for."""
        for number, step in enumerate(self._scenario.steps):
            if isinstance(step, Hears):
                wanted.append(step)
            elif isinstance(step, Act):
                turns = heard + _turns(wanted)
                yield from self._wait_to_act(step, wanted, turns)
                if self.gave_up:
                    yield HangUpStep()
                if not isinstance(step, LineSound):
                    heard, wanted = self._turns_before(step), []
                yield from self._act(number, step)
        if isinstance(self._scenario.steps[-1], HungUp):
            while True:
                yield self._idle()
        yield from self._wait_to_act(HangsUp(hangs_up=True), wanted, heard + _turns(wanted))
        yield HangUpStep()

    def _wait_to_act(self, act: Act, wanted: list[Hears], turns: int) -> Iterator[Action]:
        """Yield silence, or the sound on the line, until ``act`` is due or the caller gives up.

        ``act`` is the caller's next step. ``wanted`` are the prompts that must be heard before it.
        ``turns`` is the number of the bot's turns (sound after quiet), counted from the answer,
        that must have begun before it.
        """
        if isinstance(act, LineSound) and not wanted:
            return  # the line has carried it from the beginning
        patience = (
            _PATIENCE_SECONDS + sum(step.after or 0.0 for step in wanted) + (act.after or 0.0)
        )
        while True:
            self._bot.look()
            now, quiet_since = self._now(), max(self._bot.last_sound + TAIL_SECONDS, self._since)
            there = len(self._bot.turns) >= turns
            if there and act.into is not None:
                if now >= self._bot.turns[turns - 1] - LEAD_IN_SECONDS + act.into:
                    return
            elif there and now - quiet_since >= (act.after or THINKING_SECONDS):
                return
            if now - quiet_since > patience:
                self.gave_up = True
                return
            yield self._idle()

    def _turns_before(self, step: Act) -> int:
        """Return how many of the bot's turns (sound after quiet) are over when the caller acts.

        ``step`` is what the caller does. If it is a key that interrupts a prompt, the bot replies
        without a pause. Prompt and reply are then one turn, which is not over yet.
        """
        interrupts = step.into is not None and isinstance(step, Presses)
        return len(self._bot.turns) - interrupts  # the bot replies to a key without a pause

    def _act(self, number: int, step: Act) -> Iterator[Action]:
        start = self._now()
        match step:
            case Says():
                yield from self._speaks(voice(step))
            case Plays():
                yield from self._speaks(recording(step, self._scenario.file))
            case Presses(presses=keys):
                yield Digits(keys)
            case LineSound():
                sound = line_sound(step)
                self._line, self._carried = step, None if sound is None else _repeated(sound)
            case HangsUp():
                self.acted.append(Acted(number, step_text(step), start, start))
                yield HangUpStep()
        self._since = self._now()
        self.acted.append(Acted(number, step_text(step), start, self._since))

    def _speaks(self, samples: Samples) -> Iterator[Action]:
        for frame in frames(samples):
            if self._carried is not None:
                both = frame.astype(np.int32) + next(self._carried)
                frame = np.clip(both, -32768, 32767).astype(np.int16)
            yield PlayedSound(frame)

    def _idle(self) -> Action:
        """Return the telephone's next action while the caller says nothing: the sound on the line.

        The sound may also be silence, or no packets at all. The action lasts 20 ms, or 200 ms if it
        is comfort noise.
        """
        if self._carried is not None:
            return PlayedSound(next(self._carried))
        match self._line.line:
            case "no_rtp":
                return NoRtp(0.02)
            case "comfort_noise":
                return ComfortNoise(0.2)
            case _:
                return Silence(0.02)


def _turns(wanted: list[Hears]) -> int:
    """Return the number of turns (sound after quiet) in which the bot says the prompts ``wanted``.

    The first prompt begins a turn. A further prompt begins one if the scenario sets a wait of at
    least 0.7 s (LEAST_PAUSE) before it.
    """
    later = sum((step.after or 0.0) >= LEAST_PAUSE for step in wanted[1:])
    return later + 1 if wanted else 0


def _repeated(sound: Samples) -> Iterator[Samples]:
    while True:
        yield from frames(sound[: len(sound) // RATE * RATE])
