"""The messages between the service and its listening process: whole, in order, with sockets."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ivr.service.listening.wire import Wire

SECONDS = 20.0
"""Upper limit for a wait."""


@pytest.fixture
async def wires() -> AsyncIterator[tuple[Wire, Wire, list[tuple[Any, socket.socket | None]]]]:
    """Two ends of a wire, and what the second has received."""
    received: list[tuple[Any, socket.socket | None]] = []
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wires = (
        Wire(one, lambda message, carried: None),
        Wire(other, lambda message, carried: received.append((message, carried))),
        received,
    )
    yield wires
    wires[0].close()
    wires[1].close()


async def _received(received: list[Any], count: int) -> None:
    async with asyncio.timeout(SECONDS):
        while len(received) < count:  # noqa: ASYNC110 - the list tells nobody
            await asyncio.sleep(0.01)


async def test_messages_arrive_whole_and_in_order_however_many(
    wires: tuple[Wire, Wire, list[Any]],
) -> None:
    one, _, received = wires
    for number in range(5_000):
        one.send((number, "x" * (number % 1000)))
    await _received(received, 5_000)
    assert [message[0] for message, _ in received] == list(range(5_000))


async def test_a_socket_arrives_with_its_message(wires: tuple[Wire, Wire, list[Any]]) -> None:
    one, _, received = wires
    ours, theirs = socket.socketpair()
    token = uuid.uuid4().bytes
    one.send("before")
    one.send("with a socket", theirs)
    one.send("after")
    await _received(received, 3)
    assert [message for message, _ in received] == ["before", "with a socket", "after"]
    carried = received[1][1]
    assert carried is not None
    assert theirs.fileno() == -1  # only the receiver has it now
    ours.send(token)
    assert carried.recv(100) == token
    carried.close()
    assert ours.recv(1) == b""
    ours.close()


async def test_the_end_of_the_other_side_is_told_once() -> None:
    ended: list[int] = []
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wire = Wire(one, lambda message, carried: None, lambda: ended.append(1))
    other.close()
    await asyncio.sleep(0.05)
    wire.send("into nothing")
    wire.close()
    assert ended == [1]
