"""A TCP client for the tests of the servers, and counts of what they leave behind."""

import asyncio
import contextlib
import os
from pathlib import Path


class Peer:
    """One TCP connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, port: int) -> "Peer":
        """Connect to loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, octets: bytes) -> None:
        """Send octets."""
        self.writer.write(octets)

    async def line(self, seconds: float = 2.0) -> bytes:
        """Return the next line that comes."""
        return await asyncio.wait_for(self.reader.readline(), seconds)

    async def closed(self, seconds: float = 2.0) -> bytes:
        """Wait until the server closes; return what it sent before."""
        try:
            return await asyncio.wait_for(self.reader.read(), seconds)
        except ConnectionResetError:
            return b""
        finally:
            await self.close()

    async def close(self) -> None:
        """Close this end."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


def escaped() -> list[str]:
    """Return a list to which exceptions in callbacks are added; asyncio would only log them."""
    found: list[str] = []

    def note(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        found.append(f"{context['message']}: {context.get('exception')!r}")

    asyncio.get_running_loop().set_exception_handler(note)
    return found


def descriptors() -> int:
    """Return the number of files and sockets that this process has open."""
    return len(os.listdir(Path("/proc/self/fd")))


async def settled(expected: int, rounds: int = 1000) -> int:
    """Return the number of descriptors, as soon as it is no higher than expected."""
    for _ in range(rounds):
        if descriptors() <= expected:
            break
        await asyncio.sleep(0.001)
    return descriptors()
