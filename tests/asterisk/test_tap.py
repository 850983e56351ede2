"""The tap: attached through the call's session, again after a loss, and given up in the end."""

import asyncio
import random
import socket

import numpy as np
import pytest

from ivr.asterisk import tap as tap_module
from ivr.asterisk.audio_wire import AUDIO_8K, HANG_UP, UUID, encode_packet
from ivr.asterisk.tap import Tap
from ivr.asterisk.tap_stream import PROVEN_FRAMES, TapStream
from ivr.dialogue.events import PromptFinished
from ivr.hearing.frames import FRAME
from ivr.hearing.g711 import Samples
from tests.asterisk.conftest import Caller, Service, play
from tests.asterisk.fake_asterisk import UNIQUEID, FakeAsterisk
from tests.asterisk.peers import Peer

PACKET = encode_packet(AUDIO_8K, bytes(2 * FRAME))


class Ear:
    """Keeps what the tap delivers."""

    def __init__(self) -> None:
        self.frames: list[Samples] = []
        self.lost: list[float] = []
        self.something = asyncio.Event()

    def hear(self, samples: Samples, now: float) -> None:
        self.frames.append(samples)
        self.something.set()

    def attached(self, attached: bool, now: float) -> None:
        if not attached:
            self.lost.append(now)
        self.something.set()

    async def until(self, frames: int = 0, lost: int = 0) -> None:
        """Wait until so many frames and losses have come."""
        async with asyncio.timeout(10):
            while len(self.frames) < frames or len(self.lost) < lost:
                self.something.clear()
                await self.something.wait()


class Tapped:
    """A service whose calls have a tap."""

    def __init__(self, service: Service) -> None:
        self.service, self.ear = service, Ear()
        self.tap: Tap | None = None
        self.stream: TapStream | None = None

    async def ring(
        self, taps_come: bool = True, first: str = ""
    ) -> tuple[FakeAsterisk, Caller, Tap]:
        """Bring in a call whose tap is asked for before the line runs."""

        def prepare(caller: Caller) -> None:
            send, attached = caller.line.send_between_prompts, self.ear.attached
            address = self.service.audio_address
            self.tap = Tap(self.service.audio, address, UNIQUEID, send, self.connect, attached)
            self.tap.attach()
            if first:
                caller.line.play(play(1, first))

        self.service.prepare = prepare
        fake, caller = await self.service.ring(taps_come=taps_come)
        assert self.tap is not None
        return fake, caller, self.tap

    def connect(self, connection: socket.socket, first: bytes) -> None:
        """Listen to the connection, as the listening process does."""
        connection.setblocking(False)
        self.connecting = asyncio.create_task(self._listen(connection, first))

    async def _listen(self, connection: socket.socket, first: bytes) -> None:
        assert self.tap is not None
        tap, ear = self.tap, self.ear
        _, self.stream = await asyncio.get_running_loop().connect_accepted_socket(
            lambda: TapStream(ear.hear, tap.proven, tap.disconnected), connection
        )
        if first:
            self.stream.data_received(first)

    def close(self) -> None:
        """End the call."""
        assert self.tap is not None
        self.tap.close()
        if self.stream is not None:
            self.stream.close()


