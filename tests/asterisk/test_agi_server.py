"""The FastAGI server against peers that behave like Asterisk, and against those that do not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from ivr.asterisk import agi_server
from ivr.asterisk.agi_server import AgiServer, AgiSession, LineClosed
from ivr.asterisk.agi_wire import AgiError, Reply, command, stream_file
from ivr.lab.ports import free_ports
from tests.asterisk.fake_asterisk import UNIQUEID, USAGE, header
from tests.asterisk.peers import Peer, descriptors, escaped, settled

NOOP = command("NOOP")
STREAM = stream_file("ivr/x")
Serving = Callable[[AgiSession], Awaitable[None]]


class Server:
    """An AgiServer whose sessions wait for the test."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.agi = AgiServer(self._serve, "token")
        self.serving: Serving = self._until_closed
        self.sessions: asyncio.Queue[AgiSession] = asyncio.Queue()
        self.served = 0

    async def _serve(self, session: AgiSession) -> None:
        self.served += 1
        self.sessions.put_nowait(session)
        await self.serving(session)

    async def _until_closed(self, session: AgiSession) -> None:
        await session.closed

    async def call(self) -> tuple[Peer, AgiSession]:
        """Bring in a call with a valid header."""
        peer = await Peer.connect(self.port)
        peer.send(header())
        return peer, await self.sessions.get()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """The server; no call may be left at the end of the test."""
    server, errors = Server(), escaped()
    await server.agi.start("127.0.0.1", server.port)
    yield server
    server.agi.stop_listening()
    async with asyncio.timeout(10):
        await asyncio.gather(*server.agi.calls)
    assert errors == []


async def test_valid_header_opens_a_session(server: Server) -> None:
    peer, session = await server.call()
    assert session.environment["agi_uniqueid"] == UNIQUEID
    await peer.close()
    await session.closed
    assert not session.caller_hung_up


async def test_header_in_single_octets_opens_a_session(server: Server) -> None:
    peer = await Peer.connect(server.port)
    for octet in header():
        peer.send(bytes((octet,)))
        await asyncio.sleep(0)
    session = await asyncio.wait_for(server.sessions.get(), 10)
    assert session.environment["agi_uniqueid"] == UNIQUEID
    await peer.close()


async def test_200_connections_that_open_and_close_leave_nothing(server: Server) -> None:
    tasks, files = len(asyncio.all_tasks()), descriptors()
    for _ in range(200):
        await (await Peer.connect(server.port)).close()
    assert files == await settled(files)
    assert tasks == len(asyncio.all_tasks())
    assert server.served == 0
    peer, _ = await server.call()
    await peer.close()


async def test_200_calls_that_end_leave_nothing(server: Server) -> None:
    tasks, files = len(asyncio.all_tasks()), descriptors()
    for _ in range(200):
        peer, session = await server.call()
        await peer.close()
        await session.closed
    assert files == await settled(files)
    assert tasks == len(asyncio.all_tasks())
    await asyncio.sleep(0)  # the last task tells the server that it is done
    assert set() == server.agi.calls


@pytest.mark.parametrize("sent", [b"", b"agi_network: yes\n", header()[:-1]])
async def test_peer_without_a_whole_header_is_closed_in_time(
    server: Server, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agi_server, "HEADER_SECONDS", 0.1)
    peer = await Peer.connect(server.port)
    peer.send(sent)
    assert await peer.closed(1.0) == b""
    assert server.served == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\n",
        b"\x16\x03\x01" + bytes(2000),
        b"x" * 100_000,
        header(agi_arg_1="wrong"),
        header(agi_arg_1=""),
        header(agi_arg_1="tökén"),
        header().replace(b"agi_arg_1: token\n", b""),
        header().replace(b"\n\n", b"\nagi_arg_1: token\n\n"),
        header(agi_arg_1="wrong") + b"200 result=0\n" * 50,
    ],
)
async def test_foreign_header_or_wrong_token_is_refused_and_no_call_is_served(
    server: Server, sent: bytes
) -> None:
    peer = await Peer.connect(server.port)
    peer.send(sent)
    assert await peer.closed() == b""
    assert server.served == 0


async def test_command_is_answered(server: Server) -> None:
    peer, session = await server.call()
    asking = asyncio.create_task(session.ask(NOOP))
    assert await peer.line() == NOOP
    peer.send(b"200 resu")
    peer.send(b"lt=0\n")
    assert Reply(200, "0") == await asking
    await peer.close()


async def test_usage_of_several_lines_is_one_answer(server: Server) -> None:
    peer, session = await server.call()
    asking = asyncio.create_task(session.ask(NOOP))
    await peer.line()
    peer.send(USAGE.encode())
    assert (await asking).code == 520
    await peer.close()


