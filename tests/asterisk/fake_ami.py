"""A manager interface on loopback that behaves like Asterisk's, and misbehaves on demand."""

import asyncio
from collections.abc import Callable

from ivr.lab.ports import free_ports

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
Action = dict[str, str]
Answer = Callable[[Action], bytes | None]


def response(action: Action, word: str = "Success", **fields: str) -> bytes:
    """Return one answer, as Asterisk writes it."""
    return _message({"Response": word, "ActionID": action["ActionID"], **fields})


def channel(name: str, uniqueid: str, place: str = "ivr-hotline,s,19") -> Action:
    """Return one channel of CoreShowChannels as Asterisk 22 lists it, without unused fields."""
    context, exten, priority = place.split(",")
    return {
        "Event": "CoreShowChannel", "Channel": name, "ChannelStateDesc": "Up", "Context": context,
        "Exten": exten, "Priority": priority, "Uniqueid": uniqueid, "Application": "Originate",
    }  # fmt: skip


def listing(action: Action, *channels: Action) -> bytes:
    """Return an answer of many messages."""
    id = action["ActionID"]
    start = response(action, EventList="start", Message="Channels will follow")
    end = {"Event": "CoreShowChannelsComplete", "EventList": "Complete",
           "ListItems": str(len(channels))}  # fmt: skip
    return start + b"".join(_message({"ActionID": id, **each}) for each in (*channels, end))


def _message(lines: Action) -> bytes:
    return "".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode() + b"\r\n"


class FakeAmi:
    """Keeps every action that comes; the test chooses the answers."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.actions: list[Action] = []
        self.logins: list[float] = []
        """Times of the logins."""
        self.answers: dict[str, Answer] = {}
        """Answers by action; None: nothing is sent."""
        self.greet = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._something = asyncio.Event()

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Stop listening, and end all connections."""
        assert self._server is not None
        self._server.close()
        self.drop()
        await self.until(lambda: not self._writers)

    def drop(self) -> None:
        """End all connections, as a restart of Asterisk does."""
        for writer in self._writers:
            writer.close()

    def say(self, octets: bytes) -> None:
        """Send octets to every connection, although nothing was asked."""
        for writer in self._writers:
            writer.write(octets)

    @property
    def connections(self) -> int:
        """The number of connections now."""
        return len(self._writers)

    def count(self, action: str) -> int:
        """Return how often an action came."""
        return sum(each["Action"] == action for each in self.actions)

    async def until(self, true: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until a condition is true; it is checked after every action and connection."""
        async with asyncio.timeout(seconds):
            while not true():
                self._something.clear()
                await self._something.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self.greet:
                writer.write(BANNER)
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
                self.actions.append(action)
                if action["Action"] == "Login":
                    self.logins.append(asyncio.get_running_loop().time())
                answer = self.answers.get(action["Action"], response)(action)
                if answer is not None:
                    writer.write(answer)
                self._something.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self._writers.discard(writer)
            self._something.set()
