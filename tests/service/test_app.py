"""The running service on loopback: real sockets, real prompts, and a PBX that we play."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.config import Settings
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import make_ticket, say
from ivr.lab.pbx import free_ports
from ivr.lab.service import ended_calls
from ivr.records.schema import tickets_table
from ivr.service.app import Hotline, run_service
from ivr.service.loading import StartError, load_catalogue, load_sheet
from tests.agi_peer import TOKEN, Pbx
from tests.records.kept import rows_of


def settings_for(root: Path, directory: Path, **groups: dict[str, Any]) -> Settings:
    """Settings on ports that are free, with two calls at once."""
    agi_port, audio_port = free_ports(2)
    (directory / "token").write_text(TOKEN)
    values: dict[str, dict[str, Any]] = {
        "agi": {"port": agi_port, "token_file": directory / "token"},
        "audio": {"port": audio_port},
        "prompts": {
            "sheet": root / "prompts" / "sheet.toml",
            "directory": root / "prompts" / "rendered",
        },
        "call": {"max_calls": 2},
        "records": {"directory": directory / "records"},
        "service": {"drain_seconds": 0.0},
    }
    for group, given in groups.items():
        values[group] = values.get(group, {}) | given
    return Settings(**values)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Hotline]:
    hotline = Hotline(settings)
    await hotline.start()
    try:
        yield hotline
    finally:
        await hotline.stop()


@pytest.fixture(autouse=True)
async def _connections() -> AsyncIterator[None]:
    """Whatever a test has connected is closed after it."""
    yield
    await Pbx.close_all()


async def test_a_call_is_greeted_and_a_hang_up_is_recorded(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path)
    async with running(settings) as hotline:
        pbx = await Pbx.call(settings)
        assert await pbx.until("STREAM FILE ivr/greeting-ask")
        assert hotline.calls == 1
        pbx.hangs_up()
        await asyncio.wait(hotline.agi.calls)
        assert hotline.calls == 0
    (record,) = ended_calls(settings.records)
    assert (record["uniqueid"], record["outcome"]) == ("1700.1", "caller_hung_up")


async def test_more_calls_than_permitted_are_left_to_the_dialplan(
    root: Path, tmp_path: Path
) -> None:
    settings = settings_for(root, tmp_path)
    async with running(settings) as hotline:
        first, second = [await Pbx.call(settings, f"1700.{n}") for n in range(2)]
        assert await first.until("STREAM FILE")
        assert await second.until("STREAM FILE")
        assert await (await Pbx.call(settings, "1700.9")).is_refused()
        ended = asyncio.wait(list(hotline.agi.calls), return_when=asyncio.FIRST_COMPLETED)
        first.hangs_up()
        await ended
        third = await Pbx.call(settings, "1700.10")
        assert await third.until("STREAM FILE")  # its place is free again


@pytest.mark.parametrize(
    ("uniqueid", "token"),
    [("1700.1,x", TOKEN), ("a b", TOKEN), ("1" * 101, TOKEN), ("1700.1", "wrong"), ("1700.1", "")],
)
async def test_who_is_no_call_of_ours_is_refused(
    root: Path, tmp_path: Path, uniqueid: str, token: str
) -> None:
    settings = settings_for(root, tmp_path)
    with capture_logs() as logs:
        async with running(settings):
            assert await (await Pbx.call(settings, uniqueid, token)).is_refused()
    assert "agi_refused" in [entry["event"] for entry in logs]
    assert ended_calls(settings.records) == []


async def test_stop_leaves_nothing_behind(root: Path, tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    (ami,) = free_ports(1)
    (tmp_path / "ami").write_text("secret")
    ami_settings = {"host": "127.0.0.1", "port": ami, "secret_file": tmp_path / "ami"}
    settings = settings_for(root, tmp_path, ami=ami_settings)
    async with running(settings) as hotline:
        pbx = await Pbx.call(settings)
        assert await pbx.until("STREAM FILE")
        live = list(hotline.agi.calls)
    assert all(task.done() for task in live)
    assert asyncio.all_tasks() == before
    assert len(ended_calls(settings.records)) == 1
    for port in (settings.agi.port, settings.audio.port):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)


async def test_connect_and_close_disturbs_nobody(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path)
    with capture_logs() as logs:
        async with running(settings):
            pbx = await Pbx.call(settings)
            assert await pbx.until("STREAM FILE")
            for port in (settings.agi.port, settings.audio.port):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
            pbx.ends_sound()
            assert await pbx.until("STREAM FILE ivr/silence")
    faults = [entry for entry in logs if entry["log_level"] not in ("info", "debug")]
    assert [entry["event"] for entry in faults] == ["synthetic_model"]


async def test_draining_takes_no_call_and_says_the_last_words(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path)
    async with running(settings) as hotline:
        pbx = await Pbx.call(settings)
        assert await pbx.until("STREAM FILE ivr/greeting-ask")
        draining = asyncio.create_task(hotline.drain())
        assert await pbx.until("STREAM FILE ivr/system-apology")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", settings.agi.port)
        pbx.ends_sound()
        assert await pbx.until("IVR_DONE")
        await draining
    (record,) = ended_calls(settings.records)
    assert record["outcome"] == "drained"


async def test_a_call_that_ends_in_time_is_not_drained(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path, service={"drain_seconds": 30.0})
    async with running(settings) as hotline:
        pbx = await Pbx.call(settings)
        assert await pbx.until("STREAM FILE ivr/greeting-ask")
        draining = asyncio.create_task(hotline.drain())
        pbx.hangs_up()
        await draining
    (record,) = ended_calls(settings.records)
    assert record["outcome"] == "caller_hung_up"


async def test_calls_are_answered_though_the_database_is_down(root: Path, tmp_path: Path) -> None:
    """And the record is in the database once it is there."""
    (port,) = free_ports(1)
    down = {"database": f"postgresql://ivr@127.0.0.1:{port}/ivr"}
    settings = settings_for(root, tmp_path, records=down)
    with capture_logs() as logs:
        async with running(settings):
            pbx = await Pbx.call(settings)
            assert await pbx.until("STREAM FILE ivr/greeting-ask")
    assert "records_database_unknown" in [entry["event"] for entry in logs]
    up = settings_for(root, tmp_path)
    async with running(up):
        pass
    assert len(ended_calls(up.records)) == 1


async def test_a_caller_hears_the_number_of_what_he_left(root: Path, tmp_path: Path) -> None:
    said: list[str | None] = []

    async def script() -> Outcome:
        said.append(await make_ticket(Ticket(TicketKind.SUGGESTION, transcript="好")))
        await say(Prompt("test.number", "{单号}"), 单号=said[0] or "")
        return Outcome.STAYED_ON

    settings = settings_for(root, tmp_path)
    hotline = Hotline(settings, script)
    await hotline.start()
    try:
        pbx = await Pbx.call(settings)
        assert await pbx.until("STREAM FILE ivr/digit-")
    finally:
        await hotline.stop()
    (ticket,) = rows_of(settings.records, tickets_table)
    assert [ticket["number"]] == said


async def _begun(settings: Settings) -> tuple["asyncio.Task[None]", Pbx]:
    """``serve`` with one call in its greeting."""
    serving = asyncio.create_task(run_service(settings))
    while not serving.done():  # the port tells when it is open, by nothing but itself
        try:
            pbx = await Pbx.call(settings)
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
    else:
        await serving
    assert await pbx.until("STREAM FILE ivr/greeting-ask")
    return serving, pbx


async def test_a_signal_drains_and_a_second_stops_at_once(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path, service={"drain_seconds": 3600.0})
    serving, pbx = await _begun(settings)
    signal.raise_signal(signal.SIGTERM)
    with capture_logs() as logs:
        while "draining" not in [entry["event"] for entry in logs]:  # noqa: ASYNC110
            await asyncio.sleep(0)  # one turn of the loop: the signal is carried out in it
    assert not serving.done()
    signal.raise_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        await serving
    assert len(ended_calls(settings.records)) == 1
    assert not await pbx.until("system-apology")


@pytest.mark.parametrize("state", ["down", "refusing", "talking nonsense"])
async def test_calls_do_without_the_manager_interface(
    root: Path, tmp_path: Path, state: str
) -> None:
    told = asyncio.Event()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        await reader.readuntil(b"\r\n\r\n")
        answer = b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
        writer.write(answer if state == "refusing" else b"\x00\xff: \r\n\r\n" * 100)
        told.set()
        writer.close()

    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    if state == "down":
        server.close()
        told.set()
    (tmp_path / "ami").write_text("secret")
    ami = {"host": "127.0.0.1", "port": port, "secret_file": tmp_path / "ami"}
    settings = settings_for(root, tmp_path, ami=ami)
    with capture_logs() as logs:
        async with running(settings):
            await told.wait()
            pbx = await Pbx.call(settings)
            assert await pbx.until("STREAM FILE ivr/greeting-ask")
    server.close()
    levels = {entry["log_level"] for entry in logs if entry["event"].startswith("ami")}
    assert levels == {"warning"}


@pytest.mark.parametrize("group", ["agi", "audio"])
async def test_a_taken_port_leaves_nothing_open(root: Path, tmp_path: Path, group: str) -> None:
    settings = settings_for(root, tmp_path)
    taken, other = settings.agi.port, settings.audio.port
    if group == "audio":
        taken, other = other, taken
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", taken)
    with pytest.raises(StartError, match=rf"^{group}.port = {taken} on 127.0.0.1 .* set another"):
        await Hotline(settings).start()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", other)
    server.close()


def test_what_is_wrong_at_the_start_is_one_sentence(root: Path, tmp_path: Path) -> None:
    def sentence(**groups: dict[str, Any]) -> str:
        with pytest.raises(StartError) as raised:
            Hotline(settings_for(root, tmp_path, **groups))
        assert "\n" not in str(raised.value)
        return str(raised.value)

    (tmp_path / "file").touch()
    nowhere = tmp_path / "nowhere"
    assert "prompts.sheet" in sentence(prompts={"sheet": nowhere})
    assert "has no rows" in sentence(prompts={"sheet": tmp_path / "file"})
    assert "ivr prompts render" in sentence(prompts={"directory": nowhere})
    assert "agi.token_file" in sentence(agi={"token_file": nowhere})
    assert "records.directory" in sentence(records={"directory": tmp_path / "file"})
    (tmp_path / "sheet.toml").write_bytes((root / "prompts" / "sheet.toml").read_bytes())
    (tmp_path / "company.toml").write_bytes((root / "prompts" / "company.toml").read_bytes())
    (tmp_path / "surnames.toml").write_text("[names]")
    assert "unknown table names" in sentence(prompts={"sheet": tmp_path / "sheet.toml"})
    assert "notify.webhook_secret_file" in sentence(notify={"webhook": "http://desk/"})
    assert "records.database is not a URL" in sentence(records={"database": "nonsense"})
    assert "ami.secret_file is not set" in sentence(ami={"host": "127.0.0.1"})
    assert "ami.secret_file = " in sentence(ami={"host": "127.0.0.1", "secret_file": nowhere})


def test_a_prompt_that_has_no_file_stops_the_start(root: Path, tmp_path: Path) -> None:
    rendered = root / "prompts" / "rendered"
    (tmp_path / "manifest.json").write_bytes((rendered / "manifest.json").read_bytes())
    settings = settings_for(root, tmp_path, prompts={"directory": tmp_path})
    with pytest.raises(StartError, match=r"prompts.directory: prompt .* has no file"):
        load_catalogue(settings, load_sheet(settings))


async def test_a_voice_detector_that_cannot_be_loaded_stops_the_start(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.recognition.silero.files", lambda package: tmp_path)
    settings = settings_for(root, tmp_path)
    with pytest.raises(StartError, match=r"silero_vad.onnx of the package .* cannot be read"):
        await Hotline(settings).start()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", settings.agi.port)
