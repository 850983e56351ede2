"""A fake of the service behind edge-tts: its protocol and its faults, over a real socket."""

import asyncio
import io
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape

import numpy as np
import soundfile
from aiohttp import web

from ivr.voice.duration import syllables

RATE = 24_000
_CHUNK = 1440


def mp3(words: str) -> bytes:
    """Return an MP3 file: a hum of 0.2 s for each syllable, and half a second of silence."""
    time = np.arange(int(0.2 * syllables(words) * RATE)) / RATE
    hum = 0.3 * np.sin(2 * np.pi * 400 * time) * np.sin(np.pi * time / 0.2)
    file = io.BytesIO()
    soundfile.write(file, np.concatenate([hum, np.zeros(RATE // 2)]), RATE, format="MP3")
    return file.getvalue()


@dataclass
class FakeEdge:
    """One fake service, its fault, and the requests that it has got."""

    fault: str = ""
    """The fault of every answer; empty for good answers."""
    most_at_once: int = 100
    """Connections at once; one more is refused with 403."""
    waits_for: int = 1
    """Connections that must be up before the first of them is answered."""
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Words and rate of each request."""
    connections: int = 0
    at_once: int = 0
    highest_at_once: int = 0
    _together: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one connection of a client."""
        self.connections += 1
        refused = web.Response(status=403, headers={"Date": "Sun, 22 Nov 2026 15:00:00 GMT"})
        if self.fault == "403 always" or self.at_once >= self.most_at_once:
            return refused
        # edge-tts tries once more after a 403, so Edge sees a failure only after two of them.
        if self.fault == "403 at first" and self.connections <= 2:
            return refused
        self.at_once += 1
        self.highest_at_once = max(self.highest_at_once, self.at_once)
        try:
            if self.at_once >= self.waits_for:
                self._together.set()
            await self._together.wait()
            socket = web.WebSocketResponse(compress=True)
            await socket.prepare(request)
            await self._answer(socket)
            await socket.close()
        finally:
            self.at_once -= 1
        return socket

    async def _answer(self, socket: web.WebSocketResponse) -> None:
        await socket.receive_str()
        ssml = await socket.receive_str()
        (words,) = re.findall(r">([^<>]+)</prosody>", ssml)
        (rate,) = re.findall(r"rate='([^']+)'", ssml)
        self.asked.append((unescape(words), rate))
        match self.fault:
            case "early close":
                return
            case "hang":
                await socket.receive()
                return
        await socket.send_str("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}")
        if self.fault != "no audio":
            async for frame in self._frames(mp3(unescape(words))):
                await socket.send_bytes(frame)
        if self.fault != "cut off":
            await socket.send_str("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")

    async def _frames(self, audio: bytes) -> AsyncIterator[bytes]:
        kind = "text/html" if self.fault == "wrong type" else "audio/mpeg"
        header = f"X-RequestId:1\r\nContent-Type:{kind}\r\nPath:audio\r\n".encode()
        if self.fault == "not audio":
            audio = b"<html>" * 500
        if self.fault == "cut off":
            audio = audio[: len(audio) // 2]
        for start in range(0, len(audio), _CHUNK):
            yield len(header).to_bytes(2, "big") + header + audio[start : start + _CHUNK]
            if self.fault == "slow drip":
                await asyncio.sleep(0.2)


@contextmanager
def serving(edge: FakeEdge) -> Iterator[FakeEdge]:
    """Run the service in a thread with its own event loop until the context ends."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    over = asyncio.Event()

    async def run() -> None:
        application = web.Application()
        application.router.add_get("/edge", edge.serve)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        edge.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/edge?TrustedClientToken=x"
        ready.set()
        await over.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(10)
        yield edge
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
