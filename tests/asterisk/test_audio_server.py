"""The AudioSocket server: a tap is taken once, in time, and with the UUID it was given."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator

import pytest

from ivr.asterisk import audio_server
from ivr.asterisk.audio_server import AudioServer, HandOver
from ivr.asterisk.audio_wire import AUDIO_8K, DTMF, ERROR, HANG_UP, UUID, encode_packet
from ivr.asterisk.tap_stream import TapStream
from ivr.hearing.g711 import Samples
from ivr.lab.ports import free_ports
from tests.asterisk.peers import Peer, descriptors, escaped, settled

FRAME = encode_packet(AUDIO_8K, bytes(320))


class Ear:
    """Takes the connection of a tap over, and keeps what the tap sends."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.came = asyncio.Event()
        self.went = asyncio.Event()
        self.hand_over = HandOver(self._take)

    def _take(self, connection: socket.socket, first: bytes) -> None:
        assert not self.came.is_set()
        self.came.set()
        connection.setblocking(False)
        self.listening = asyncio.create_task(self._listen(connection, first))

    async def _listen(self, connection: socket.socket, first: bytes) -> None:
        _, stream = await asyncio.get_running_loop().connect_accepted_socket(
            lambda: TapStream(self._hear, lambda: None, self._disconnected), connection
        )
        stream.data_received(first)

    def _hear(self, samples: Samples, now: float) -> None:
        self.heard.append(samples.tobytes())

    def _disconnected(self) -> None:
        assert not self.went.is_set()
        self.went.set()


class Server(AudioServer):
    """The server and its port."""

    port = 0


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """The server; it must expect no tap at the end of the test."""
    server, errors = Server(), escaped()
    (server.port,) = free_ports(1)
    await server.start("127.0.0.1", server.port)
    yield server
    server.close()
    assert not server._expected
    assert errors == []


async def tap(server: Server, ear: Ear) -> Peer:
    """Connect a tap with its UUID."""
    peer = await Peer.connect(server.port)
    peer.send(encode_packet(UUID, server.expect(ear.hand_over).bytes))
    await asyncio.wait_for(ear.came.wait(), 10)
    return peer


async def test_expected_tap_is_heard_until_it_ends(server: Server) -> None:
    ear = Ear()
    peer = await tap(server, ear)
    peer.send(FRAME + FRAME)
    await peer.close()
    await asyncio.wait_for(ear.went.wait(), 10)
    assert [bytes(320)] * 2 == ear.heard


async def test_packets_in_single_octets_are_heard(server: Server) -> None:
    ear = Ear()
    peer = await Peer.connect(server.port)
    for octet in encode_packet(UUID, server.expect(ear.hand_over).bytes) + FRAME:
        peer.send(bytes((octet,)))
        await asyncio.sleep(0)
    await peer.close()
    await asyncio.wait_for(ear.went.wait(), 10)
    assert [bytes(320)] == ear.heard


async def test_unknown_uuid_is_refused(server: Server) -> None:
    peer = await Peer.connect(server.port)
    peer.send(encode_packet(UUID, uuid.uuid4().bytes) + FRAME)
    assert await peer.closed() == b""


async def test_uuid_is_valid_once(server: Server) -> None:
    ear = Ear()
    id = server.expect(ear.hand_over)
    first, second = await Peer.connect(server.port), await Peer.connect(server.port)
    first.send(encode_packet(UUID, id.bytes))
    await asyncio.wait_for(ear.came.wait(), 10)
    second.send(encode_packet(UUID, id.bytes))
    assert await second.closed() == b""
    assert not ear.went.is_set()
    await first.close()
    await ear.went.wait()


async def test_uuid_expires(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_server, "EXPECT_SECONDS", 0.05)
    ear = Ear()
    id = server.expect(ear.hand_over)
    await asyncio.sleep(0.06)
    peer = await Peer.connect(server.port)
    peer.send(encode_packet(UUID, id.bytes))
    assert await peer.closed() == b""
    assert not ear.came.is_set()


async def test_forgotten_uuid_is_refused(server: Server) -> None:
    ear = Ear()
    id = server.expect(ear.hand_over)
    server.forget(id)
    server.forget(id)
    peer = await Peer.connect(server.port)
    peer.send(encode_packet(UUID, id.bytes))
    assert await peer.closed() == b""


@pytest.mark.parametrize("sent", [b"", b"\x01", encode_packet(UUID, bytes(16))[:-1]])
async def test_first_packet_has_a_deadline(
    server: Server, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_server, "FIRST_PACKET_SECONDS", 0.1)
    peer = await Peer.connect(server.port)
    peer.send(sent)
    assert await peer.closed(1.0) == b""


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        FRAME,
        encode_packet(UUID, b"short"),
        encode_packet(HANG_UP),
        b"\x10\xff\xff",
    ],
)
async def test_foreign_first_packet_is_refused(server: Server, sent: bytes) -> None:
    peer = await Peer.connect(server.port)
    peer.send(sent)
    assert await peer.closed() == b""


@pytest.mark.parametrize("junk", [b"\x99junk", b"\x10\xff\xff", b"\x10\x00\x01\x00"])
async def test_junk_ends_a_tap_after_its_valid_packets_are_heard(
    server: Server, junk: bytes
) -> None:
    ear = Ear()
    peer = await tap(server, ear)
    peer.send(FRAME + junk)
    assert await peer.closed() == b""
    await asyncio.wait_for(ear.went.wait(), 10)
    assert [bytes(320)] == ear.heard


@pytest.mark.parametrize("kind", [HANG_UP, ERROR])
async def test_hang_up_and_error_packets_end_a_tap(server: Server, kind: int) -> None:
    ear = Ear()
    peer = await tap(server, ear)
    peer.send(FRAME + encode_packet(kind))
    assert await peer.closed() == b""
    await asyncio.wait_for(ear.went.wait(), 10)
    assert [bytes(320)] == ear.heard


async def test_digits_of_a_tap_are_not_heard(server: Server) -> None:
    ear = Ear()
    peer = await tap(server, ear)
    peer.send(encode_packet(DTMF, b"1") + FRAME)
    await peer.close()
    await ear.went.wait()
    assert [bytes(320)] == ear.heard


async def test_taps_that_connect_and_close_leave_nothing(server: Server) -> None:
    tasks, files = len(asyncio.all_tasks()), descriptors()
    for _ in range(200):
        await (await Peer.connect(server.port)).close()
    for _ in range(50):
        ear = Ear()
        await (await tap(server, ear)).close()
        await ear.went.wait()
    assert files == await settled(files)
    assert tasks == len(asyncio.all_tasks())


async def test_connected_taps_stay_when_no_new_ones_are_taken(server: Server) -> None:
    ear = Ear()
    peer = await tap(server, ear)
    server.close()
    with pytest.raises(ConnectionRefusedError):
        await Peer.connect(server.port)
    peer.send(FRAME)
    await peer.close()
    await ear.went.wait()
    assert [bytes(320)] == ear.heard
