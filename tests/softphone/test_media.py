"""Late packets are sent after a short delay and left out after a long one."""

import asyncio
import socket
import time

import pytest

from ivr.softphone.media import Media, skipped
from ivr.softphone.rtp import SAMPLES_PER_PACKET, TELEPHONE_EVENT, RxPacket, parse_packet
from ivr.softphone.script import ALAW, Digits


@pytest.mark.parametrize(
    ("late", "slots"),
    [(-0.01, 0), (0.0, 0), (0.019, 0), (0.06, 0), (0.0601, 3), (0.1, 5), (2.019, 100)],
)
def test_no_burst_after_a_long_delay(late: float, slots: int) -> None:
    assert skipped(late) == slots


async def test_a_key_stays_one_key_when_sending_is_late() -> None:
    """A busy machine once made 1 into 11: the timestamp jumped while the key was pressed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pbx:
        pbx.bind(("127.0.0.1", 0))
        pbx.setblocking(False)
        media = Media("127.0.0.1", ALAW, lambda: None)
        media.start([Digits("1")], pbx.getsockname(), None)
        try:
            key = [await _packet(pbx) for _ in range(3)]
            time.sleep(0.15)  # noqa: ASYNC251 - the delay of a busy machine
            while (packet := await _packet(pbx)).payload_type == TELEPHONE_EVENT:
                key.append(packet)
        finally:
            media.close()
    assert len({one.timestamp for one in key}) == 1
    passed = (packet.timestamp - key[0].timestamp) & 0xFFFFFFFF
    assert passed >= (len(key) + 5) * SAMPLES_PER_PACKET


async def _packet(pbx: socket.socket) -> RxPacket:
    return parse_packet(await asyncio.get_running_loop().sock_recv(pbx, 2048), 0.0)
