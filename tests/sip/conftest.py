"""Real calls: Asterisk in Docker, the real service, real SIP and RTP. Never skipped."""

import asyncio
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.lab.lab import Lab, laboratory
from ivr.scenario.caller import LEAD_IN_SECONDS, Arrived, FarEnd
from ivr.softphone import (
    Action,
    CallRecording,
    HangUpStep,
    HeardPrompt,
    PlayedSound,
    Silence,
    heard_prompts,
    measured_waits,
)
from ivr.softphone.rtp import PACKET_SECONDS, SAMPLES_PER_PACKET, parse_packet
from ivr.softphone.script import ALAW
from ivr.words.catalogue import Catalogue

TOLERANCE_SECONDS = 0.20
"""Largest deviation from the sheet's seconds, chosen for a busy machine.

`ivr bench waits` measures what an idle machine reaches.
"""
BETWEEN_CALLS_SECONDS = 0.2
"""Seconds between the starts of calls that a test makes together.

Twenty callers who dial in the same instant make each other's greeting 0.3 s late on a slow machine.
"""


def name(prompt: HeardPrompt) -> str:
    """Return the id of a prompt; ``closing.ask`` for row 35 too, which asks in the words of 33."""
    return "closing.ask" if "closing.ask" in prompt.same_sound_ids else prompt.id


SURNAME = "name.zhang1."
"""Beginning of the ids of the spoken names of a caller 张, the only name in these tests."""
THINKING_SECONDS = 1.2
"""Seconds of quiet after which a caller in conversation speaks: longer than a prompt's pauses."""
STAYING_SECONDS = 2.5
"""Seconds of quiet after which a caller who has said everything hangs up."""


@dataclass(frozen=True, slots=True)
class AfterPrompt:
    """An action of a caller who listens: silence until a time in or after a prompt.

    A caller who acts by the clock instead is wrong about a hotline that a busy machine has made
    late.
    """

    prompt: int
    """The prompt by its place among those that the caller hears; 0 is the first."""
    seconds: float
    """Seconds after the beginning of the prompt's file."""


@dataclass(frozen=True, slots=True)
class Echo:
    """An action of a caller: the telephone sends back what it receives, to the end of the call."""

    seconds: float
    """Seconds by which the echo is later than the sound."""
    db: float
    """Level of the echo, in dB above the sound's."""


Script = Sequence[Action | AfterPrompt | Echo]


@cache
def _known(catalogue: Catalogue) -> frozenset[str]:
    """Return the ids of the prompts that a caller of these tests may hear.

    Three quarters of all files are names: the search for one name alone takes a quarter of the time
    of the search for all, in which other laboratories have the processor.
    """
    ids = catalogue.manifest.recordings
    return frozenset(id for id in ids if not id.startswith("name.") or id.startswith(SURNAME))


@dataclass(frozen=True)
class Heard:
    """One call as its caller heard it."""

    recording: CallRecording
    catalogue: Catalogue

    @cached_property
    def prompts(self) -> Sequence[HeardPrompt]:
        """Return the prompts that were played.

        They are searched at the first access: the search would disturb calls that are still up.
        """
        if self.recording.answered is None:
            return []
        return heard_prompts(self.recording, self.catalogue, among=_known(self.catalogue))

    @property
    def ids(self) -> list[str]:
        """Return the ids of the prompts in order; a prompt that was cut is marked with ``…``."""
        return [name(prompt) + ("" if prompt.complete else "…") for prompt in self.prompts]

    @property
    def waits(self) -> list[float]:
        """Return the seconds of silence after each prompt; after the last one until the BYE."""
        return measured_waits(self.recording, self.prompts)[1:]

    @property
    def was_hung_up_on(self) -> bool:
        """Return whether the hotline ended the call."""
        return self.recording.ended_by == "callee"


