"""The Asterisk side of one FastAGI session, with the reply rules measured on 22.10.1.

It keeps Asterisk's two buffers apart, because of this rule: Asterisk's thread waits on the *socket*
but reads it through a stdio buffer. Of two commands that it reads together, the second stays in
that buffer; it neither cuts a stream nor is answered until more octets come.
"""

import asyncio
import re
import shlex
import uuid
from collections.abc import Callable

from ivr.asterisk.audio_wire import UUID, encode_packet

UNIQUEID = "ivr-1795369695.1"
CHANNEL = "PJSIP/6001-00000001"
HEADER = {
    "agi_network": "yes",
    "agi_network_script": "hotline",
    "agi_request": "agi://127.0.0.1/hotline",
    "agi_channel": CHANNEL,
    "agi_uniqueid": UNIQUEID,
    "agi_callerid": "6001",
    "agi_arg_1": "token",
}
USAGE = "520-Invalid command syntax.  Proper usage follows:\nUsage: …\n\n520 End of proper usage.\n"


def header(**changed: str) -> bytes:
    """Return the environment as octets, with some values changed."""
    lines = (f"{key}: {value}\n" for key, value in (HEADER | changed).items())
    return ("".join(lines) + "\n").encode()


class Channel(asyncio.Protocol):
    """A channel made by Originate: a tap or a heartbeat, connected to the AudioSocket server."""

    def __init__(self, id: bytes, heartbeat: bool) -> None:
        self._id, self.heartbeat = id, heartbeat
        self.received = b""
        self.arrivals: list[float] = []
        self.closed = asyncio.get_running_loop().create_future()
        self._something = asyncio.Event()

    async def heard(self) -> None:
        """Wait until audio comes."""
        self._something.clear()
        await self._something.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(encode_packet(UUID, self._id))

    def data_received(self, data: bytes) -> None:
        self.received += data
        self.arrivals.append(asyncio.get_running_loop().time())
        self._something.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(None)


