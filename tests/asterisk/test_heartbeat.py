"""The heartbeat: a short noise every half second from the beginning of a call to its end."""

import asyncio
import uuid

import numpy as np
import pytest

from ivr.asterisk import heartbeat as heartbeat_module
from ivr.asterisk.audio_wire import UUID, encode_packet
from ivr.asterisk.heartbeat import BEAT, BEAT_SECONDS, Heartbeat
from tests.asterisk.conftest import Caller, Service
from tests.asterisk.fake_asterisk import CHANNEL, Channel, FakeAsterisk
from tests.asterisk.peers import Peer


async def ring(service: Service) -> tuple[FakeAsterisk, Channel, Heartbeat]:
    """Bring in a call whose heartbeat has connected."""
    hearts: list[Heartbeat] = []

    def prepare(caller: Caller) -> None:
        send = caller.line.send_between_prompts
        hearts.append(Heartbeat(service.audio, service.audio_address, CHANNEL, send))
        hearts[0].attach()

    service.prepare = prepare
    fake, _ = await service.ring()
    await fake.until(lambda: fake.channels(heartbeat=True))
    return fake, fake.channels(heartbeat=True)[0], hearts[0]


async def beats(channel: Channel, count: int) -> list[float]:
    """Return the arrivals of the first beats."""
    async with asyncio.timeout(10):
        while len(channel.arrivals) < count:
            await channel.heard()
    return channel.arrivals[:count]


async def test_channel_is_asked_for_with_the_caller_it_guards(service: Service) -> None:
    fake, _, heart = await ring(service)
    (asked,) = (each for each in fake.commands if "Originate" in each)
    assert asked.endswith(f",exten,ivr-watchdog,s,1,5,av(IVR_CALLER={CHANNEL})")
    heart.close()


async def test_first_beat_comes_at_once_and_the_next_after_half_a_second(service: Service) -> None:
    _, channel, heart = await ring(service)
    first, second = await beats(channel, 2)
    assert pytest.approx(second - first, abs=0.05) == BEAT_SECONDS
    assert channel.received == 2 * BEAT
    heart.close()


def test_beat_is_20_ms_that_no_pbx_takes_for_silence() -> None:
    assert len(BEAT) == 3 + 320
    assert np.abs(np.frombuffer(BEAT[3:], "<i2").astype(int)).min() > 1000


async def test_close_stops_the_beat_and_ends_the_channel(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat_module, "BEAT_SECONDS", 0.02)
    _, channel, heart = await ring(service)
    await beats(channel, 3)
    heart.close()
    heart.close()
    await asyncio.wait_for(channel.closed, 10)


async def test_a_lost_channel_stops_the_beat_and_the_call_goes_on(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat_module, "BEAT_SECONDS", 0.02)
    fake, channel, heart = await ring(service)
    await beats(channel, 1)
    channel.transport.abort()
    sounds = len(fake.sounds)
    await fake.until(lambda: len(fake.sounds) > sounds + 1)
    assert heart._timer is not None
    assert heart._timer.cancelled()
    heart.close()


async def test_a_channel_that_connects_after_the_end_is_refused(service: Service) -> None:
    heart = Heartbeat(service.audio, service.audio_address, CHANNEL, lambda errand: None)
    id = uuid.UUID(heart._originate().decode().split("/")[2].split(",")[0])
    heart.close()
    late = await Peer.connect(service.audio_port)
    late.send(encode_packet(UUID, id.bytes))
    assert await late.closed() == b""