@pytest.fixture
def tapped(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tapped:
    """A tap is given up after 0.1 s."""
    monkeypatch.setattr(tap_module, "ATTACH_SECONDS", 0.1)
    return Tapped(service)


def originates(fake: FakeAsterisk) -> int:
    """Return how often a tap was asked for."""
    return sum("Originate" in each for each in fake.commands)


async def taps(fake: FakeAsterisk, count: int) -> None:
    """Wait until so many taps have connected."""
    await fake.until(lambda: len(fake.channels()) == count)


async def test_tap_is_asked_for_with_the_arguments_measured_on_asterisk(tapped: Tapped) -> None:
    fake, _, _ = await tapped.ring()
    await fake.until(fake.channels)
    (asked,) = (each for each in fake.commands if "Originate" in each)
    head, id, tail = asked.partition(str(asked.split("/")[2].split(",")[0]))
    assert f'EXEC Originate "AudioSocket/{tapped.service.audio_address}/' == head
    assert len(id) == 36
    assert f',app,ChanSpy,{UNIQUEID}\\\\,qouESl,,5,av(CDR_PROP(disable)=1)"' == tail
    tapped.close()


@pytest.mark.parametrize("seed", range(5))
async def test_frames_have_160_samples_whatever_the_packets(tapped: Tapped, seed: int) -> None:
    fake, _, _ = await tapped.ring()
    await fake.until(fake.channels)
    (channel,) = fake.channels()
    chance = random.Random(seed)
    samples = np.arange(20 * FRAME, dtype="<i2")
    octets, wire = samples.tobytes(), b""
    while octets:
        size = 2 * chance.randint(0, 500)
        wire, octets = wire + encode_packet(AUDIO_8K, octets[:size]), octets[size:]
    while wire:
        size = chance.randint(1, 900)
        channel.transport.write(wire[:size])
        wire = wire[size:]
        await asyncio.sleep(0)
    await tapped.ear.until(frames=20)
    assert {FRAME} == {len(frame) for frame in tapped.ear.frames}
    assert samples.tolist() == np.concatenate(tapped.ear.frames).tolist()
    tapped.close()


async def test_close_ends_the_tap_and_no_loss_is_reported(tapped: Tapped) -> None:
    fake, _, _ = await tapped.ring()
    await fake.until(fake.channels)
    (channel,) = fake.channels()
    channel.transport.write(PACKET)
    await tapped.ear.until(frames=1)
    tapped.close()
    await asyncio.wait_for(channel.closed, 10)
    await asyncio.sleep(0.15)
    assert tapped.ear.lost == []
    assert originates(fake) == 1


@pytest.mark.parametrize("last", [b"", encode_packet(HANG_UP), b"junk"])
async def test_lost_tap_is_attached_again(tapped: Tapped, last: bytes) -> None:
    fake, _, _ = await tapped.ring()
    for number in range(1, 6):  # more often than losses in a row are allowed
        await taps(fake, number)
        channel = fake.channels()[-1]
        channel.transport.write(PACKET * PROVEN_FRAMES)
        await tapped.ear.until(frames=number * PROVEN_FRAMES)
        channel.transport.write(last)
        channel.transport.close()
    await taps(fake, 6)
    assert len(tapped.ear.lost) == 5
    tapped.close()


async def test_tap_that_never_connects_is_given_up_after_three_attempts(tapped: Tapped) -> None:
    fake, _, _ = await tapped.ring(taps_come=False)
    await tapped.ear.until(lost=3)
    await asyncio.sleep(0.25)
    assert originates(fake) == 3
    assert len(tapped.ear.lost) == 3
    tapped.close()


@pytest.mark.parametrize("sound", [b"", PACKET], ids=["without a sound", "after one frame"])
async def test_tap_that_is_lost_at_once_is_given_up_after_three_attempts(
    tapped: Tapped, sound: bytes
) -> None:
    fake, _, _ = await tapped.ring()
    for number in (1, 2, 3):
        await taps(fake, number)
        fake.channels()[-1].transport.write(sound)
        fake.channels()[-1].transport.close()
    await tapped.ear.until(lost=3)
    assert originates(fake) == 3
    tapped.close()


async def test_tap_lost_in_a_prompt_cuts_no_word_and_costs_no_attempt(tapped: Tapped) -> None:
    """The wait for the tap begins when it is asked for, also in a prompt longer than the wait."""
    fake, caller, _ = await tapped.ring(first="half")
    await fake.until(fake.channels)
    (channel,) = fake.channels()
    await fake.until(lambda: fake.playing == "ivr/row-half")
    channel.transport.write(PACKET)
    await tapped.ear.until(frames=1)
    channel.transport.close()
    await caller.until(PromptFinished(1))
    assert originates(fake) == 1
    await taps(fake, 2)
    assert originates(fake) == 2
    assert len(tapped.ear.lost) == 1
    tapped.close()


async def test_tap_that_connects_too_late_is_refused(tapped: Tapped) -> None:
    fake, _, _ = await tapped.ring(taps_come=False)
    await fake.until(lambda: originates(fake) == 2)
    late = next(each for each in fake.commands if "Originate" in each)
    id = bytes.fromhex(late.split("/")[2].split(",")[0].replace("-", ""))
    peer = await Peer.connect(tapped.service.audio_port)
    peer.send(encode_packet(UUID, id) + PACKET)
    assert await peer.closed() == b""
    assert tapped.ear.frames == []
    tapped.close()


async def test_ear_that_fails_does_not_have_the_tap_attached_for_ever(
    tapped: Tapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(samples: Samples, now: float) -> None:
        raise ValueError("a defect")

    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    monkeypatch.setattr(tapped.ear, "hear", fails)
    fake, _, _ = await tapped.ring()
    for number in (1, 2, 3):
        await taps(fake, number)
        fake.channels()[-1].transport.write(PACKET)
    await tapped.ear.until(lost=3)
    assert originates(fake) == 3
    tapped.close()
