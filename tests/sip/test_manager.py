"""The manager interface on real calls: its loss disturbs no call, and lost channels are found."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ivr.asterisk.manager import Ami
from ivr.asterisk.orphans import OrphanCheck, Ours
from ivr.lab.lab import Lab, laboratory
from ivr.lab.pbx import Pbx
from ivr.lab.service import LabService
from ivr.softphone import Silence
from ivr.words.catalogue import Catalogue
from tests.sip.conftest import TOLERANCE_SECONDS, Heard

pytestmark = [pytest.mark.sip, pytest.mark.timeout(180)]

ROW_2 = ["greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell"]


class Relay:
    """A TCP relay between the service and the manager interface that can be shut."""

    def __init__(self, port: int) -> None:
        """Connect to the manager interface at ``port`` of loopback."""
        self._target = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Listen on a free port of loopback, and return it."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def shut(self) -> None:
        """Close all connections, and accept no more."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, far_writer}
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while octets := await reader.read(65536):
            writer.write(octets)
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def managed_laboratory(root: Path) -> AsyncIterator[tuple[Lab, Relay]]:
    """Yield a laboratory whose service uses the manager interface, and the relay between them."""
    prompts = root / "prompts" / "rendered"
    service = LabService(prompts, root / "prompts" / "sheet.toml", 5)
    pbx = Pbx(prompts, (service.agi_port,))
    relay = Relay(pbx.ami_port)
    try:
        await pbx.start()
        await service.start(
            pbx,
            {
                "IVR_AMI__HOST": "127.0.0.1",
                "IVR_AMI__PORT": str(await relay.open()),
                "IVR_AMI__SECRET_FILE": str(pbx.secret_file("ami")),
            },
        )
        assert await service.logged("ami_up", 1)
        yield Lab(pbx, (service,), Catalogue.load(prompts)), relay
    finally:
        await service.stop()
        relay.shut()
        await pbx.stop()


async def test_a_call_goes_on_when_the_manager_interface_is_lost(root: Path) -> None:
    async with managed_laboratory(root) as (lab, relay), lab.telephone() as phone:
        calling = phone.dial(lab.number, [Silence()], max_seconds=60)
        assert await calling.answered()
        await lab.service.logged("sheet_row_begun", 1)
        relay.shut()
        assert await lab.service.logged("ami_down", 1)
        heard = Heard(await calling.ended(), lab.catalogue)
        assert heard.ids == ROW_2
        assert heard.waits == [pytest.approx(5.0, abs=TOLERANCE_SECONDS)] * 4
        assert [record["outcome"] for record in await lab.service.records(1)] == ["no_sound"]


async def test_the_channels_of_a_real_call_are_no_orphans_and_a_lost_one_is_found(
    root: Path,
) -> None:
    """The channels are those of the caller, of the tap and of the heartbeat of a real Asterisk."""
    async with laboratory(root, max_calls=5) as lab, lab.telephone() as phone:
        ami = Ami("127.0.0.1", lab.pbx.ami_port, "ivr", lab.pbx.secrets["ami"])
        await ami.connect()
        calling = phone.dial(lab.number, [Silence()], max_seconds=30)
        assert await calling.answered()
        await lab.service.logged("sheet_row_begun", 1)
        while len(channels := await ami.ask_all("CoreShowChannels")) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # tap and heartbeat come a moment after the answer
        (caller,) = [each["Uniqueid"] for each in channels if each["Channel"].startswith("PJSIP/")]
        sides = {name for each in channels if (name := each["Channel"]).startswith("AudioSocket/")}
        audio = f"127.0.0.1:{lab.service.audio_port}"
        believed = Ours(
            {caller}, {name.removeprefix(f"AudioSocket/{audio}-") for name in sides}, audio
        )
        ended: list[str] = []
        check = OrphanCheck(ami, lambda: believed, ended.append)
        for _ in range(3):
            await check.look()
        assert (check.channels, ended) == (0, [])
        believed = Ours(set(), set(), audio)  # as if the service had lost the call: all three count
        for _ in range(2):
            await check.look()
        assert check.channels == 3
        believed = Ours({caller}, set(), audio)
        await check.look()
        calling.hang_up()
        await calling.ended()
        assert await lab.pbx.channels_after(2.0) == 0
        for _ in range(2):
            await check.look()
        assert ended == [caller]
        assert check.channels == 0
        ami.close()
