"""The manager interface goes in the middle of a call: nobody notices, and the service says so."""

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


class Cable:
    """Between the service and the manager interface, to be cut."""

    def __init__(self, port: int) -> None:
        """``port`` is the manager interface's."""
        self._target = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def lay(self) -> int:
        """The port of its other end."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Nobody is connected any more, and nobody will be."""
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
async def advised(root: Path) -> AsyncIterator[tuple[Lab, Cable]]:
    """A laboratory whose service uses the manager interface, as `make run` has it."""
    prompts = root / "prompts" / "rendered"
    service = LabService(prompts, root / "prompts" / "sheet.toml", 5)
    pbx = Pbx(prompts, (service.agi_port,))
    cable = Cable(pbx.ami_port)
    try:
        await pbx.start()
        await service.start(
            pbx,
            {
                "IVR_AMI__HOST": "127.0.0.1",
                "IVR_AMI__PORT": str(await cable.lay()),
                "IVR_AMI__SECRET_FILE": str(pbx.secret_file("ami")),
            },
        )
        assert await service.logged("ami_up", 1)
        yield Lab(pbx, (service,), Catalogue.load(prompts)), cable
    finally:
        await service.stop()
        cable.cut()
        await pbx.stop()


async def test_the_manager_interface_goes_in_the_middle_of_a_call(root: Path) -> None:
    async with advised(root) as (lab, cable), lab.telephone() as phone:
        calling = phone.dial(lab.number, [Silence()], max_seconds=60)
        assert await calling.answered()
        await lab.service.logged("row", 1)
        cable.cut()
        assert await lab.service.logged("ami_down", 1)
        heard = Heard(await calling.ended(), lab.catalogue)
        assert heard.ids == ROW_2
        assert heard.waits == [pytest.approx(5.0, abs=TOLERANCE_SECONDS)] * 4
        assert [record["outcome"] for record in await lab.service.records(1)] == ["no_sound"]


async def test_the_channels_of_a_real_call_are_no_orphans_and_a_lost_one_is_found(
    root: Path,
) -> None:
    """What a real Asterisk tells of a caller, his tap and his heartbeat is understood."""
    async with laboratory(root, max_calls=5) as lab, lab.telephone() as phone:
        ami = Ami("127.0.0.1", lab.pbx.ami_port, "ivr", lab.pbx.secrets["ami"])
        await ami.connect()
        calling = phone.dial(lab.number, [Silence()], max_seconds=30)
        assert await calling.answered()
        await lab.service.logged("row", 1)
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
        believed = Ours(set(), set(), audio)  # as if we had lost the call: all three are told
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
