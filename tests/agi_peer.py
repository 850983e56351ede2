"""Asterisk's side of FastAGI on a real socket, for tests of the service."""

import asyncio
from contextlib import suppress
from typing import ClassVar

from ivr.config import Settings

TOKEN = "a-token-of-sixteen"


class Pbx:
    """Asterisk's side of one FastAGI connection; every sound ends at once."""

    connected: ClassVar[list[asyncio.StreamWriter]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def call(cls, settings: Settings, uniqueid: str = "1700.1", token: str = TOKEN) -> "Pbx":
        """Hand a call over to the service."""
        pbx = cls(*await asyncio.open_connection("127.0.0.1", settings.agi.port))
        cls.connected.append(pbx.writer)
        header = {
            "agi_network": "yes",
            "agi_channel": "PJSIP/6001-00000001",
            "agi_uniqueid": uniqueid,
            "agi_callerid": "6001",
            "agi_dnid": "66385255",
            "agi_arg_1": token,
        }
        lines = "".join(f"{key}: {value}\n" for key, value in header.items())
        pbx.writer.write(f"{lines}\n".encode())
        return pbx

    @classmethod
    async def close_all(cls) -> None:
        """Close every connection that a test has made."""
        while cls.connected:
            writer = cls.connected.pop()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def until(self, wanted: str) -> bool:
        """Answer every command up to the one that contains ``wanted``.

        Return False if the connection ends before it comes. If it is a sound, it goes on playing.
        """
        async with asyncio.timeout(10.0):
            while line := await self.reader.readline():
                sound = line.startswith(b"STREAM FILE")
                found = wanted in line.decode()
                if sound and not found:
                    self.ends_sound()
                elif not sound:
                    self.writer.write(b"200 result=1\n")
                if found:
                    return True
        return False

    def ends_sound(self) -> None:
        """Tell the service that the sound has been played to its end."""
        self.writer.write(b"200 result=0 endpos=8000\n")

    def hangs_up(self) -> None:
        """Tell the service that the caller has hung up, and close the connection."""
        self.writer.write(b"HANGUP\n")
        self.writer.close()

    async def is_refused(self) -> bool:
        """Return whether the service closes the connection without having sent anything."""
        async with asyncio.timeout(10.0):
            return await self.reader.read() == b""
