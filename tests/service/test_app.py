"""The service starts, drains and stops, and does without its database and without AMI."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.config import Settings
from ivr.lab.ports import free_ports
from ivr.lab.service import ended_calls
from ivr.service.app import Hotline, run_service
from ivr.service.loading import StartError
from tests.agi_peer import Pbx
from tests.service.running import running, settings_for


async def test_stop_leaves_no_task_and_no_open_port(root: Path, tmp_path: Path) -> None:
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


async def test_draining_refuses_new_calls_and_plays_the_last_words(
    root: Path, tmp_path: Path
) -> None:
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
    """The record of the call is in the database as soon as there is one."""
    (port,) = free_ports(1)
    down = {"database": f"postgresql://ivr@127.0.0.1:{port}/ivr"}
    settings = settings_for(root, tmp_path, records=down)
    with capture_logs() as logs:
        async with running(settings):
            pbx = await Pbx.call(settings)
            assert await pbx.until("STREAM FILE ivr/greeting-ask")
    assert "records_database_unusable" in [entry["event"] for entry in logs]
    up = settings_for(root, tmp_path)
    async with running(up):
        pass
    assert len(ended_calls(up.records)) == 1


async def _begun(settings: Settings) -> tuple["asyncio.Task[None]", Pbx]:
    """Run the service and bring one call into its greeting."""
    serving = asyncio.create_task(run_service(settings))
    while not serving.done():  # only the port itself shows that it is open
        try:
            pbx = await Pbx.call(settings)
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
    else:
        await serving
    assert await pbx.until("STREAM FILE ivr/greeting-ask")
    return serving, pbx


async def test_systemd_is_told_when_calls_are_answered(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``systemctl start`` returns then: see asterisk-conf/ivr.service."""
    settings = settings_for(root, tmp_path)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        serving = asyncio.create_task(run_service(settings))
        async with asyncio.timeout(60):
            assert await loop.sock_recv(systemd, 100) == b"READY=1"
    pbx = await Pbx.call(settings)
    assert await pbx.until("STREAM FILE ivr/greeting-ask")
    signal.raise_signal(signal.SIGTERM)
    pbx.hangs_up()
    async with asyncio.timeout(30):
        await serving
    assert "Type=notify\n" in (root / "asterisk-conf" / "ivr.service").read_text()


async def test_a_signal_drains_and_a_second_one_stops_at_once(root: Path, tmp_path: Path) -> None:
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
async def test_calls_go_on_without_the_manager_interface(
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
