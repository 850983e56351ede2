"""A service on loopback of this room's parts alone, and the fake peers that connect to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from ivr.asterisk import line as line_module
from ivr.asterisk import manager
from ivr.asterisk.agi_server import AgiServer, AgiSession
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.line import AgiLine
from ivr.asterisk.manager import Ami
from ivr.dialogue.commands import Play
from ivr.dialogue.events import Event, PromptFinished
from ivr.dialogue.row import Prompt
from ivr.lab.ports import free_ports
from ivr.words.catalogue import SILENCE, Catalogue, Manifest, RenderedPrompt
from tests.asterisk.fake_ami import FakeAmi
from tests.asterisk.fake_asterisk import FakeAsterisk
from tests.asterisk.peers import escaped

PROMPTS = {"row.short": 0.04, "row.long": 30.0, "row.half": 0.5, "row.gone": 0.04, SILENCE: 10.0}
FILES = {"ivr/row-short": 0.04, "ivr/row-half": 0.5, "ivr/row-long": 30.0, "ivr/silence-10": 10.0}


def catalogue() -> Catalogue:
    """Return prompts of 40 ms, 0.5 s and 30 s, one that the PBX does not have, and the silence."""
    recordings = {
        id: RenderedPrompt(id, "", "", seconds, -24.0, -6.0) for id, seconds in PROMPTS.items()
    }
    return Catalogue(Path("/nowhere"), Manifest("", "", recordings))


def play(number: int, name: str = "short", barge_in: bool = True) -> Play:
    """Return the order to play ``row.name``."""
    return Play(number, Prompt("row", name, ""), barge_in)


def sentence(number: int, *names: str, barge_in: bool = True) -> Play:
    """Return the order to play a sentence composed of the clips ``row.name``, one for each name."""
    return Play(number, Prompt("row", "key", "", parts=tuple(f"row.{n}" for n in names)), barge_in)


class Caller:
    """One call: its line, and the events that the line has reported."""

    def __init__(self, session: AgiSession) -> None:
        self.session = session
        self.events: list[Event] = []
        self.times: list[float] = []
        self.told: Callable[[Event], None] = lambda event: None
        """Called with every event; a test may play the script's part here."""
        self._something = asyncio.Event()
        self.line = AgiLine(session, catalogue(), self._report)
        self.over = False

    def _report(self, event: Event, now: float) -> None:
        self.events.append(event)
        self.times.append(now)
        self._something.set()
        self.told(event)

    async def until(self, *expected: Event, seconds: float = 10.0) -> None:
        """Wait until exactly these events have been reported."""
        async with asyncio.timeout(seconds):
            while len(self.events) < len(expected):
                self._something.clear()
                await self._something.wait()
        assert list(expected) == self.events

    async def until_finished(self, number: int, seconds: float = 10.0) -> None:
        """Wait until a prompt has been played to its end; other events may come as well."""
        async with asyncio.timeout(seconds):
            while PromptFinished(number) not in self.events:
                self._something.clear()
                await self._something.wait()


class Service:
    """The FastAGI and AudioSocket servers, with a line for every call but no script."""

    def __init__(self) -> None:
        self.agi_port, self.audio_port = free_ports(2)
        self.agi = AgiServer(self._serve, "token")
        self.audio = AudioServer()
        self.prepare: Callable[[Caller], None] = lambda caller: None
        """Called with each call before its line runs."""
        self._waiting: asyncio.Queue[Caller] = asyncio.Queue()
        self.fakes: list[FakeAsterisk] = []

    @property
    def audio_address(self) -> str:
        """host:port at which Asterisk is told to connect."""
        return f"127.0.0.1:{self.audio_port}"

    async def start(self) -> None:
        """Begin to listen."""
        await self.agi.start("127.0.0.1", self.agi_port)
        await self.audio.start("127.0.0.1", self.audio_port)

    async def ring(
        self,
        latency: float = 0.001,
        files: dict[str, float] = FILES,
        taps_come: bool = True,
    ) -> tuple[FakeAsterisk, Caller]:
        """Bring in a call; return its two ends."""
        _, fake = await asyncio.get_running_loop().create_connection(
            lambda: FakeAsterisk(dict(files), latency, taps_come), "127.0.0.1", self.agi_port
        )
        self.fakes.append(fake)
        return fake, await self._waiting.get()

    async def stop(self) -> None:
        """Close everything; no task may be left, and no two commands were ever read together."""
        for fake in self.fakes:
            fake.transport.close()
        async with asyncio.timeout(10):
            await asyncio.gather(*(fake.closed for fake in self.fakes), *self.agi.calls)
        self.agi.stop_listening()
        self.audio.close()
        assert [0] * len(self.fakes) == [fake.coalesced for fake in self.fakes]
        assert not self.audio._expected

    async def _serve(self, session: AgiSession) -> None:
        caller = Caller(session)
        self.prepare(caller)
        self._waiting.put_nowait(caller)
        await caller.line.run()
        caller.over = True


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """The service, with pieces of silence of 0.1 s so that tests are quick."""
    monkeypatch.setattr(line_module, "SILENCE_SECONDS", 0.1)
    service, errors = Service(), escaped()
    await service.start()
    yield service
    await service.stop()
    assert errors == []


@pytest.fixture
async def pbx() -> AsyncIterator[FakeAmi]:
    """The fake manager interface; it must have no connection at the end of the test."""
    fake = FakeAmi()
    await fake.start()
    yield fake
    await fake.until(lambda: fake.connections == 0)
    await fake.stop()


@pytest.fixture
def ami(pbx: FakeAmi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ami]:
    """The adapter, not connected, with short pauses and without haste for answers."""
    monkeypatch.setattr(manager, "AMI_ANSWER_SECONDS", 30.0)
    monkeypatch.setattr(manager, "PING_SECONDS", 0.05)
    monkeypatch.setattr(manager, "AMI_RETRY_SECONDS", (0.02, 0.16))
    monkeypatch.setattr(manager, "REFUSED_SECONDS", 0.5)
    ami = Ami("127.0.0.1", pbx.port, "ivr", "secret")
    yield ami
    ami.close()