class FakeAsterisk(asyncio.Protocol):
    """One call. ``files`` are the sounds that exist, by name, with their seconds."""

    def __init__(
        self, files: dict[str, float], latency: float = 0.001, taps_come: bool = True
    ) -> None:
        self.files, self.latency, self.taps_come = files, latency, taps_come
        self.commands: list[str] = []
        self.armed: list[float] = []
        """Seconds to which the dead-man timer was set, each time."""
        self.sounds: list[str] = []
        """Sounds that STREAM FILE asked for, in order."""
        self.variables: dict[str, str] = {}
        self._channels: list[Channel] = []
        self.coalesced = 0
        """Number of times that two commands were read together: the second is then stuck."""
        self._loop = asyncio.get_running_loop()
        self._header = header()
        self._socket = self._stdio = b""
        self._poll: asyncio.TimerHandle | None = None
        self._end: asyncio.TimerHandle | None = None
        self._keys = self.playing = ""
        self._began = 0.0
        self._dead = False
        self._something = asyncio.Event()
        self.closed = self._loop.create_future()
        self._connecting: set[asyncio.Task[None]] = set()

    # Questions of a test.

    async def until(self, true: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until a condition is true; it is checked after every command and reply."""
        async with asyncio.timeout(seconds):
            while not true():
                self._something.clear()
                await self._something.wait()

    def channels(self, heartbeat: bool = False) -> list[Channel]:
        """Return the taps so far, in order; or the heartbeats."""
        return [channel for channel in self._channels if channel.heartbeat == heartbeat]

    # Events that a test causes.

    def press(self, key: str) -> None:
        """The caller presses a key; a stream goes on unless the key was named in its command."""
        if self.playing and key in self._keys:
            self._finish(str(ord(key)))

    def bye(self, stay: bool = False) -> None:
        """The caller hangs up. ``stay``: the dialplan has no AGIEXITONHANGUP."""
        self._dead = True
        if self.playing:
            self._finish("-1")
        self.write("HANGUP\n" if stay else "HANGUP\nHANGUP\n")
        if not stay:
            self.transport.close()

    def vanish(self) -> None:
        """Asterisk dies: the connection ends without a line."""
        self.transport.close()

    def write(self, text: str) -> None:
        """Send any text."""
        self.transport.write(text.encode())
        self._something.set()

    # The socket.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._header)

    def data_received(self, data: bytes) -> None:
        self._socket += data
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._poll, self._end):
            if timer is not None:
                timer.cancel()
        for channel in self._channels:
            channel.transport.close()
        self.closed.set_result(None)
        self._something.set()

    # The AGI thread.

    def _wake(self) -> None:
        """Let the thread see the octets on the socket a moment later."""
        if self._socket and self._poll is None:
            self._poll = self._loop.call_later(self.latency, self._read)

    def _read(self) -> None:
        self._poll = None
        if self._end is not None:  # the stream is cut, and gets no reply
            self._end.cancel()
            self._end, self.playing = None, ""
        self._stdio, self._socket = self._stdio + self._socket, b""
        line, _, self._stdio = self._stdio.partition(b"\n")
        self.coalesced += bool(self._stdio)
        self._execute(line.decode())
        self._something.set()

    def _execute(self, line: str) -> None:
        self.commands.append(line)
        match shlex.split(line):
            case ["SET", "VARIABLE", "TIMEOUT(absolute)", seconds]:
                self.armed.append(float(seconds))
                self.write("200 result=1\n")
            case ["SET", "VARIABLE", name, value]:
                self.variables[name] = value
                self.write("200 result=1\n")
            case ["EXEC", "MSet", words]:
                told = dict(word.split("=") for word in words.split(","))
                if "TIMEOUT(absolute)" in told:
                    self.armed.append(float(told.pop("TIMEOUT(absolute)")))
                self.variables |= told
                self.write("200 result=0\n")
            case ["NOOP"]:
                self.write("200 result=0\n")
            case [("CHANNEL" | "STREAM" | "EXEC"), *_] if self._dead:
                self.write("511 Command Not Permitted on a dead channel or intercept routine\n")
            case ["CHANNEL", "STATUS"]:
                self.write("200 result=6\n")
            case ["STREAM", "FILE", name, keys, offset]:
                self._play(name, keys, int(offset))
            case ["EXEC", "Originate", words]:
                self._originate(words)
                self.write("200 result=0\n")
            case ["STREAM", *_]:
                self.write(USAGE)
            case _:
                self.write("510 Invalid or unknown command\n")

    def _play(self, name: str, keys: str, offset: int) -> None:
        self.sounds.append(name)
        if name not in self.files:
            self.write("200 result=-1 endpos=0\n")
            return
        self.playing, self._keys, self._began = name, keys, self._loop.time()
        seconds = self.files[name] - offset / 8000
        self._end = self._loop.call_later(seconds, self._finish, "0")

    def _finish(self, result: str) -> None:
        assert self._end is not None
        self._end.cancel()
        self._end, self.playing = None, ""
        samples = int((self._loop.time() - self._began) * 8000)
        self.write(f"200 result={result} endpos={samples}\n")

    def _originate(self, words: str) -> None:
        found = re.match(r"AudioSocket/([\d.]+):(\d+)/([0-9a-f-]{36}),(app|exten),", words)
        assert found, words
        heartbeat = found.group(4) == "exten"
        if not (heartbeat or self.taps_come):
            return
        id = uuid.UUID(found.group(3)).bytes
        connecting = self._connect(found.group(1), int(found.group(2)), id, heartbeat)
        task = self._loop.create_task(connecting)
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, host: str, port: int, id: bytes, heartbeat: bool) -> None:
        _, channel = await self._loop.create_connection(lambda: Channel(id, heartbeat), host, port)
        self._channels.append(channel)
        self._something.set()
