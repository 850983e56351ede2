"""The caller of a real call: listens for when the bot has finished, and does then what is written.

He is a script for the softphone that is made while it is played: every 20 ms he is asked what to
send next, and looks at what has arrived. He knows no prompts; he waits for as many of the bot's
turns, sound that follows quiet, as his scenario wants to hear. What was heard is looked at later.
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
"""What is louder is the bot; mastered speech is at -22 dBov."""
LEAD_IN_SECONDS, TAIL_SECONDS = 0.08, 0.15
"""Silence at the edges of every file, which belongs to the prompt."""
_PATIENCE_SECONDS = 10.0
"""To whom nothing is said so much longer than his scenario allows has come to nothing: he hangs up
instead of holding the line."""

Arrived = Callable[[], Sequence[tuple[float, bytes]]]
"""All datagrams of the call so far, with their times."""


class FarEnd:
    """When the bot has spoken, as far as the packets tell that have arrived."""

    def __init__(self, codec: Codec, arrived: Arrived) -> None:
        self.turns: list[float] = []
        """When each of its turns began: sound after at least LEAST_PAUSE of quiet."""
        self.last_sound = -inf
        self._codec, self._arrived, self._read = codec, arrived, 0

    def look(self) -> None:
        """Take in what has arrived since the last look."""
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
    """One caller; :meth:`script` is what he sends."""

    def __init__(
        self, scenario: Scenario, codec: Codec, arrived: Arrived, now: Callable[[], float]
    ) -> None:
        """``now`` and the times of ``arrived`` are of one clock."""
        self.acted: list[Acted] = []
        """What he has done; times by that clock."""
        self.gave_up = False
        self._scenario, self._now = scenario, now
        self._bot = FarEnd(codec, arrived)
        self._line = LineSound(line="silence")
        self._carried: Iterator[Samples] | None = None

    def script(self) -> Iterator[Action]:
        """All that he sends from the answer to the end."""
        wanted: list[Hears] = []
        self._since = self._now()
        heard = 0
        """Turns of the bot that he has waited for."""
        for number, step in enumerate(self._scenario.steps):
            if isinstance(step, Hears):
                wanted.append(step)
            elif isinstance(step, Act):
                turns = heard + _turns(wanted)
                yield from self._until_his_moment(step, wanted, turns)
                if self.gave_up:
                    yield HangUpStep()
                if not isinstance(step, LineSound):
                    heard, wanted = self._turns_before(step), []
                yield from self._act(number, step)
        if isinstance(self._scenario.steps[-1], HungUp):
            while True:
                yield self._idle()
        yield from self._until_his_moment(HangsUp(hangs_up=True), wanted, heard + _turns(wanted))
        yield HangUpStep()

    def _until_his_moment(self, act: Act, wanted: list[Hears], turns: int) -> Iterator[Action]:
        if isinstance(act, LineSound) and not wanted:
            return  # so it has been from the beginning
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
        """How many turns the bot has had when the reply to a step begins."""
        interrupts = step.into is not None and isinstance(step, Presses)
        return len(self._bot.turns) - interrupts  # to a key it replies without a pause

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
        """What his line carries while he says nothing: 20 ms of it, or a little more."""
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
    """In how many turns the bot says what is wanted: a wait is between two of them."""
    later = sum((step.after or 0.0) >= LEAST_PAUSE for step in wanted[1:])
    return later + 1 if wanted else 0


def _repeated(sound: Samples) -> Iterator[Samples]:
    while True:
        yield from frames(sound[: len(sound) // RATE * RATE])