async def call(lab: Lab, *script: Action | AfterPrompt | Echo, max_seconds: float = 90.0) -> Heard:
    """Call the hotline, play the script, and return what the caller heard."""

    def actions() -> Iterator[Action]:
        bot = FarEnd(ALAW, lambda: placed.received)
        for action in script:
            if isinstance(action, AfterPrompt):
                yield from _until(bot, action)
            elif isinstance(action, Echo):
                yield from _echo(action, lambda: placed.received)
            else:
                yield action

    async with lab.telephone() as phone:
        placed = phone.dial(lab.number, actions(), max_seconds=max_seconds)
        return Heard(await placed.ended(), lab.catalogue)


def _until(bot: FarEnd, after: AfterPrompt) -> Iterator[Action]:
    """Yield silence until the time that ``after`` names."""
    seconds = after.seconds - LEAD_IN_SECONDS
    while len(bot.turns) <= after.prompt or time.monotonic() < bot.turns[after.prompt] + seconds:
        yield Silence(PACKET_SECONDS)
        bot.look()


def _echo(echo: Echo, received: Arrived) -> Iterator[Action]:
    """Yield packet by packet what has been received, later and at another level."""
    left, read = np.zeros(round(echo.seconds * RATE), np.int16), 0
    while True:
        datagrams = received()
        packets = [parse_packet(datagram, time) for time, datagram in datagrams[read:]]
        read = len(datagrams)
        for packet in packets:
            if packet.payload_type == ALAW.payload_type:
                sound = ALAW.decode(packet.payload) * 10 ** (echo.db / 20)
                left = np.concatenate([left, sound.astype(np.int16)])
        now, left = left[:SAMPLES_PER_PACKET], left[SAMPLES_PER_PACKET:]
        yield PlayedSound(now) if len(now) else Silence(PACKET_SECONDS)


async def converse(lab: Lab, *says: Samples, stays: bool = False) -> Heard:
    """Call the hotline, and say each sound after the answer to the one before.

    The caller listens, and speaks 1.2 s after the hotline's last sound. A caller who speaks by the
    clock would interrupt a hotline that a busy machine has made late. After the last answer the
    caller hangs up; one who ``stays`` leaves that to the hotline.
    """

    def script() -> Iterator[Action]:
        bot, turns = FarEnd(ALAW, lambda: placed.received), 0
        for sound in says:
            turns = yield from _until_answered(bot, turns, THINKING_SECONDS)
            yield PlayedSound(sound)
        if not stays:
            yield from _until_answered(bot, turns, STAYING_SECONDS)
            yield HangUpStep()

    async with lab.telephone() as phone:
        placed = phone.dial(lab.number, script(), max_seconds=120.0)
        return Heard(await placed.ended(), lab.catalogue)


def _until_answered(bot: FarEnd, turns: int, quiet_seconds: float) -> Generator[Action, None, int]:
    """Yield silence until the hotline has had more than ``turns`` turns and was quiet for so long.

    Return the number of its turns.
    """
    while len(bot.turns) <= turns or time.monotonic() - bot.last_sound < quiet_seconds:
        yield Silence(PACKET_SECONDS)
        bot.look()
    return len(bot.turns)


async def call_together(lab: Lab, scripts: Mapping[str, Script]) -> dict[str, Heard]:
    """Make a call for each script, one soon after the other; return what each caller heard."""

    async def one(place: int, script: Script) -> Heard:
        await asyncio.sleep(place * BETWEEN_CALLS_SECONDS)
        return await call(lab, *script)

    heard = await asyncio.gather(*(one(*each) for each in enumerate(scripts.values())))
    return dict(zip(scripts, heard, strict=True))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lab(root: Path) -> AsyncIterator[Lab]:
    """Yield one laboratory for all tests that leave it unchanged."""
    async with laboratory(root, max_calls=40) as built:
        yield built


@pytest.fixture
def sheet_seconds() -> object:
    """Return the five seconds of the sheet (等待5秒) with the tolerance of the tests."""
    return pytest.approx(5.0, abs=TOLERANCE_SECONDS)
