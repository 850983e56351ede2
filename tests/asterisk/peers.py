"""Small real peers for the servers' tests: a client that says what it is told to."""

import asyncio
import contextlib
import os
from pathlib import Path


class Peer:
    """A TCP connection that writes what a test wants and reads what comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, port: int) -> "Peer":
        """Connect to loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, octets: bytes) -> None:
        """Write at once."""
        self.writer.write(octets)

    async def line(self, seconds: float = 2.0) -> bytes:
        """The next line that comes."""
        return await asyncio.wait_for(self.reader.readline(), seconds)

    async def closed(self, seconds: float = 2.0) -> bytes:
        """Wait for the other end to close; what came before that."""
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
    """What escapes a callback from now on, which asyncio would only log."""
    found: list[str] = []

    def note(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        found.append(f"{context['message']}: {context.get('exception')!r}")

    asyncio.get_running_loop().set_exception_handler(note)
    return found


def descriptors() -> int:
    """How many files and sockets this process holds."""
    return len(os.listdir(Path("/proc/self/fd")))


async def settled(expected: int, rounds: int = 1000) -> int:
    """The descriptors, as soon as the event loop has brought them down to what is expected."""
    for _ in range(rounds):
        if descriptors() <= expected:
            break
        await asyncio.sleep(0.001)
    return descriptors()
