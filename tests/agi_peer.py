"""Asterisk's side of FastAGI, played by a test on a real socket."""

import asyncio
from contextlib import suppress
from typing import ClassVar

from ivr.config import Settings

TOKEN = "a-token-of-sixteen"


class Pbx:
    """Asterisk's side of one FastAGI connection: answers, and plays no longer than it must."""

    connected: ClassVar[list[asyncio.StreamWriter]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def call(cls, settings: Settings, uniqueid: str = "1700.1", token: str = TOKEN) -> "Pbx":
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
        """Whatever a test has connected is closed."""
        while cls.connected:
            writer = cls.connected.pop()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def until(self, wanted: str) -> bool:
        """Answer every command up to the one that contains ``wanted``; False if none does.

        A wanted sound is left playing.
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
        self.writer.write(b"200 result=0 endpos=8000\n")

    def hangs_up(self) -> None:
        self.writer.write(b"HANGUP\n")
        self.writer.close()

    async def is_refused(self) -> bool:
        """Whether the service closes without having sent anything."""
        async with asyncio.timeout(10.0):
            return await self.reader.read() == b""