@pytest.mark.parametrize("last", [b"HANGUP\n", b"HANGUP\nHANGUP\n200 result=0\njunk\n"])
async def test_hangup_line_fails_what_is_pending(server: Server, last: bytes) -> None:
    """Lines after the HANGUP line are ignored."""
    peer, session = await server.call()
    stream = session.stream(STREAM)
    asking = asyncio.create_task(session.ask(NOOP))
    assert await peer.line() == STREAM
    assert await peer.line() == NOOP
    peer.send(last)
    with pytest.raises(LineClosed):
        await asking
    with pytest.raises(LineClosed):
        await stream
    assert session.caller_hung_up
    with pytest.raises(LineClosed):
        await session.ask(NOOP)
    with pytest.raises(LineClosed):
        session.stream(STREAM)
    assert await peer.closed() == b""


async def test_reply_that_follows_a_hangup_line_is_ignored(server: Server) -> None:
    peer, session = await server.call()
    stream = session.stream(STREAM)
    await peer.line()
    peer.send(b"HANGUP\n511 Command Not Permitted on a dead channel\n")
    with pytest.raises(LineClosed):
        await stream
    await peer.closed()


async def test_hangup_line_while_nothing_is_asked_ends_the_session(server: Server) -> None:
    peer, session = await server.call()
    peer.send(b"HANGUP\n")
    await asyncio.wait_for(session.closed, 10)
    assert session.caller_hung_up
    await peer.closed()


async def test_the_end_of_the_connection_is_not_a_hang_up_by_the_caller(server: Server) -> None:
    peer, session = await server.call()
    asking = asyncio.create_task(session.ask(NOOP))
    await peer.line()
    await peer.close()
    with pytest.raises(LineClosed):
        await asking
    assert not session.caller_hung_up


async def test_stream_cut_by_a_command_gets_no_reply_of_its_own(server: Server) -> None:
    peer, session = await server.call()
    stream = session.stream(STREAM)
    await peer.line()
    asking = asyncio.create_task(session.ask(NOOP))
    await peer.line()
    peer.send(b"200 result=0\n")
    assert Reply(200, "0") == await asking
    assert await stream is None
    await peer.close()


async def test_stream_that_ends_while_a_command_is_on_its_way_gets_both_replies(
    server: Server,
) -> None:
    peer, session = await server.call()
    stream = session.stream(STREAM)
    await peer.line()
    asking = asyncio.create_task(session.ask(command("SET", "VARIABLE", "A", "1")))
    await peer.line()
    peer.send(b"200 result=0 endpos=800\n200 result=1\n")
    assert Reply(200, "1") == await asking
    ended = await stream
    assert ended is not None
    assert ended.reply.endpos == 800
    await peer.close()


async def test_no_command_is_sent_until_asterisk_has_read_the_stream(server: Server) -> None:
    """If Asterisk reads two commands at once, it never answers the second."""
    peer, session = await server.call()
    loop = asyncio.get_running_loop()
    session.stream(STREAM)
    written = loop.time()
    asking = asyncio.create_task(session.ask(NOOP))
    await peer.line()
    await peer.line()
    assert loop.time() - written >= agi_server.SETTLE_SECONDS
    peer.send(b"200 result=0\n")
    await asking
    await peer.close()


@pytest.mark.parametrize("sent", [b"200 result=0\n", b"200 result=0 endpos=0\n", b"hello\n"])
async def test_unsolicited_reply_and_junk_end_the_session(server: Server, sent: bytes) -> None:
    peer, session = await server.call()
    peer.send(sent)
    assert await peer.closed() == b""
    assert session.closed.done()


async def test_asterisk_that_never_answers_loses_the_call(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agi_server, "AGI_REPLY_SECONDS", 0.1)
    peer, session = await server.call()
    with pytest.raises(LineClosed, match="does not answer"):
        await session.ask(NOOP)
    assert await peer.closed() == NOOP


@pytest.mark.parametrize("error", [ValueError, AgiError, LineClosed, AssertionError])
async def test_call_that_fails_is_closed_and_disturbs_no_other(
    server: Server, error: type[Exception]
) -> None:
    good, session = await server.call()

    async def failing(session: AgiSession) -> None:
        raise error("a defect")

    server.serving = failing
    bad, _ = await server.call()
    assert await bad.closed() == b""
    asking = asyncio.create_task(session.ask(NOOP))
    await good.line()
    good.send(b"200 result=0\n")
    assert Reply(200, "0") == await asking
    await good.close()


async def test_running_calls_go_on_when_no_new_ones_are_taken(server: Server) -> None:
    peer, session = await server.call()
    server.agi.stop_listening()
    with pytest.raises(ConnectionRefusedError):
        await Peer.connect(server.port)
    asking = asyncio.create_task(session.ask(NOOP))
    await peer.line()
    peer.send(b"200 result=0\n")
    assert Reply(200, "0") == await asking
    await peer.close()


async def test_cancelled_call_closes_its_connection(server: Server) -> None:
    peer, _ = await server.call()
    (task,) = server.agi.calls
    task.cancel()
    assert await peer.closed() == b""
    assert task.cancelled()
